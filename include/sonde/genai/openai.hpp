#pragma once

// OpenAI's API and all that speak it: vLLM, llama.cpp's server, gateways, Azure's v1 endpoint.
//
//     sonde::openai::Client client;  // OPENAI_API_KEY, OPENAI_BASE_URL
//     auto answer = client.chat({.model = "gpt-4o-mini", .messages = {{.content = "What is a span?"}}});
//     if (!answer) return report(answer.error());
//     std::cout << answer->text();

#include "sonde/genai/client.hpp"

namespace sonde::openai {

/// What the environment says: OPENAI_BASE_URL (else OpenAI's own), OPENAI_API_KEY.
[[nodiscard]] genai::ClientOptions options_from_environment();

/// Chat completions and embeddings.
class Client : public genai::Client {
 public:
  explicit Client(genai::ClientOptions options = options_from_environment(),
                  const genai::Instrumentation& instrumentation = genai::Instrumentation::global());
};

/// The same through the Responses API.
class ResponsesClient : public genai::Client {
 public:
  explicit ResponsesClient(genai::ClientOptions options = options_from_environment(),
                           const genai::Instrumentation& instrumentation = genai::Instrumentation::global());
};

}  // namespace sonde::openai
