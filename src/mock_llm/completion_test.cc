#include "mock_llm/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "mock_llm/text.h"

namespace sonde::mock_llm {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

ChatRequest parse(const Json& body) {
  auto parsed = parse_chat_request(body.dump());
  if (const auto* const error = std::get_if<ApiError>(&parsed)) {
    ADD_FAILURE() << error->message;
    return {};
  }
  return std::get<ChatRequest>(std::move(parsed));
}

Json ask(const std::string& text, const Json& more = Json::object()) {
  Json body = {{"model", "gpt-x"}, {"messages", {{{"role", "user"}, {"content", text}}}}};
  body.update(more);
  return body;
}

Json function_tool(const std::string& name, const std::string& description, const Json& parameters) {
  return {{"type", "function"},
          {"function", {{"name", name}, {"description", description}, {"parameters", parameters}}}};
}

Json weather_tool() {
  return function_tool(
      "get_weather", "Tells the weather of a place.",
      Json::parse(R"({"type": "object", "required": ["location", "unit", "days"], "properties": {
                           "location": {"type": "string"}, "unit": {"enum": ["celsius", "fahrenheit"]},
                           "days": {"type": "integer", "minimum": 1, "maximum": 7}}})"));
}

Completion answer(const Json& body) { return complete(parse(body), "chatcmpl-mock-1", 1'700'000'000); }
Json answer_json(const Json& body) { return Json::parse(to_json(answer(body))); }

/// The JSON of every event but the last, which must be [DONE].
std::vector<Json> events_of(const Json& body) {
  std::vector<std::string> events =
      to_events(answer(body), body.value("/stream_options/include_usage"_json_pointer, false));
  EXPECT_EQ(events.back(), "data: [DONE]\n\n");
  events.pop_back();
  std::vector<Json> parsed;
  for (const std::string& event : events) {
    EXPECT_THAT(event, StartsWith("data: {"));
    EXPECT_THAT(event, testing::EndsWith("}\n\n"));
    parsed.push_back(Json::parse(event.substr(6)));
  }
  return parsed;
}

const char* const prompt = "[1] dogs.md\nDogs bark at night. Cats sleep.\n\nQuestion: When do dogs bark?";

TEST(Completion, HasTheShapeOfAChatCompletion) {
  const Json json = answer_json(ask(prompt));
  EXPECT_EQ(json["id"], "chatcmpl-mock-1");
  EXPECT_EQ(json["object"], "chat.completion");
  EXPECT_EQ(json["created"], 1'700'000'000);
  EXPECT_EQ(json["model"], "mock-llm-1");
  ASSERT_EQ(json["choices"].size(), 1U);
  const Json& choice = json["choices"][0];
  EXPECT_EQ(choice["index"], 0);
  EXPECT_EQ(choice["finish_reason"], "stop");
  EXPECT_EQ(choice["message"]["role"], "assistant");
  EXPECT_EQ(choice["message"]["content"],
            "(mock-llm: not a model; it quotes the documents it was sent.) Dogs bark at night. [1]");
}

TEST(Completion, CountsTokensAsDocumented) {
  const Json usage = answer_json(ask("Hello there"))["usage"];
  EXPECT_EQ(usage["prompt_tokens"], 3 + (3 + 1 + 2));  // the answer's beginning, one message of two tokens
  const std::string content = answer_json(ask("Hello there"))["choices"][0]["message"]["content"];
  EXPECT_EQ(usage["completion_tokens"], count_tokens(content));
  EXPECT_EQ(usage["total_tokens"], usage["prompt_tokens"].get<int>() + usage["completion_tokens"].get<int>());
}

TEST(Completion, EndsAtTheTokenLimit) {
  const Json json = answer_json(ask(prompt, {{"max_tokens", 5}}));
  EXPECT_EQ(json["choices"][0]["finish_reason"], "length");
  EXPECT_EQ(json["choices"][0]["message"]["content"], "(mock-llm:");
  EXPECT_EQ(json["usage"]["completion_tokens"], 5);
}

TEST(Completion, EndsBeforeTheFirstStopSequence) {
  const Json json = answer_json(ask(prompt, {{"stop", {"Cats", " bark", "night"}}}));
  EXPECT_EQ(json["choices"][0]["finish_reason"], "stop");
  EXPECT_THAT(json["choices"][0]["message"]["content"].get<std::string>(), testing::EndsWith(") Dogs"));
}

TEST(Completion, GivesTheAnswerAsOftenAsAsked) {
  const Json once = answer_json(ask(prompt));
  const Json thrice = answer_json(ask(prompt, {{"n", 3}}));
  ASSERT_EQ(thrice["choices"].size(), 3U);
  EXPECT_EQ(thrice["choices"][2]["index"], 2);
  EXPECT_EQ(thrice["choices"][2]["message"], once["choices"][0]["message"]);
  EXPECT_EQ(thrice["usage"]["completion_tokens"], 3 * once["usage"]["completion_tokens"].get<int>());
}

TEST(Completion, CallsTheToolThatTheTextNames) {
  const Json json = answer_json(
      ask("What is the weather in New York for 3 days, in fahrenheit?",
          {{"tools", {function_tool("send_mail", "Sends mail.", Json::object()), weather_tool()}}}));
  const Json& choice = json["choices"][0];
  EXPECT_EQ(choice["finish_reason"], "tool_calls");
  EXPECT_TRUE(choice["message"]["content"].is_null());
  ASSERT_EQ(choice["message"]["tool_calls"].size(), 1U);
  const Json& call = choice["message"]["tool_calls"][0];
  EXPECT_EQ(call["type"], "function");
  EXPECT_THAT(call["id"].get<std::string>(), StartsWith("call_"));
  EXPECT_EQ(call["function"]["name"], "get_weather");
  EXPECT_EQ(Json::parse(call["function"]["arguments"].get<std::string>()),
            Json::parse(R"({"location": "New York", "unit": "fahrenheit", "days": 3})"));
}

TEST(Completion, CallsSeveralToolsUnlessForbidden) {
  Json body = ask("Look up the weather and the time in Rome",
                  {{"tools", {weather_tool(), function_tool("tellTime", "", Json::object())}}});
  EXPECT_EQ(answer_json(body)["choices"][0]["message"]["tool_calls"].size(), 2U);
  body["parallel_tool_calls"] = false;
  EXPECT_EQ(answer_json(body)["choices"][0]["message"]["tool_calls"].size(), 1U);
}

TEST(Completion, CallsAToolByItsDescription) {
  const Json json =
      answer_json(ask("Please deliver a letter to my grandmother",
                      {{"tools", {function_tool("post", "Delivers a letter.", Json::object())}}}));
  EXPECT_EQ(json["choices"][0]["finish_reason"], "tool_calls");
}

TEST(Completion, AnswersWithTextWhenNoToolMatchesOrNoneMayBeCalled) {
  EXPECT_EQ(answer_json(ask("Hello", {{"tools", {weather_tool()}}}))["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(answer_json(ask("The weather?", {{"tools", {weather_tool()}},
                                             {"tool_choice", "none"}}))["choices"][0]["finish_reason"],
            "stop");
}

TEST(Completion, CallsAToolThatIsForced) {
  const Json required = answer_json(ask("Hello", {{"tools", {weather_tool()}}, {"tool_choice", "required"}}));
  EXPECT_EQ(required["choices"][0]["message"]["tool_calls"][0]["function"]["name"], "get_weather");
  const Json named = answer_json(
      ask("The weather?", {{"tools", {weather_tool(), function_tool("other", "", Json::object())}},
                           {"tool_choice", {{"type", "function"}, {"function", {{"name", "other"}}}}}}));
  ASSERT_EQ(named["choices"][0]["message"]["tool_calls"].size(), 1U);
  EXPECT_EQ(named["choices"][0]["message"]["tool_calls"][0]["function"]["name"], "other");
}

TEST(Completion, AnswersFromToolResults) {
  Json body = ask("What is the weather in Paris?", {{"tools", {weather_tool()}}});
  body["messages"].push_back(answer_json(body)["choices"][0]["message"]);
  const std::string id = body["messages"][1]["tool_calls"][0]["id"];
  body["messages"].push_back({{"role", "tool"}, {"tool_call_id", id}, {"content", "rainy, 14 degrees"}});
  const Json json = answer_json(body);
  EXPECT_EQ(json["choices"][0]["finish_reason"], "stop");
  EXPECT_THAT(json["choices"][0]["message"]["content"].get<std::string>(),
              HasSubstr("get_weather: rainy, 14 degrees"));
}

TEST(Completion, CutsToolCallsAtTheTokenLimitToo) {
  const Json json = answer_json(ask("The weather?", {{"tools", {weather_tool()}}, {"max_tokens", 6}}));
  EXPECT_EQ(json["choices"][0]["finish_reason"], "length");
  EXPECT_EQ(json["usage"]["completion_tokens"], 6);
}

TEST(Completion, AnswersWithAJsonObject) {
  const Json json = answer_json(
      ask("As JSON.\n\n" + std::string(prompt), {{"response_format", {{"type", "json_object"}}}}));
  const Json content = Json::parse(json["choices"][0]["message"]["content"].get<std::string>());
  EXPECT_EQ(content["model"], "mock-llm-1");
  EXPECT_THAT(content["answer"].get<std::string>(), HasSubstr("Dogs bark at night. [1]"));
  EXPECT_EQ(content["sources"], Json({"dogs.md"}));
}

TEST(Completion, AnswersInTheSchemaAskedFor) {
  const Json schema = Json::parse(R"({"type": "object", "additionalProperties": false,
      "required": ["answer", "confidence", "tags", "kind", "nested"],
      "properties": {"answer": {"type": "string"}, "confidence": {"type": "number", "minimum": 0.5, "maximum": 1},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2}, "kind": {"$ref": "#/$defs/kind"},
        "nested": {"anyOf": [{"type": "object", "properties": {"ok": {"type": "boolean"}}}, {"type": "null"}]}},
      "$defs": {"kind": {"const": "fact"}}})");
  const Json json = answer_json(
      ask(prompt, {{"response_format",
                    {{"type", "json_schema"}, {"json_schema", {{"name", "s"}, {"schema", schema}}}}}}));
  const Json content = Json::parse(json["choices"][0]["message"]["content"].get<std::string>());
  EXPECT_THAT(content["answer"].get<std::string>(), HasSubstr("Dogs bark at night."));
  EXPECT_EQ(content["confidence"], 0.5);
  EXPECT_EQ(content["tags"].size(), 2U);
  EXPECT_EQ(content["kind"], "fact");
  EXPECT_EQ(content["nested"], Json::parse(R"({"ok": true})"));
}

TEST(Stream, GivesTheSameAnswerPieceByPiece) {
  const std::vector<Json> events = events_of(ask(prompt));
  EXPECT_EQ(events.front()["object"], "chat.completion.chunk");
  EXPECT_EQ(events.front()["choices"][0]["delta"], Json::parse(R"({"role": "assistant", "content": ""})"));
  std::string content;
  for (std::size_t i = 1; i + 1 < events.size(); ++i) {
    const Json& choice = events[i]["choices"][0];
    EXPECT_TRUE(choice["finish_reason"].is_null());
    content += choice["delta"]["content"].get<std::string>();
  }
  EXPECT_EQ(content, answer(ask(prompt)).content);
  EXPECT_EQ(events.back()["choices"][0]["delta"], Json::object());
  EXPECT_EQ(events.back()["choices"][0]["finish_reason"], "stop");
  EXPECT_FALSE(events.back().contains("usage"));
}

TEST(Stream, EndsWithTheUsageIfAsked) {
  const Json body = ask(prompt, {{"stream", true}, {"stream_options", {{"include_usage", true}}}});
  const std::vector<Json> events = events_of(body);
  EXPECT_TRUE(events.front().at("usage").is_null());
  EXPECT_EQ(events.back()["choices"], Json::array());
  EXPECT_EQ(events.back()["usage"], answer_json(body)["usage"]);
}

TEST(Stream, SendsToolCallsInPieces) {
  const Json body = ask("The weather in Paris?", {{"tools", {weather_tool()}}});
  const std::vector<Json> events = events_of(body);
  const Json expected = answer_json(body)["choices"][0]["message"]["tool_calls"][0];
  const Json& opening = events[1]["choices"][0]["delta"]["tool_calls"][0];
  EXPECT_EQ(opening["index"], 0);
  EXPECT_EQ(opening["id"], expected["id"]);
  EXPECT_EQ(opening["function"]["name"], "get_weather");
  std::string arguments;
  for (std::size_t i = 1; i + 1 < events.size(); ++i) {
    arguments +=
        events[i]["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"].get<std::string>();
  }
  EXPECT_EQ(arguments, expected["function"]["arguments"].get<std::string>());
  EXPECT_EQ(events.back()["choices"][0]["finish_reason"], "tool_calls");
}

TEST(Stream, CarriesEveryChoice) {
  std::vector<std::string> contents(2);
  for (const Json& event : events_of(ask(prompt, {{"n", 2}}))) {
    const Json& choice = event["choices"][0];
    contents.at(choice["index"].get<std::size_t>()) += choice["delta"].value("content", "");
  }
  EXPECT_THAT(contents, ElementsAre(answer(ask(prompt)).content, answer(ask(prompt)).content));
}

}  // namespace
}  // namespace sonde::mock_llm
