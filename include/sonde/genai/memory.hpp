#pragma once

// Source: semantic-conventions-genai, gen_ai.memory.client.

#include "sonde/genai/inference.hpp"

namespace sonde::genai {

/// Views, for the length of the call; what is empty is not recorded.
struct MemoryRequest {
  std::string_view operation = operation::search_memory;  ///< Or another of the memory operations.
  std::string_view provider = {};
  std::string_view store_id = {};
  std::string_view record_id = {};
  std::string_view query = {};  ///< Content: recorded only when captured.
  Parent parent = {};
  bool in_process = false;
  Attributes attributes = {};
};

/// What an agent remembers: looked up, written or deleted.
class MemoryOperation : public Operation {
 public:
  explicit MemoryOperation(const MemoryRequest& request,
                           const Instrumentation& instrumentation = Instrumentation::global());

  void set_record_count(std::int64_t count) noexcept;
  /// Content: recorded only when captured. Each record is a map with "content", and "id", "score" if any.
  void record_records(std::span<const AttributeValue> records) noexcept;
};

}  // namespace sonde::genai
