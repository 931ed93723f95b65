// Recorded answers of every provider, sent by a server on this machine and read by its client: what is
// returned, and what the span says of it. The records are the seeds of dialect_fuzz.

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "genai/clients/dialect_replay.h"
#include "genai/test_genai.h"
#include "sdk_support/raw_http_server.h"
#include "sonde/genai/anthropic.hpp"
#include "sonde/genai/ollama.hpp"
#include "sonde/genai/openai.hpp"

namespace sonde::genai {
namespace {

using Tokens = std::optional<std::int64_t>;

/// What is expected of a record. Of tool calls, the two that ask for the weather in Paris and in Rome.
struct Expected {
  std::string_view record;
  std::string_view error = {};  ///< Empty: an answer.
  std::string_view text = {};   ///< Of the answer, or so far.
  std::string_view reasoning = {};
  std::string_view finish_reason = {};
  std::size_t tool_calls = 0;
  Tokens input = {};
  Tokens output = {};
  Tokens cache_read = {};
  Tokens cache_write = {};
  Tokens reasoning_tokens = {};
};

// clang-format off
const std::vector<Expected> expectations = {
    {.record = "openai_answer", .text = "Paris.", .finish_reason = "stop", .input = 19, .output = 10, .cache_read = 0, .reasoning_tokens = 0},
    {.record = "openai_cached_and_reasoning", .text = "Paris.", .finish_reason = "stop", .input = 2006, .output = 300, .cache_read = 1920, .reasoning_tokens = 192},
    {.record = "openai_tool_calls", .finish_reason = "tool_call", .tool_calls = 2, .input = 19, .output = 10},
    {.record = "openai_length", .text = "Par", .finish_reason = "length", .input = 19, .output = 10},
    {.record = "openai_content_filter", .finish_reason = "content_filter", .input = 19, .output = 10},
    {.record = "openai_stream", .text = "Paris.", .finish_reason = "stop", .input = 19, .output = 10, .cache_read = 8, .reasoning_tokens = 4},
    {.record = "openai_stream_tool_calls", .finish_reason = "tool_call", .tool_calls = 2, .input = 19, .output = 10, .cache_read = 8, .reasoning_tokens = 4},
    {.record = "openai_stream_truncated", .error = "stream_truncated", .text = "Paris."},
    {.record = "openai_stream_malformed", .error = "invalid_response", .text = "Paris."},
    {.record = "openai_stream_error", .error = "server_error", .text = "Paris."},
    {.record = "openai_malformed", .error = "invalid_response"},
    {.record = "openai_400", .error = "context_length_exceeded"},
    {.record = "openai_401", .error = "invalid_api_key"},
    {.record = "openai_403", .error = "unsupported_country_region_territory"},
    {.record = "openai_404", .error = "model_not_found"},
    {.record = "openai_429", .error = "insufficient_quota"},
    {.record = "openai_500", .error = "server_error"},
    {.record = "openai_502_from_a_proxy", .error = "502"},
    {.record = "openai_503", .error = "overloaded"},
    {.record = "openai_embeddings", .error = "invalid_response"},

    {.record = "responses_answer", .text = "Paris.", .reasoning = "A capital.", .finish_reason = "stop", .input = 36, .output = 87, .cache_read = 12, .reasoning_tokens = 64},
    {.record = "responses_tool_calls", .finish_reason = "tool_call", .tool_calls = 2, .input = 36, .output = 87, .cache_read = 12, .reasoning_tokens = 64},
    {.record = "responses_length", .text = "Par", .finish_reason = "length", .input = 36, .output = 87, .cache_read = 12, .reasoning_tokens = 64},
    {.record = "responses_content_filter", .finish_reason = "content_filter", .input = 36, .output = 87, .cache_read = 12, .reasoning_tokens = 64},
    {.record = "responses_failed", .error = "server_error"},
    {.record = "responses_stream", .text = "Paris.", .reasoning = "A capital.", .finish_reason = "stop", .input = 36, .output = 87, .cache_read = 12, .reasoning_tokens = 64},
    {.record = "responses_stream_tool_calls", .finish_reason = "tool_call", .tool_calls = 2, .input = 36, .output = 87, .cache_read = 12, .reasoning_tokens = 64},
    {.record = "responses_stream_truncated", .error = "stream_truncated", .text = "Paris."},
    {.record = "responses_stream_malformed", .error = "invalid_response", .text = "Paris."},
    {.record = "responses_stream_error", .error = "server_error", .text = "Paris."},
    {.record = "responses_stream_failed", .error = "rate_limit_exceeded"},
    {.record = "responses_malformed", .error = "invalid_response"},
    {.record = "responses_400", .error = "invalid_prompt"},
    {.record = "responses_401", .error = "invalid_api_key"},
    {.record = "responses_404", .error = "model_not_found"},
    {.record = "responses_429", .error = "rate_limit_exceeded"},
    {.record = "responses_500", .error = "server_error"},

    {.record = "anthropic_answer", .text = "Paris.", .finish_reason = "stop", .input = 12, .output = 6},
    {.record = "anthropic_cached", .text = "Paris.", .reasoning = "A capital.", .finish_reason = "stop", .input = 2098, .output = 503, .cache_read = 1800, .cache_write = 248},
    {.record = "anthropic_tool_calls", .text = "Let me look.", .finish_reason = "tool_call", .tool_calls = 2, .input = 12, .output = 6},
    {.record = "anthropic_length", .text = "Par", .finish_reason = "length", .input = 12, .output = 6},
    {.record = "anthropic_refusal", .finish_reason = "content_filter", .input = 12, .output = 6},
    {.record = "anthropic_stream", .text = "Paris.", .reasoning = "A capital.", .finish_reason = "stop", .input = 112, .output = 15, .cache_read = 100, .cache_write = 0},
    {.record = "anthropic_stream_tool_calls", .finish_reason = "tool_call", .tool_calls = 2, .input = 112, .output = 15, .cache_read = 100, .cache_write = 0},
    {.record = "anthropic_stream_truncated", .error = "stream_truncated", .text = "Paris.", .reasoning = "A capital.", .input = 112, .output = 1, .cache_read = 100, .cache_write = 0},
    {.record = "anthropic_stream_malformed", .error = "invalid_response", .text = "Paris.", .reasoning = "A capital.", .input = 112, .output = 1, .cache_read = 100, .cache_write = 0},
    {.record = "anthropic_stream_error", .error = "overloaded_error", .text = "Paris.", .reasoning = "A capital.", .input = 112, .output = 1, .cache_read = 100, .cache_write = 0},
    {.record = "anthropic_malformed", .error = "invalid_response"},
    {.record = "anthropic_deep_input", .error = "invalid_response"},
    {.record = "anthropic_400", .error = "invalid_request_error"},
    {.record = "anthropic_401", .error = "authentication_error"},
    {.record = "anthropic_403", .error = "permission_error"},
    {.record = "anthropic_404", .error = "not_found_error"},
    {.record = "anthropic_413", .error = "request_too_large"},
    {.record = "anthropic_429", .error = "rate_limit_error"},
    {.record = "anthropic_500", .error = "api_error"},
    {.record = "anthropic_529", .error = "overloaded_error"},

    {.record = "ollama_answer", .text = "Paris.", .finish_reason = "stop", .input = 26, .output = 282},
    {.record = "ollama_thinking", .text = "Paris.", .reasoning = "A capital.", .finish_reason = "stop", .input = 26, .output = 282},
    {.record = "ollama_tool_calls", .finish_reason = "tool_call", .tool_calls = 2, .input = 26, .output = 282},
    {.record = "ollama_length", .text = "Par", .finish_reason = "length", .input = 26, .output = 282},
    {.record = "ollama_stream", .text = "Paris.", .reasoning = "A capital.", .finish_reason = "stop", .input = 26, .output = 282},
    {.record = "ollama_stream_tool_calls", .finish_reason = "tool_call", .tool_calls = 2, .input = 26, .output = 282},
    {.record = "ollama_stream_truncated", .error = "stream_truncated", .text = "Paris.", .reasoning = "A capital."},
    {.record = "ollama_stream_malformed", .error = "invalid_response", .text = "Paris.", .reasoning = "A capital."},
    {.record = "ollama_stream_error", .error = "_OTHER", .text = "Paris.", .reasoning = "A capital."},
    {.record = "ollama_malformed", .error = "invalid_response"},
    {.record = "ollama_400", .error = "400"},
    {.record = "ollama_404", .error = "404"},
    {.record = "ollama_500", .error = "500"},
    {.record = "ollama_503", .error = "503"},
    {.record = "ollama_embeddings", .error = "invalid_response"},
};
// clang-format on

std::filesystem::path folder() { return SONDE_RECORDED_ANSWERS; }

std::string read(std::string_view name) {
  std::ifstream file(folder() / name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::unique_ptr<Client> client_of(std::string_view provider, const ClientOptions& options,
                                  const Instrumentation& instrumentation) {
  if (provider == "responses") return std::make_unique<openai::ResponsesClient>(options, instrumentation);
  if (provider == "anthropic") return std::make_unique<anthropic::Client>(options, instrumentation);
  if (provider == "ollama") return std::make_unique<ollama::Client>(options, instrumentation);
  return std::make_unique<openai::Client>(options, instrumentation);
}

void expect_tool_calls(const std::vector<ToolCall>& calls) {
  const char* const arguments[] = {R"({"city":"Paris"})", R"({"city":"Rome"})"};
  for (std::size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(calls[i].name, "get_weather");
    EXPECT_EQ(calls[i].arguments, arguments[i]);
  }
}

/// What the span says: as much as the answer, or the error and what had come before it.
void expect_span(const Expected& expected, const test::Map& span) {
  const auto value_of = [&](const char* key) {
    const auto found = span.find(key);
    return found == span.end() ? std::string() : found->second;
  };
  const auto quoted = [](std::string_view text) { return '"' + std::string(text) + '"'; };
  const auto number = [](const Tokens& tokens) { return tokens ? std::to_string(*tokens) : std::string(); };
  const bool failed = !expected.error.empty();
  EXPECT_EQ(value_of("error.type"), failed ? quoted(expected.error) : "");
  if (!failed) {
    EXPECT_EQ(value_of("gen_ai.response.finish_reasons"), "[" + quoted(expected.finish_reason) + "]");
  }
  EXPECT_EQ(value_of("gen_ai.usage.input_tokens"), number(expected.input));
  EXPECT_EQ(value_of("gen_ai.usage.output_tokens"), number(expected.output));
  EXPECT_EQ(value_of("gen_ai.usage.cache_read.input_tokens"), number(expected.cache_read));
  EXPECT_EQ(value_of("gen_ai.usage.cache_write.input_tokens"), number(expected.cache_write));
  EXPECT_EQ(value_of("gen_ai.usage.reasoning.output_tokens"), number(expected.reasoning_tokens));
  const std::string output = value_of("gen_ai.output.messages");
  for (const std::string_view text : {expected.text, expected.reasoning}) {
    if (!text.empty()) {
      EXPECT_THAT(output, testing::HasSubstr(R"("content":)" + quoted(text)));
    }
  }
  if (expected.tool_calls == 2) {
    EXPECT_THAT(output, testing::HasSubstr(R"("arguments":{"city":"Rome"})"));
  }
}

void expect_answer(const Expected& expected, const Result<ChatResponse>& response) {
  ASSERT_TRUE(response) << response.error().type << ": " << response.error().message;
  const ChatChoice& choice = response->choices.front();
  EXPECT_EQ(response->text(), expected.text);
  EXPECT_EQ(choice.message.reasoning, expected.reasoning);
  EXPECT_EQ(choice.finish_reason, expected.finish_reason);
  EXPECT_EQ(choice.message.tool_calls.size(), expected.tool_calls);
  expect_tool_calls(choice.message.tool_calls);
  EXPECT_EQ(response->usage.input_tokens, expected.input);
  EXPECT_EQ(response->usage.output_tokens, expected.output);
}

class RecordedAnswers : public testing::TestWithParam<Expected> {};

TEST_P(RecordedAnswers, AreReturnedAndRecordedAsWhatTheyMean) {
  const Expected& expected = GetParam();
  const std::string bytes = read(expected.record);
  const auto record = detail::read_record(bytes);
  const test::Tracing tracing;
  const Instrumentation instrumentation({.capture = ContentCapture::span});
  sonde::test::RawHttpServer server(
      sonde::test::answer(std::to_string(record.status) + " As Recorded", {}, record.body));
  const auto client =
      client_of(record.provider, {.base_url = server.url("/v1"), .max_retries = 0}, instrumentation);
  const ChatRequest request{.model = "m", .messages = {{.content = "Capital of France?"}}};
  const auto response = record.is_stream ? client->stream_chat(request, [](const ChatChunk&) { return true; })
                                         : client->chat(request);
  if (expected.error.empty()) {
    expect_answer(expected, response);
  } else {
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().type, expected.error);
    EXPECT_NE(response.error().message, "");
    EXPECT_EQ(response.error().status, record.status == 200 ? 0 : record.status);
  }
  EXPECT_EQ(tracing.count(), 2u);
  expect_span(expected, tracing.attributes("chat m"));
}

INSTANTIATE_TEST_SUITE_P(Each, RecordedAnswers, testing::ValuesIn(expectations),
                         [](const auto& each) { return std::string(each.param.record); });

TEST(Records, AreAllExpected) {
  std::set<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(folder())) files.insert(file.path().filename());
  std::set<std::string> expected;
  for (const Expected& each : expectations) expected.insert(std::string(each.record));
  EXPECT_EQ(files, expected);
}

}  // namespace
}  // namespace sonde::genai
