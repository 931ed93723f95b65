#pragma once

// What metrics and later attributes need to know of an operation, kept from its beginning to its end.

#include <array>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "otlp/writer.h"
#include "sdk/metrics/attribute_set.h"

namespace sonde::genai::detail {

/// Views.
struct OperationLabels {
  std::string_view operation_name = {};
  std::string_view provider = {};
  std::string_view request_model = {};
  std::string_view response_model = {};
  std::string_view server_address = {};
  std::uint16_t server_port = 0;
  std::string_view target_name = {};  ///< The agent's, the tool's, the workflow's, the MCP method's.
  std::string_view tool_name = {};    ///< Of an MCP request.
  std::string_view tool_type = {};
  std::string_view error_type = {};
};

/// Holds short texts, mostly without an allocation. May throw std::bad_alloc.
class TextStore {
 public:
  TextStore() noexcept = default;
  TextStore(const TextStore&) = delete;
  TextStore& operator=(const TextStore&) = delete;

  [[nodiscard]] std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    char* const copy = allocate(text.size());
    otlp::write_bytes(reinterpret_cast<std::uint8_t*>(copy), text.data(), text.size());
    return {copy, text.size()};
  }
  /// The parts, one after another.
  [[nodiscard]] std::string_view join(std::initializer_list<std::string_view> parts) {
    std::size_t size = 0;
    for (const std::string_view part : parts) size += part.size();
    char* const text = allocate(size);
    auto* out = reinterpret_cast<std::uint8_t*>(text);
    for (const std::string_view part : parts) out = otlp::write_bytes(out, part.data(), part.size());
    return {text, size};
  }

 private:
  [[nodiscard]] char* allocate(std::size_t size) {
    if (size > block_.size() - used_) return longer_.emplace_front(size, '\0').data();
    return block_.data() + std::exchange(used_, used_ + size);
  }

  std::array<char, 256> block_;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
  std::size_t used_ = 0;
  std::forward_list<std::string> longer_;
};

[[nodiscard]] inline OperationLabels keep(const OperationLabels& labels, TextStore& texts) {
  return {.operation_name = texts.keep(labels.operation_name),
          .provider = texts.keep(labels.provider),
          .request_model = texts.keep(labels.request_model),
          .response_model = texts.keep(labels.response_model),
          .server_address = texts.keep(labels.server_address),
          .server_port = labels.server_port,
          .target_name = texts.keep(labels.target_name),
          .tool_name = texts.keep(labels.tool_name),
          .tool_type = texts.keep(labels.tool_type),
          .error_type = texts.keep(labels.error_type)};
}

// Those labels that every metric of a model call is grouped by.

[[nodiscard]] inline std::uint64_t hash_of_model(const OperationLabels& labels) noexcept {
  using sonde::detail::attribute_hash::of_text;
  std::uint64_t hash = of_text(labels.operation_name, labels.server_port);
  for (const std::string_view text :
       {labels.provider, labels.request_model, labels.response_model, labels.server_address}) {
    hash = of_text(text, hash);
  }
  return hash;
}

[[nodiscard]] inline bool are_same_model(const OperationLabels& a, const OperationLabels& b) noexcept {
  using sonde::detail::attribute_hash::are_equal;
  return a.server_port == b.server_port && are_equal(a.operation_name, b.operation_name) &&
         are_equal(a.provider, b.provider) && are_equal(a.request_model, b.request_model) &&
         are_equal(a.response_model, b.response_model) && are_equal(a.server_address, b.server_address);
}

}  // namespace sonde::genai::detail
