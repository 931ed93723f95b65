#pragma once

#include "sonde/genai/client.hpp"

namespace sonde::ollama {

/// What the environment says: OLLAMA_HOST, else this machine's port 11434.
[[nodiscard]] genai::ClientOptions options_from_environment();

/// Ollama's own API: chat and embeddings.
class Client : public genai::Client {
 public:
  explicit Client(genai::ClientOptions options = options_from_environment(),
                  const genai::Instrumentation& instrumentation = genai::Instrumentation::global());
};

}  // namespace sonde::ollama
