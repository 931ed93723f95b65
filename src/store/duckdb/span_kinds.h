#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sonde::store::duckdb {

/// By OTLP's numbers.
inline constexpr auto span_kinds =
    std::to_array<std::string_view>({"unspecified", "internal", "server", "client", "producer", "consumer"});

inline std::string_view kind_name(std::uint8_t kind) {
  return kind < span_kinds.size() ? span_kinds[kind] : span_kinds.front();
}

/// A number that no span has for a word that names no kind.
inline std::size_t kind_number(std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(span_kinds, name) - span_kinds.begin());
}

}  // namespace sonde::store::duckdb
