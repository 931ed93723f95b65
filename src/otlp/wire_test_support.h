#pragma once

// Protobuf by hand, for tests of the decoder: pieces that are concatenated and nested, right or wrong.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "otlp/fields.h"

namespace sonde::otlp::wire {

inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value > 127; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

inline std::string tag(fields::Number number, unsigned type) { return varint(number << 3 | type); }

inline std::string integer(fields::Number number, std::uint64_t value) {
  return tag(number, 0) + varint(value);
}

template <class T>
std::string fixed(fields::Number number, T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return tag(number, sizeof value == 8 ? 1 : 5) + bytes;
}

inline std::string field(fields::Number number, std::string_view content) {
  return tag(number, 2) + varint(content.size()) + std::string(content);
}

/// The items, as they stand in the innermost message, in a request of one resource and one scope.
inline std::string request(std::string_view items) { return field(1, field(2, items)); }

inline const std::string trace_id_bytes = "0123456789abcdef";
inline const std::string span_id_bytes = "01234567";

/// A span that is valid but for what `more` adds.
inline std::string span(std::string_view more = {}) {
  return field(fields::scope_items::items, field(fields::span::trace_id, trace_id_bytes) +
                                               field(fields::span::span_id, span_id_bytes) +
                                               std::string(more));
}

}  // namespace sonde::otlp::wire
