// The clients of each provider: where its API is by default, and its dialect.

#include <cstdlib>
#include <string>
#include <utility>

#include "genai/clients/dialect.h"
#include "sonde/genai/anthropic.hpp"
#include "sonde/genai/ollama.hpp"
#include "sonde/genai/openai.hpp"

namespace sonde {
namespace {

std::string environment(const char* name, std::string otherwise = {}) {
  const char* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::move(otherwise) : std::string(value);
}

genai::ClientOptions without_trailing_slash(genai::ClientOptions options) {
  while (options.base_url.ends_with('/')) options.base_url.pop_back();
  return options;
}

}  // namespace

namespace openai {

genai::ClientOptions options_from_environment() {
  return {.base_url = environment("OPENAI_BASE_URL", "https://api.openai.com/v1"),
          .api_key = environment("OPENAI_API_KEY")};
}

Client::Client(genai::ClientOptions options, const genai::Instrumentation& instrumentation)
    : genai::Client(genai::detail::make_openai_dialect(), without_trailing_slash(std::move(options)),
                    instrumentation) {}

ResponsesClient::ResponsesClient(genai::ClientOptions options, const genai::Instrumentation& instrumentation)
    : genai::Client(genai::detail::make_openai_responses_dialect(),
                    without_trailing_slash(std::move(options)), instrumentation) {}

}  // namespace openai

namespace anthropic {

genai::ClientOptions options_from_environment() {
  return {.base_url = environment("ANTHROPIC_BASE_URL", "https://api.anthropic.com/v1"),
          .api_key = environment("ANTHROPIC_API_KEY")};
}

Client::Client(genai::ClientOptions options, const genai::Instrumentation& instrumentation)
    : genai::Client(genai::detail::make_anthropic_dialect(), without_trailing_slash(std::move(options)),
                    instrumentation) {}

}  // namespace anthropic

namespace ollama {

genai::ClientOptions options_from_environment() {
  std::string host = environment("OLLAMA_HOST", "http://127.0.0.1:11434");
  if (host.find("://") == std::string::npos) host = "http://" + host;
  return {.base_url = std::move(host)};
}

Client::Client(genai::ClientOptions options, const genai::Instrumentation& instrumentation)
    : genai::Client(genai::detail::make_ollama_dialect(), without_trailing_slash(std::move(options)),
                    instrumentation) {}

}  // namespace ollama

}  // namespace sonde
