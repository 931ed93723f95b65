#include "sonde/baggage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sonde/context.hpp"

namespace sonde {
namespace {

using ::testing::ElementsAre;

std::string many_entries(int count) {
  std::string header;
  for (int i = 0; i < count; ++i) {
    if (i > 0) header += ',';
    header += 'k' + std::to_string(i) + "=v";
  }
  return header;
}

TEST(Baggage, SetGivesANewOneAndLeavesTheOldAsItWas) {
  const Baggage none;
  const Baggage one = none.set("user.id", "42");
  const Baggage two = one.set("session.id", "s");
  const Baggage changed = two.set("user.id", "43", "source=login");
  EXPECT_TRUE(none.is_empty());
  EXPECT_EQ(one.size(), 1U);
  EXPECT_EQ(two.get("user.id"), "42");
  EXPECT_EQ(changed.get("user.id"), "43");
  EXPECT_THAT(changed, ElementsAre(BaggageEntry{"user.id", "43", "source=login"},
                                   BaggageEntry{"session.id", "s", ""}));
  EXPECT_EQ(changed.get("tenant"), std::nullopt);
}

TEST(Baggage, RemoveGivesANewOneWithoutTheEntry) {
  const Baggage two = Baggage().set("a", "1").set("b", "2");
  EXPECT_EQ(two.remove("a"), Baggage().set("b", "2"));
  EXPECT_EQ(two.remove("c"), two);
  EXPECT_TRUE(Baggage().set("a", "1").remove("a").is_empty());
  EXPECT_EQ(two.size(), 2U);
}

TEST(Baggage, AnEmptyKeyIsNoEntry) { EXPECT_TRUE(Baggage().set("", "value").is_empty()); }

TEST(Baggage, OfTheThreadIsThatOfTheCurrentContext) {
  EXPECT_TRUE(Baggage::current().is_empty());
  {
    const ContextScope scope(Context::current().set_baggage(Baggage().set("user.id", "42")));
    EXPECT_EQ(Baggage::current().get("user.id"), "42");
  }
  EXPECT_TRUE(Baggage::current().is_empty());
}

TEST(BaggageHeader, RoundTripsEveryByteOfAValue) {
  std::string value = "ü€😀";
  for (int c = 0; c < 128; ++c) value += static_cast<char>(c);
  const Baggage baggage = Baggage().set("key", value, "property=1;flag").set("empty", "");
  const std::string header = baggage_header(baggage);
  EXPECT_EQ(header.find_first_of("\r\n\""), std::string::npos);
  EXPECT_EQ(parse_baggage(header), baggage);
}

TEST(BaggageHeader, IsReadWithBlanksAroundItsParts) {
  EXPECT_THAT(parse_baggage(" a = 1 ;\tp = q ; r,\tb\t=\t2"),
              ElementsAre(BaggageEntry{"a", "1", "p = q ; r"}, BaggageEntry{"b", "2", ""}));
}

TEST(BaggageHeader, PassesOverMalformedEntriesAndKeepsTheirNeighbours) {
  EXPECT_EQ(parse_baggage("a=1,,novalue,=x,b(d)=3,c=2,;"), Baggage().set("a", "1").set("c", "2"));
  EXPECT_TRUE(parse_baggage("").is_empty());
}

TEST(BaggageHeader, OfAKeyThatComesTwiceTheLastCounts) {
  EXPECT_EQ(parse_baggage("a=1,b=2,a=3"), Baggage().set("a", "3").set("b", "2"));
}

TEST(BaggageHeader, KeepsAValueWhoseEscapesAreMalformed) {
  EXPECT_EQ(parse_baggage("a=100%,b=%zz"), Baggage().set("a", "100%").set("b", "%zz"));
}

TEST(BaggageHeader, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(parse_baggage("a=x%FF%C3%A9").get("a"), "x\xEF\xBF\xBD\xC3\xA9");
}

TEST(BaggageHeader, LeavesOutWhatAHeaderCannotCarry) {
  const Baggage baggage =
      Baggage().set("with space", "1").set("good", "2", "torn\r\nSet-Cookie: x").set("ünicode", "3");
  EXPECT_EQ(baggage_header(baggage), "good=2");
}

TEST(BaggageHeader, HoldsAtMost180Entries) {
  EXPECT_EQ(parse_baggage(many_entries(181)).size(), 180U);
  Baggage baggage;
  for (int i = 0; i < 181; ++i) baggage = baggage.set("k" + std::to_string(i), "v");
  EXPECT_EQ(baggage_header(baggage), many_entries(180));
}

TEST(BaggageHeader, HoldsAtMost8192Bytes) {
  const Baggage baggage = Baggage().set("a", "1").set("giant", std::string(8192, 'x')).set("b", "2");
  EXPECT_EQ(baggage_header(baggage), "a=1,b=2");
  EXPECT_EQ(parse_baggage("a=1,giant=" + std::string(8192, 'x')), Baggage().set("a", "1"));
  EXPECT_TRUE(parse_baggage("giant=" + std::string(8192, 'x')).is_empty());
}

}  // namespace
}  // namespace sonde
