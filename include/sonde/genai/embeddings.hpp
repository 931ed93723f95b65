#pragma once

// Source: semantic-conventions-genai, gen_ai.client.embeddings.

#include "sonde/genai/inference.hpp"

namespace sonde::genai {

/// Views, for the length of the call; what is empty is not recorded. The texts and vectors never are.
struct EmbeddingsRequest {
  std::string_view provider = {};  ///< Required.
  std::string_view model = {};     ///< Required if there is one.
  Parent parent = {};
  bool in_process = false;
  std::string_view server_address = {};
  std::uint16_t server_port = 0;
  std::optional<std::int64_t> dimension_count = {};
  Strings encoding_formats = {};  ///< float, base64
  Attributes attributes = {};
};

/// Texts being turned into vectors.
class Embeddings : public Operation {
 public:
  explicit Embeddings(const EmbeddingsRequest& request,
                      const Instrumentation& instrumentation = Instrumentation::global());

  void set_response(std::string_view model, std::optional<std::int64_t> input_tokens,
                    std::optional<std::int64_t> dimension_count = {}) noexcept;
};

}  // namespace sonde::genai
