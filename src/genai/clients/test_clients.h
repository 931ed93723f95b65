#pragma once

// What the tests of model clients share: a question, and answers as a provider would give them.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "sdk_support/raw_http_server.h"
#include "sonde/genai/openai.hpp"

namespace sonde::genai::test {

inline const ChatRequest question = {
    .model = "m",
    .messages = {{.role = "system", .content = "Be brief."}, {.content = "Capital of France?"}}};

inline constexpr std::string_view openai_answer =
    R"({"id":"chatcmpl-1","model":"m-2024","choices":[{"index":0,
  "message":{"role":"assistant","content":"Paris."},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,
  "completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4},
  "completion_tokens_details":{"reasoning_tokens":1}}})";

/// A server-sent event.
inline std::string event(const std::string& data) { return "data: " + data + "\n\n"; }

inline std::string events(const std::vector<std::string>& data) {
  std::string body;
  for (const std::string& each : data) body += event(each);
  return body;
}

/// What an event says that adds text to an answer of OpenAI's.
inline std::string chunk_of(const std::string& text) {
  return R"({"id":"c1","model":"m-2024","choices":[{"index":0,"delta":{"content":")" + text + R"("}}]})";
}

/// A whole answer in pieces, with its usage: three tokens of output.
inline std::string streamed_answer(const std::vector<std::string>& texts) {
  std::vector<std::string> data;
  for (const std::string& text : texts) data.push_back(chunk_of(text));
  data.emplace_back(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})");
  data.emplace_back(R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3}})");
  data.emplace_back("[DONE]");
  return events(data);
}

inline ClientOptions options_at(const sonde::test::RawHttpServer& server) {
  return {.base_url = server.url("/v1"), .api_key = "secret-key", .timeout = std::chrono::seconds(5)};
}

}  // namespace sonde::genai::test
