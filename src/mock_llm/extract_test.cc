#include "mock_llm/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sonde::mock_llm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

Message message(Role role, std::string text) { return {role, std::move(text), {}, {}}; }
Message user(std::string text) { return message(Role::user, std::move(text)); }
Message system(std::string text) { return message(Role::system, std::move(text)); }

const char* const labelled_prompt =
    "Documents:\n\n"
    "[1] storage.md\n"
    "# Storage\n"
    "Spans are kept in DuckDB, in files of\none day each. Nothing is joined at read time.\n\n"
    "Deleting a day means dropping its file.\n\n"
    "[2] ports.md\n"
    "The page is served on port 16686. OTLP over gRPC comes in on port 4317.\n\n"
    "Question: Which port takes OTLP over gRPC?";

TEST(ReadPrompt, FindsTheQuestionAndTheLabelledDocuments) {
  const std::vector<Message> messages = {system("Answer from the documents."), user(labelled_prompt)};
  const Prompt prompt = read_prompt(messages);
  EXPECT_EQ(prompt.question, "Which port takes OTLP over gRPC?");
  ASSERT_EQ(prompt.passages.size(), 2U);
  EXPECT_EQ(prompt.passages[0].label, "1");
  EXPECT_EQ(prompt.passages[0].source, "storage.md");
  EXPECT_THAT(std::string(prompt.passages[0].text), StartsWith("# Storage"));
  EXPECT_THAT(std::string(prompt.passages[0].text), testing::EndsWith("dropping its file."));
  EXPECT_EQ(prompt.passages[1].source, "ports.md");
}

TEST(ReadPrompt, TakesTheLastParagraphForTheQuestionWhereNoneIsMarked) {
  const std::vector<Message> messages = {user("Cats sleep a lot.\n\nDogs bark.\n\nWho barks?")};
  const Prompt prompt = read_prompt(messages);
  EXPECT_EQ(prompt.question, "Who barks?");
  ASSERT_EQ(prompt.passages.size(), 2U);
  EXPECT_EQ(prompt.passages[1].text, "Dogs bark.");
}

TEST(ReadPrompt, ReadsALabelWithItsTextOnOneLineAndASourceLine) {
  const std::vector<Message> messages = {
      user("[a] Cats sleep.\n\nSource: dogs.txt\nDogs bark.\n\nWho barks?")};
  const Prompt prompt = read_prompt(messages);
  ASSERT_EQ(prompt.passages.size(), 2U);
  EXPECT_EQ(prompt.passages[0].label, "a");
  EXPECT_EQ(prompt.passages[0].text, "Cats sleep.");
  EXPECT_EQ(prompt.passages[1].source, "dogs.txt");
  EXPECT_EQ(prompt.passages[1].text, "Dogs bark.");
}

TEST(AnswerFromDocuments, QuotesTheBestSentenceWithItsSourceAndSaysItIsAMock) {
  const Answer answer = answer_from_documents({user(labelled_prompt)});
  EXPECT_THAT(answer.text, StartsWith("(mock-llm: not a model"));
  EXPECT_THAT(answer.text, HasSubstr(") OTLP over gRPC comes in on port 4317. [2]"));
  EXPECT_THAT(answer.text, Not(HasSubstr("DuckDB")));
  EXPECT_THAT(answer.sources, ElementsAre("ports.md"));
}

TEST(AnswerFromDocuments, JoinsWrappedLines) {
  const Answer answer =
      answer_from_documents({user("[1] storage.md\nSpans are kept in DuckDB, in files of\none day "
                                  "each.\n\nQuestion: Where are spans kept?")});
  EXPECT_THAT(answer.text, HasSubstr("Spans are kept in DuckDB, in files of one day each. [1]"));
}

TEST(AnswerFromDocuments, LeavesCodeAndHeadingsOut) {
  const Answer answer =
      answer_from_documents({user("[1] a.md\n# Ports\n```\nports = all\n```\n- Ports are closed, e.g. by a "
                                  "firewall.\n\nQuestion: Ports?")});
  EXPECT_EQ(answer.text,
            "(mock-llm: not a model; it quotes the documents it was sent.) Ports are closed, e.g. by a "
            "firewall. [1]");
}

TEST(AnswerFromDocuments, ReadsRowsOfTables) {
  const Answer answer = answer_from_documents(
      {user("[1] a.md\n| name | port |\n| --- | --- |\n| page | 16686 |\n\nQuestion: Where is the page?")});
  EXPECT_THAT(answer.text, HasSubstr(") page; 16686 [1]"));
}

TEST(AnswerFromDocuments, ReadsDocumentsFromTheSystemMessage) {
  const Answer answer =
      answer_from_documents({system("Source: animals.txt\nDogs bark. Cats sleep."), user("Hello"),
                             message(Role::assistant, "Dogs bark loudly."), user("Who can bark?")});
  EXPECT_THAT(answer.text, HasSubstr("Dogs bark. (animals.txt)"));
}

TEST(AnswerFromDocuments, AdmitsThatNothingMatches) {
  const Answer answer = answer_from_documents({user("[1] a.md\nDogs bark.\n\nQuestion: What is a monad?")});
  EXPECT_THAT(answer.text, HasSubstr("Nothing in the documents it was sent matches"));
  EXPECT_THAT(answer.sources, IsEmpty());
}

TEST(AnswerFromDocuments, RepeatsTheQuestionWhenThereAreNoDocuments) {
  const Answer answer = answer_from_documents({user("Hello there")});
  EXPECT_THAT(answer.text, HasSubstr("there were none.) You asked: Hello there"));
}

TEST(AnswerFromDocuments, SurvivesEmptyAndOddMessages) {
  EXPECT_THAT(answer_from_documents({user("")}).text, HasSubstr("mock-llm"));
  EXPECT_THAT(answer_from_documents({system("\n\n[]\n[ ]\n[1]\n```")}).text, HasSubstr("mock-llm"));
  EXPECT_THAT(answer_from_documents({user("[1]")}).text, HasSubstr("mock-llm"));
}

}  // namespace
}  // namespace sonde::mock_llm
