#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "case_file.h"
#include "json_match.h"

namespace sonde::pipeline {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> compare(const char* expected, const char* actual, Match match = Match::subset) {
  return differences(json::parse(expected), json::parse(actual), match);
}

TEST(Differences, AreNoneWhereMoreIsThereThanExpected) {
  EXPECT_THAT(compare(R"({"a": 1})", R"({"a": 1, "b": 2})"), IsEmpty());
  EXPECT_THAT(compare(R"({"a": [{"b": 1}]})", R"({"a": [{"b": 1, "c": 2}]})"), IsEmpty());
}

TEST(Differences, NameThePlace) {
  EXPECT_THAT(compare(R"({"a": [{"b": "x"}]})", R"({"a": [{"b": "y"}]})"),
              ElementsAre(R"($.a[0].b: expected "x", got "y")"));
  EXPECT_THAT(compare(R"({"a": 1, "b": 2})", R"({"b": "2"})"),
              ElementsAre("$.a: expected 1, got nothing", R"($.b: expected 2, got "2")"));
}

TEST(Differences, CountTheElementsOfArrays) {
  EXPECT_THAT(compare("[1]", "[1, 2]"), ElementsAre("$: expected 1 elements, got 2: [1,2]"));
  EXPECT_THAT(compare("[1, 2]", "[1]"), ElementsAre("$: expected 2 elements, got 1: [1]"));
  EXPECT_THAT(compare(R"([1, "..."])", "[1, 2, 3]"), IsEmpty());
  EXPECT_THAT(compare(R"([1, 2, "..."])", "[1]"), ElementsAre("$: expected 2 or more elements, got 1: [1]"));
}

TEST(Differences, KnowPlaceholders) {
  EXPECT_THAT(compare(R"({"a": "<any>"})", R"({"a": {"b": 1}})"), IsEmpty());
  EXPECT_THAT(compare(R"({"a": "<any>"})", "{}"), ElementsAre(R"($.a: expected "<any>", got nothing)"));
  EXPECT_THAT(compare(R"({"a": "<absent>"})", "{}"), IsEmpty());
  EXPECT_THAT(compare(R"({"a": "<absent>"})", R"({"a": 1})"), ElementsAre("$.a: expected nothing, got 1"));
}

TEST(Differences, MayBeStrict) {
  EXPECT_THAT(compare(R"({"a": {"b": 1}})", R"({"a": {"b": 1, "c": 2}})", Match::exactly),
              ElementsAre("$.a.c: not expected, got 2"));
}

std::string failure(std::string_view text) {
  const auto steps = parse_case(text);
  return steps ? "" : steps.error().message;
}

TEST(ParseCase, ReadsStepsWithTheirJson) {
  const auto steps = parse_case(R"(# About a span.
send traces
{
  "resourceSpans": []
}

send logs
{ "resourceLogs": oops
answered 400
{"message": "<any>"}

get /api/services exactly
{"data": []}   // a comment
get /api/traces/1 404
)");
  ASSERT_TRUE(steps) << steps.error().message;
  ASSERT_EQ(steps->size(), 4u);
  const Step& traces = (*steps)[0];
  EXPECT_EQ(traces.action, Step::Action::send);
  EXPECT_EQ(traces.target, "traces");
  EXPECT_EQ(json::parse(traces.body), json::parse(R"({"resourceSpans": []})"));
  EXPECT_EQ(traces.status, 200u);
  EXPECT_EQ(traces.expected, json::object());  // complete success
  EXPECT_EQ(traces.match, Match::exactly);
  const Step& logs = (*steps)[1];
  EXPECT_EQ(logs.body, "{ \"resourceLogs\": oops\n");
  EXPECT_EQ(logs.status, 400u);
  EXPECT_EQ(logs.match, Match::subset);
  const Step& services = (*steps)[2];
  EXPECT_EQ(services.line, 12u);
  EXPECT_EQ(services.action, Step::Action::get);
  EXPECT_EQ(services.target, "/api/services");
  EXPECT_EQ(services.match, Match::exactly);
  EXPECT_EQ(services.expected, json::parse(R"({"data": []})"));
  const Step& missing = (*steps)[3];
  EXPECT_EQ(missing.status, 404u);
  EXPECT_FALSE(missing.expected);
}

TEST(ParseCase, NamesTheLineOfWhatIsWrong) {
  EXPECT_EQ(failure("\n{}\n"), "line 2: expected a step: send or get");
  EXPECT_EQ(failure("send spans\n{}"), "line 1: expected 'send traces', 'send logs' or 'send metrics'");
  EXPECT_EQ(failure("\npost /x\n"), "line 2: there is no step 'post'; there are send, answered and get");
  EXPECT_EQ(failure("get api"), "line 1: expected 'get' and a path");
  EXPECT_EQ(failure("get /api strictly"), "line 1: expected a status or 'exactly', not 'strictly'");
  EXPECT_EQ(failure("get /api\n{"), "line 1: what is expected here is not JSON");
  EXPECT_EQ(failure("get /api\nanswered 200"), "line 2: 'answered' stands behind 'send'");
  EXPECT_EQ(failure("# nothing"), "line 1: the case has no steps");
}

}  // namespace
}  // namespace sonde::pipeline
