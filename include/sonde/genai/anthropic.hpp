#pragma once

#include "sonde/genai/client.hpp"

namespace sonde::anthropic {

/// What the environment says: ANTHROPIC_BASE_URL (else Anthropic's own), ANTHROPIC_API_KEY.
[[nodiscard]] genai::ClientOptions options_from_environment();

/// Anthropic's Messages API. There are no embeddings. Tokens read from and written to the cache, which
/// Anthropic counts apart, are added to the input tokens, as the convention has it.
class Client : public genai::Client {
 public:
  explicit Client(genai::ClientOptions options = options_from_environment(),
                  const genai::Instrumentation& instrumentation = genai::Instrumentation::global());
};

}  // namespace sonde::anthropic
