#pragma once

// Source: semantic-conventions-genai, gen_ai.retrieval.client.

#include "sonde/genai/inference.hpp"

namespace sonde::genai {

/// Views, for the length of the call; what is empty is not recorded.
struct RetrievalRequest {
  std::string_view data_source_id = {};  ///< Which index or collection.
  std::string_view provider = {};
  std::string_view model = {};
  Parent parent = {};
  std::string_view server_address = {};
  std::uint16_t server_port = 0;
  std::optional<std::int64_t> top_k = {};
  std::string_view query = {};  ///< Content: recorded only when captured.
  Attributes attributes = {};
};

/// A search for documents that a model is to answer from.
class Retrieval : public Operation {
 public:
  explicit Retrieval(const RetrievalRequest& request,
                     const Instrumentation& instrumentation = Instrumentation::global());

  /// Content: recorded only when captured.
  void record_documents(std::span<const RetrievedDocument> documents) noexcept;
};

}  // namespace sonde::genai
