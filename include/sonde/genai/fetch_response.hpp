#pragma once

// Source: semantic-conventions-genai, gen_ai.fetch_response.client.

#include "sonde/genai/inference.hpp"

namespace sonde::genai {

/// Views, for the length of the call; what is empty is not recorded.
struct FetchResponseRequest {
  std::string_view provider = {};       ///< Required.
  std::string_view response_id = {};    ///< Required: which response.
  std::string_view stream_cursor = {};  ///< Where in a streamed response to go on.
  Parent parent = {};
  std::string_view server_address = {};
  std::uint16_t server_port = 0;
  Attributes attributes = {};
};

/// Asking a provider for a response that it makes in the background: a call each time one looks, and no
/// inference; the tokens are those of the inference that asked for it.
class ResponseFetch : public Operation {
 public:
  explicit ResponseFetch(const FetchResponseRequest& request,
                         const Instrumentation& instrumentation = Instrumentation::global());

  /// `status` is queued, in_progress, completed, incomplete, failed or cancelled.
  void set_response(std::string_view model, std::string_view status, Strings finish_reasons = {}) noexcept;
};

}  // namespace sonde::genai
