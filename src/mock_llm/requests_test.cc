#include "mock_llm/requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sonde::mock_llm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ChatRequest read(std::string_view body) {
  auto parsed = parse_chat_request(body);
  if (const auto* const error = std::get_if<ApiError>(&parsed)) {
    ADD_FAILURE() << error->message;
    return {};
  }
  return std::get<ChatRequest>(std::move(parsed));
}

std::string chat(std::string_view more) {
  return R"({"model": "m", "messages": [{"role": "user", "content": "Hello"}])" + std::string(more) + "}";
}

TEST(ParseChatRequest, ReadsEveryParameterThatMatters) {
  const ChatRequest request = read(R"({
    "model": "gpt-x", "stream": true, "stream_options": {"include_usage": true}, "n": 2, "max_tokens": 5,
    "stop": ["a", "b"], "seed": 7, "temperature": 0.2, "top_p": 1, "user": "someone",
    "messages": [
      {"role": "developer", "content": "Be brief."},
      {"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "image_url", "image_url": {"url": "u"}},
                                   {"type": "text", "text": "two"}]}],
    "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}],
    "tool_choice": {"type": "function", "function": {"name": "f"}}, "parallel_tool_calls": false,
    "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}}})");
  EXPECT_EQ(request.model, "gpt-x");
  EXPECT_TRUE(request.stream);
  EXPECT_TRUE(request.include_usage);
  EXPECT_EQ(request.choices, 2U);
  EXPECT_EQ(request.max_tokens, 5U);
  EXPECT_THAT(request.stop, ElementsAre("a", "b"));
  ASSERT_EQ(request.messages.size(), 2U);
  EXPECT_EQ(request.messages[0].role, Role::system);
  EXPECT_EQ(request.messages[1].text, "one\ntwo");
  ASSERT_EQ(request.tools.size(), 1U);
  EXPECT_EQ(request.tools[0].parameters, R"({"type":"object"})");
  EXPECT_EQ(request.tool_choice, ToolChoice::named);
  EXPECT_EQ(request.named_tool, "f");
  EXPECT_FALSE(request.parallel_tool_calls);
  EXPECT_EQ(request.format, ResponseFormat::json_schema);
  EXPECT_EQ(request.schema, R"({"type":"object"})");
}

TEST(ParseChatRequest, ReadsToolCallsAndTheirResults) {
  const ChatRequest request = read(R"({"model": "m", "messages": [
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": null,
     "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
    {"role": "tool", "tool_call_id": "c1", "content": "done"}]})");
  ASSERT_EQ(request.messages.size(), 3U);
  ASSERT_EQ(request.messages[1].tool_calls.size(), 1U);
  EXPECT_EQ(request.messages[1].tool_calls[0].name, "f");
  EXPECT_EQ(request.messages[2].tool_call_id, "c1");
}

TEST(ParseChatRequest, PrefersTheNewerNameOfTheTokenLimit) {
  EXPECT_EQ(read(chat(R"(, "max_tokens": 5, "max_completion_tokens": 9)")).max_tokens, 9U);
}

struct Wrong {
  const char* name;
  std::string body;
  const char* param;
  const char* message;
};

class ParseChatRequestRefuses : public testing::TestWithParam<Wrong> {};

TEST_P(ParseChatRequestRefuses, NamingTheParameter) {
  const auto parsed = parse_chat_request(GetParam().body);
  const auto* const error = std::get_if<ApiError>(&parsed);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->status, 400U);
  EXPECT_EQ(error->type, "invalid_request_error");
  EXPECT_EQ(error->param, GetParam().param);
  EXPECT_THAT(error->message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, ParseChatRequestRefuses,
    testing::Values(
        Wrong{"NoJson", "{", "", "not valid JSON"}, Wrong{"NoObject", "[]", "", "must be a JSON object"},
        Wrong{"Invalid_utf8", "{\"model\": \"\xff\"}", "", "not valid JSON"},
        Wrong{"NoModel", R"({"messages": []})", "model", "Missing required parameter: 'model'"},
        Wrong{"ModelNull", R"({"model": null, "messages": []})", "model", "Missing"},
        Wrong{"ModelNumber", R"({"model": 1})", "model", "must be a string"},
        Wrong{"NoMessages", R"({"model": "m"})", "messages", "Missing"},
        Wrong{"EmptyMessages", R"({"model": "m", "messages": []})", "messages", "at least one"},
        Wrong{"MessageNoObject", R"({"model": "m", "messages": [1]})", "messages[0]", "must be an object"},
        Wrong{"UnknownRole", R"({"model": "m", "messages": [{"role": "boss", "content": ""}]})",
              "messages[0].role", "'boss'"},
        Wrong{"NoContent", R"({"model": "m", "messages": [{"role": "user"}]})", "messages[0].content",
              "Missing"},
        Wrong{"PartWithoutText",
              R"({"model": "m", "messages": [{"role": "user", "content": [{"type": "text"}]}]})",
              "messages[0].content[0].text", "Missing"},
        Wrong{"ResultWithoutCall",
              R"({"model": "m", "messages": [{"role": "tool", "tool_call_id": "x", "content": ""}]})",
              "messages[0].tool_call_id", "answers no tool call"},
        Wrong{"CallWithoutResult",
              R"({"model": "m", "messages": [{"role": "assistant", "tool_calls":
                  [{"id": "c1", "function": {"name": "f", "arguments": ""}}]}, {"role": "user", "content": ""}]})",
              "messages[1]", "'c1' has no tool message"},
        Wrong{"Temperature", chat(R"(, "temperature": 3)"), "temperature", "from 0.0 to 2.0"},
        Wrong{"TemperatureText", chat(R"(, "temperature": "hot")"), "temperature", "must be a number"},
        Wrong{"ManyChoices", chat(R"(, "n": 129)"), "n", "from 1 to 128"},
        Wrong{"HugeChoices", chat(R"(, "n": 18446744073709551615)"), "n", "from 1 to 128"},
        Wrong{"HalfChoice", chat(R"(, "n": 1.5)"), "n", "must be an integer"},
        Wrong{"NoTokens", chat(R"(, "max_tokens": 0)"), "max_tokens", "from 1"},
        Wrong{"NegativeTokens", chat(R"(, "max_completion_tokens": -1)"), "max_completion_tokens", "from 1"},
        Wrong{"ManyStops", chat(R"(, "stop": ["1", "2", "3", "4", "5"])"), "stop", "at most 4"},
        Wrong{"StopNumber", chat(R"(, "stop": ["1", 2])"), "stop[1]", "must be a string"},
        Wrong{"StreamText", chat(R"(, "stream": "yes")"), "stream", "true or false"},
        Wrong{"StreamOptionsAlone", chat(R"(, "stream_options": {})"), "stream_options", "'stream' is true"},
        Wrong{"SeedText", chat(R"(, "seed": "x")"), "seed", "integer"},
        Wrong{"ToolKind", chat(R"(, "tools": [{"type": "magic"}])"), "tools[0].type", "'function'"},
        Wrong{"ToolName", chat(R"(, "tools": [{"type": "function", "function": {"name": "a b"}}])"),
              "tools[0].function.name", "1 to 64"},
        Wrong{"ChoiceWithoutTools", chat(R"(, "tool_choice": "auto")"), "tool_choice",
              "when 'tools' are given"},
        Wrong{"ChoiceOfUnknownTool", chat(R"(, "tools": [{"type": "function", "function": {"name": "f"}}],
                   "tool_choice": {"type": "function", "function": {"name": "g"}})"),
              "tool_choice.function.name", "'g'"},
        Wrong{"Format", chat(R"(, "response_format": {"type": "xml"})"), "response_format.type",
              "json_object"},
        Wrong{"JsonUnsaid", chat(R"(, "response_format": {"type": "json_object"})"), "messages",
              "the word 'json'"},
        Wrong{"NoSchema",
              chat(R"(, "response_format": {"type": "json_schema", "json_schema": {"name": "s"}})"),
              "response_format.json_schema.schema", "Missing"},
        Wrong{"TooDeep", chat(", \"x\": " + std::string(100'000, '[')), "", "deeper than 64"}),
    [](const auto& wrong) { return std::string(wrong.param.name); });

EmbeddingRequest read_embedding(std::string_view body) {
  auto parsed = parse_embedding_request(body);
  if (const auto* const error = std::get_if<ApiError>(&parsed)) {
    ADD_FAILURE() << error->message;
    return {};
  }
  return std::get<EmbeddingRequest>(std::move(parsed));
}

TEST(ParseEmbeddingRequest, TakesOneTextManyTextsAndTokenNumbers) {
  EXPECT_THAT(read_embedding(R"({"model": "m", "input": "a"})").inputs, ElementsAre("a"));
  EXPECT_THAT(read_embedding(R"({"model": "m", "input": ["a", "b"]})").inputs, ElementsAre("a", "b"));
  EXPECT_THAT(read_embedding(R"({"model": "m", "input": [1, 2]})").inputs, ElementsAre("1 2 "));
  EXPECT_THAT(read_embedding(R"({"model": "m", "input": [[1], [2, 3]]})").inputs, ElementsAre("1 ", "2 3 "));
}

TEST(ParseEmbeddingRequest, ReadsDimensionsAndFormat) {
  const EmbeddingRequest request =
      read_embedding(R"({"model": "m", "input": "a", "dimensions": 8, "encoding_format": "base64"})");
  EXPECT_EQ(request.dimensions, 8U);
  EXPECT_EQ(request.format, EncodingFormat::base64);
  EXPECT_EQ(read_embedding(R"({"model": "m", "input": "a"})").dimensions, default_dimensions);
}

TEST(ParseEmbeddingRequest, RefusesNamingTheParameter) {
  const auto param_of = [](std::string_view body) {
    const auto parsed = parse_embedding_request(body);
    const auto* const error = std::get_if<ApiError>(&parsed);
    return error == nullptr ? std::string("accepted") : error->param;
  };
  EXPECT_EQ(param_of(R"({"model": "m"})"), "input");
  EXPECT_EQ(param_of(R"({"model": "m", "input": ""})"), "input");
  EXPECT_EQ(param_of(R"({"model": "m", "input": []})"), "input");
  EXPECT_EQ(param_of(R"({"model": "m", "input": ["a", ""]})"), "input[1]");
  EXPECT_EQ(param_of(R"({"model": "m", "input": "a", "dimensions": 5000})"), "dimensions");
  EXPECT_EQ(param_of(R"({"model": "m", "input": "a", "encoding_format": "hex"})"), "encoding_format");
}

}  // namespace
}  // namespace sonde::mock_llm
