#include "mock_llm/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sonde::mock_llm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MockTokens, ArePiecesOfWordsThatJoinToTheTextAgain) {
  const std::string_view text = "  Observability, in 2026:\n done ";
  EXPECT_THAT(split_tokens(text),
              ElementsAre("  Observ", "abilit", "y", ",", " in", " 2026", ":", "\n done", " "));
  std::string joined;
  for (const std::string_view token : split_tokens(text)) joined += token;
  EXPECT_EQ(joined, text);
  EXPECT_EQ(count_tokens(text), 9U);
}

TEST(MockTokens, NeverCutACharacter) {
  EXPECT_THAT(split_tokens("Größenwahn 東京"), ElementsAre("Größen", "wahn", " 東京"));
}

TEST(MockTokens, OfNothingAreNone) {
  EXPECT_THAT(split_tokens(""), IsEmpty());
  EXPECT_EQ(count_tokens(""), 0U);
}

TEST(MockTokens, TheFirstFewAreAPrefix) {
  EXPECT_EQ(first_tokens("one two three", 2), "one two");
  EXPECT_EQ(first_tokens("one", 0), "");
  EXPECT_EQ(first_tokens("one", 5), "one");
}

TEST(FirstBytes, EndAfterAWholeCharacter) {
  EXPECT_EQ(first_bytes("föhn", 2), "f");
  EXPECT_EQ(first_bytes("föhn", 3), "fö");
  EXPECT_EQ(first_bytes("föhn", 9), "föhn");
}

TEST(KeyWords, LeaveOutCommonWordsAndEndings) {
  EXPECT_THAT(key_words("Where does Sonde store the spans it is storing?"),
              ElementsAre("sond", "stor", "span", "stor"));
}

TEST(KeyWords, KnowAVerbFromItsNoun) {
  EXPECT_THAT(key_words("acknowledged acknowledgement"), ElementsAre("acknowledg", "acknowledg"));
}

TEST(KeyWords, SeeThroughPunctuationAndUnderscores) {
  EXPECT_THAT(key_words("`get_weather`(Paris)"), ElementsAre("weather", "pari"));
}

}  // namespace
}  // namespace sonde::mock_llm
