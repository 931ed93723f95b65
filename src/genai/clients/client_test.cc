// The clients against recorded answers of their providers, sent by a real server on this machine: what they
// return, and what their spans say.

#include <gmock/gmock.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "genai/clients/test_clients.h"
#include "genai/test_genai.h"
#include "sonde/genai/anthropic.hpp"
#include "sonde/genai/ollama.hpp"
#include "sonde/genai/openai.hpp"
#include "sonde/propagator.hpp"

namespace sonde::genai {
namespace {

using sonde::test::answer;
using sonde::test::in_turn;
using sonde::test::RawHttpServer;
using sonde::test::reset;
using sonde::test::stall;
using test::events;
using test::Map;
using test::openai_answer;
using test::question;
using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

struct ClientTest : testing::Test {
  test::Tracing tracing;
  Instrumentation instrumentation{{.capture = ContentCapture::span}};

  static ClientOptions at(const RawHttpServer& server) { return test::options_at(server); }
  openai::Client openai_at(const RawHttpServer& server) {
    return openai::Client(at(server), instrumentation);
  }
  [[nodiscard]] Map span() const { return tracing.attributes("chat m"); }
  [[nodiscard]] StatusCode status() const { return SpanView(tracing.span("chat m")).status(); }
};

TEST_F(ClientTest, OpenAiChatIsASpanWithAnAttemptBelowIt) {
  RawHttpServer server(answer("200 OK", {}, std::string(openai_answer)));
  auto client = openai_at(server);
  const auto response = client.chat(question);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->text(), "Paris.");
  EXPECT_EQ(response->usage.reasoning_output_tokens, 1);
  const Map attributes = span();
  EXPECT_EQ(attributes.at("gen_ai.provider.name"), R"("openai")");
  EXPECT_EQ(attributes.at("openai.api.type"), R"("chat_completions")");
  EXPECT_EQ(attributes.at("gen_ai.response.model"), R"("m-2024")");
  EXPECT_EQ(attributes.at("gen_ai.usage.cache_read.input_tokens"), "4");
  EXPECT_EQ(attributes.at("gen_ai.system_instructions"), R"([{"type":"text","content":"Be brief."}])");
  EXPECT_EQ(attributes.at("gen_ai.input.messages"),
            R"([{"role":"user","parts":[{"type":"text","content":"Capital of France?"}]}])");
  EXPECT_EQ(attributes.at("server.address"), R"("127.0.0.1")");
  const std::string chat = tracing.span("chat m");
  const std::string attempt = tracing.span("POST");
  EXPECT_EQ(SpanView(attempt).parent_span_id(), SpanView(chat).span_id());
  EXPECT_EQ(SpanView(attempt).kind(), SpanKind::client);
  EXPECT_EQ(tracing.attributes("POST").at("http.response.status_code"), "200");
  EXPECT_EQ(tracing.attributes("POST").at("url.full"), "\"" + server.url("/v1/chat/completions") + "\"");
  const auto request = server.requests().at(0);
  EXPECT_EQ(transport::header(request.headers, "authorization"), "Bearer secret-key");
  EXPECT_EQ(Json::parse(request.body)["messages"][1]["content"], "Capital of France?");
}

TEST_F(ClientTest, TraceGoesOnToTheProvider) {
  const std::vector<std::string> names = {"tracecontext"};
  set_global_propagator(*make_propagator(names));
  RawHttpServer server(answer("200 OK", {}, std::string(openai_answer)));
  ASSERT_TRUE(openai_at(server).chat(question));
  const std::string attempt = tracing.span("POST");
  const SpanView view(attempt);
  const auto request = server.requests().at(0);
  const auto header = transport::header(request.headers, "traceparent");
  EXPECT_EQ(parse_traceparent(header).span_id(), view.span_id());
  EXPECT_EQ(parse_traceparent(header).trace_id(), view.trace_id());
}

TEST_F(ClientTest, RequestsHaveToolsSchemasAndWhatOnlyOneProviderKnows) {
  RawHttpServer server(answer("200 OK", {}, std::string(openai_answer)));
  ChatRequest request = question;
  request.messages.push_back({.role = "assistant", .tool_calls = {{"c1", "now", "{}"}}});
  request.messages.push_back({.role = "tool", .content = "noon", .tool_call_id = "c1"});
  request.tools = {{.name = "now", .description = "The time"}};
  request.tool_choice = "now";
  request.max_tokens = 5;
  request.stop_sequences = {"END"};
  request.response_schema_json = R"({"type":"object"})";
  request.extra_json = R"({"logit_bias":{"50256":-100}})";
  ASSERT_TRUE(openai_at(server).chat(request));
  const Json body = Json::parse(server.requests().at(0).body);
  EXPECT_EQ(body["messages"][2]["tool_calls"][0]["function"]["name"], "now");
  EXPECT_EQ(body["messages"][3]["tool_call_id"], "c1");
  EXPECT_EQ(body["tools"][0]["function"]["parameters"]["type"], "object");
  EXPECT_EQ(body["tool_choice"]["function"]["name"], "now");
  EXPECT_EQ(body["response_format"]["json_schema"]["schema"]["type"], "object");
  EXPECT_EQ(body["logit_bias"]["50256"], -100);
  EXPECT_EQ(span().at("gen_ai.output.type"), R"("json")");
  EXPECT_EQ(span().at("gen_ai.request.stop_sequences"), R"(["END"])");
  EXPECT_EQ(span().at("gen_ai.tool.definitions"), R"([{"type":"function","name":"now"}])");
}

TEST_F(ClientTest, WhatIsNoJsonInARequestIsAnErrorBeforeAnythingIsSent) {
  RawHttpServer server(answer("200 OK"));
  ChatRequest request = question;
  request.extra_json = "temperature: 1";
  const auto response = openai_at(server).chat(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().type, "invalid_request");
  EXPECT_THAT(response.error().message, HasSubstr("extra_json"));
  EXPECT_TRUE(server.requests().empty());
  EXPECT_EQ(status(), StatusCode::error);
}

TEST_F(ClientTest, ErrorsAreValuesWithTheProvidersCodeAndMessage) {
  RawHttpServer server(answer(
      "401 Unauthorized", {},
      R"({"error":{"message":"Incorrect API key","type":"invalid_request_error","code":"invalid_api_key"}})"));
  const auto response = openai_at(server).chat(question);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().type, "invalid_api_key");
  EXPECT_EQ(response.error().message, "Incorrect API key");
  EXPECT_EQ(response.error().status, 401u);
  EXPECT_EQ(span().at("error.type"), R"("invalid_api_key")");
  EXPECT_EQ(tracing.attributes("POST").at("error.type"), R"("401")");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(ClientTest, RetriesAreInsideOneSpanAndEachIsAnAttempt) {
  RawHttpServer server(in_turn(answer("503 Service Unavailable", {}, "<html>"),
                               answer("429 Too Many Requests"),
                               answer("200 OK", {}, std::string(openai_answer))));
  ASSERT_TRUE(openai_at(server).chat(question));
  EXPECT_EQ(tracing.count(), 4u);
  EXPECT_EQ(status(), StatusCode::unset);
  EXPECT_EQ(tracing.attributes("POST").at("http.request.resend_count"), "2");
}

TEST_F(ClientTest, RetriesEnd) {
  RawHttpServer server(answer("500 Internal Server Error", {}, R"({"error":"overloaded"})"));
  ClientOptions options = at(server);
  options.max_retries = 1;
  const auto response = openai::Client(options, instrumentation).chat(question);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().type, "500");
  EXPECT_EQ(response.error().message, "overloaded");
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST_F(ClientTest, AnswersThatAreNotWhatTheApiPromisesAreErrors) {
  for (const char* const body : {"", "no json", "[]", R"({"choices":[]})", R"({"choices":7})"}) {
    RawHttpServer server(answer("200 OK", {}, body));
    const auto response = openai_at(server).chat(question);
    ASSERT_FALSE(response) << body;
    EXPECT_EQ(response.error().type, "invalid_response") << body;
  }
}

TEST_F(ClientTest, TimeoutsAndLostConnectionsAreErrorsOfTheirOwn) {
  RawHttpServer server(in_turn(stall(), reset()));
  ClientOptions options = at(server);
  options.timeout = std::chrono::milliseconds(100);
  options.max_retries = 0;
  openai::Client client(options, instrumentation);
  EXPECT_EQ(client.chat(question).error().type, "timeout");
  EXPECT_EQ(client.chat(question).error().type, "connection_error");
}

TEST_F(ClientTest, CancelledCallsAreNoErrors) {
  RawHttpServer server(stall());
  auto client = openai_at(server);
  std::stop_source stop;
  std::thread canceller([&] {
    while (server.requests().empty()) std::this_thread::yield();
    stop.request_stop();
  });
  const auto response = client.chat(question, stop.get_token());
  canceller.join();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().type, "cancelled");
  EXPECT_EQ(status(), StatusCode::unset);
}

TEST_F(ClientTest, OpenAiStreamIsOneSpanWithTheWholeAnswer) {
  RawHttpServer server(answer(
      "200 OK", {{"content-type", "text/event-stream"}},
      events(
          {R"({"id":"c1","model":"m-2024","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]})",
           R"({"choices":[{"index":0,"delta":{"content":"Par"}}]})",
           R"({"choices":[{"index":0,"delta":{"content":"is."}}]})",
           R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t1","function":{"name":"now","arguments":"{"}}]}}]})",
           R"({"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}}]})",
           R"({"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})",
           R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3}})", "[DONE]"})));
  std::vector<std::string> pieces;
  const auto response = openai_at(server).stream_chat(question, [&](const ChatChunk& chunk) {
    pieces.push_back(chunk.text);
    return true;
  });
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_THAT(pieces, ElementsAre("Par", "is."));
  EXPECT_EQ(response->text(), "Paris.");
  EXPECT_EQ(response->choices[0].message.tool_calls.at(0).arguments, "{}");
  EXPECT_EQ(response->choices[0].finish_reason, "tool_call");
  EXPECT_EQ(span().at("gen_ai.response.finish_reasons"), R"(["tool_call"])");
  EXPECT_EQ(span().at("gen_ai.usage.input_tokens"), "9");
  EXPECT_EQ(span().at("gen_ai.request.stream"), "true");
  EXPECT_TRUE(span().contains("gen_ai.response.time_to_first_chunk"));
  EXPECT_EQ(span().at("gen_ai.output.messages"),
            R"([{"role":"assistant","parts":[{"type":"text","content":"Paris."},)"
            R"({"type":"tool_call","id":"t1","name":"now","arguments":{}}]}])");
  EXPECT_EQ(Json::parse(server.requests().at(0).body)["stream_options"]["include_usage"], true);
}

TEST_F(ClientTest, StreamThatIsCutOffIsAnErrorThatKeepsWhatCame) {
  RawHttpServer server(
      answer("200 OK", {}, events({R"({"id":"c1","choices":[{"index":0,"delta":{"content":"Par"}}]})"})));
  const auto response = openai_at(server).stream_chat(question, [](const ChatChunk&) { return true; });
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().type, "stream_truncated");
  EXPECT_EQ(span().at("gen_ai.response.finish_reasons"), R"(["error"])");
  EXPECT_THAT(span().at("gen_ai.output.messages"), HasSubstr(R"("content":"Par")"));
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(ClientTest, StreamMayFailInItsMidst) {
  RawHttpServer server(answer("200 OK", {},
                              events({R"({"id":"c1","choices":[{"index":0,"delta":{"content":"Par"}}]})",
                                      R"({"error":{"message":"overloaded","code":"server_error"}})"})));
  const auto response = openai_at(server).stream_chat(question, [](const ChatChunk&) { return true; });
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().type, "server_error");
  EXPECT_EQ(status(), StatusCode::error);
}

TEST_F(ClientTest, StreamThatTheReaderEndsIsNoError) {
  RawHttpServer server(answer("200 OK", {},
                              events({R"({"id":"c1","choices":[{"index":0,"delta":{"content":"Par"}}]})",
                                      R"({"choices":[{"index":0,"delta":{"content":"is."}}]})", "[DONE]"})));
  const auto response = openai_at(server).stream_chat(question, [](const ChatChunk&) { return false; });
  ASSERT_TRUE(response);
  EXPECT_EQ(response->text(), "Par");
  EXPECT_EQ(status(), StatusCode::unset);
  EXPECT_FALSE(span().contains("gen_ai.response.finish_reasons"));
}

TEST_F(ClientTest, OpenAiResponsesApiIsReadWholeAndStreamed) {
  const std::string whole = R"({"id":"resp_1","model":"m-2024","status":"completed","output":[
      {"type":"reasoning","summary":[{"type":"summary_text","text":"Think."}]},
      {"type":"message","content":[{"type":"output_text","text":"Paris."}]},
      {"type":"function_call","call_id":"c1","name":"now","arguments":"{}"}],
      "usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":2},"output_tokens":3,
      "output_tokens_details":{"reasoning_tokens":1}}})";
  std::string one_line = Json::parse(whole).dump();
  RawHttpServer server(
      in_turn(answer("200 OK", {}, whole),
              answer("200 OK", {},
                     "event: response.output_text.delta\n" +
                         events({R"({"type":"response.output_text.delta","delta":"Paris."})",
                                 R"({"type":"response.completed","response":)" + one_line + "}"}))));
  openai::ResponsesClient client(at(server), instrumentation);
  for (const bool streams : {false, true}) {
    const auto response =
        streams ? client.stream_chat(question, [](const ChatChunk&) { return true; }) : client.chat(question);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->text(), "Paris.");
    EXPECT_EQ(response->choices[0].message.tool_calls.at(0).id, "c1");
    EXPECT_EQ(response->choices[0].message.reasoning, "Think.");
    EXPECT_EQ(response->usage.reasoning_output_tokens, 1);
    EXPECT_EQ(span().at("openai.api.type"), R"("responses")");
  }
  EXPECT_EQ(server.requests().at(0).target, "/v1/responses");
  EXPECT_EQ(Json::parse(server.requests().at(0).body)["input"][1]["content"], "Capital of France?");
}

TEST_F(ClientTest, AnthropicAddsTheCachesTokensToTheInputs) {
  RawHttpServer server(in_turn(
      answer("200 OK", {}, R"({"id":"msg_1","model":"m-4","type":"message","role":"assistant",
          "content":[{"type":"thinking","thinking":"Hm."},{"type":"text","text":"Paris."},
          {"type":"tool_use","id":"t1","name":"now","input":{"zone":"UTC"}}],"stop_reason":"tool_use",
          "usage":{"input_tokens":5,"cache_read_input_tokens":100,"cache_creation_input_tokens":20,"output_tokens":7}})"),
      answer(
          "200 OK", {},
          events(
              {R"({"type":"message_start","message":{"id":"msg_2","model":"m-4","usage":{"input_tokens":5,"cache_read_input_tokens":100,"output_tokens":1}}})",
               R"({"type":"ping"})",
               R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})",
               R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Paris."}})",
               R"({"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t1","name":"now","input":{}}})",
               R"({"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"zone\":"}})",
               R"({"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"\"UTC\"}"}})",
               R"({"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":7}})",
               R"({"type":"message_stop"})"}))));
  anthropic::Client client(at(server), instrumentation);
  const auto whole = client.chat(question);
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->usage.input_tokens, 125);
  EXPECT_EQ(whole->choices[0].message.tool_calls.at(0).arguments, R"({"zone":"UTC"})");
  EXPECT_EQ(span().at("gen_ai.usage.cache_write.input_tokens"), "20");
  EXPECT_EQ(span().at("gen_ai.provider.name"), R"("anthropic")");
  EXPECT_FALSE(span().contains("openai.api.type"));
  const auto streamed = client.stream_chat(question, [](const ChatChunk&) { return true; });
  ASSERT_TRUE(streamed) << streamed.error().message;
  EXPECT_EQ(streamed->text(), "Paris.");
  EXPECT_EQ(streamed->choices[0].message.tool_calls.at(0).arguments, R"({"zone":"UTC"})");
  EXPECT_EQ(streamed->choices[0].finish_reason, "tool_call");
  EXPECT_EQ(streamed->usage.input_tokens, 105);
  EXPECT_EQ(streamed->usage.output_tokens, 7);
  const auto request = server.requests().at(0);
  EXPECT_EQ(transport::header(request.headers, "x-api-key"), "secret-key");
  EXPECT_EQ(Json::parse(request.body)["system"], "Be brief.");
  EXPECT_EQ(client.embed({.model = "m", .texts = {"a"}}).error().type, "invalid_request");
}

TEST_F(ClientTest, AnthropicErrorsHaveTheirType) {
  RawHttpServer server(
      answer("400 Bad Request", {},
             R"({"type":"error","error":{"type":"invalid_request_error","message":"max_tokens"}})"));
  const auto response = anthropic::Client(at(server), instrumentation).chat(question);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().type, "invalid_request_error");
}

TEST_F(ClientTest, OllamaSpeaksInLines) {
  RawHttpServer server(in_turn(
      answer("200 OK", {}, R"({"model":"m","message":{"role":"assistant","content":"Paris."},"done":true,
          "done_reason":"stop","prompt_eval_count":9,"eval_count":3})"),
      answer("200 OK", {},
             "{\"model\":\"m\",\"message\":{\"content\":\"Par\"},\"done\":false}\n"
             "{\"model\":\"m\",\"message\":{\"content\":\"is.\"},\"done\":false}\n"
             "{\"model\":\"m\",\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"length\","
             "\"eval_count\":3}\n"),
      answer("200 OK", {}, R"({"model":"m","embeddings":[[0.5,1],[2,3]],"prompt_eval_count":4})")));
  ollama::Client client(at(server), instrumentation);
  ASSERT_TRUE(client.chat(question));
  EXPECT_EQ(span().at("gen_ai.usage.output_tokens"), "3");
  const auto streamed = client.stream_chat(question, [](const ChatChunk&) { return true; });
  ASSERT_TRUE(streamed) << streamed.error().message;
  EXPECT_EQ(streamed->text(), "Paris.");
  EXPECT_EQ(streamed->choices[0].finish_reason, "length");
  const auto embedded = client.embed({.model = "e", .texts = {"a", "b"}});
  ASSERT_TRUE(embedded) << embedded.error().message;
  EXPECT_THAT(embedded->vectors, ElementsAre(ElementsAre(0.5F, 1.F), ElementsAre(2.F, 3.F)));
  EXPECT_EQ(tracing.attributes("embeddings e").at("gen_ai.embeddings.dimension.count"), "2");
}

TEST_F(ClientTest, ThatCannotBeReachedSaysWhereItLooked) {
  ClientOptions options{.base_url = "http://127.0.0.1:1/v1", .api_key = "secret-key", .max_retries = 0};
  const auto response = openai::Client(options, instrumentation).chat(question);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().type, "connection_error");
  EXPECT_THAT(response.error().message, HasSubstr("127.0.0.1"));
  EXPECT_THAT(response.error().message, testing::Not(HasSubstr("secret-key")));
}

}  // namespace
}  // namespace sonde::genai
