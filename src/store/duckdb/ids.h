#pragma once

// Ids as the database keeps them: a trace id as a UUID, a span id as an unsigned number. Both sort as their
// hexadecimal text does.

#include <duckdb.h>

#include <cstddef>
#include <cstdint>

#include "sonde/ids.hpp"

namespace sonde::store::duckdb {
namespace detail {

/// The first of `size` bytes is the most significant.
inline std::uint64_t big_endian(const std::uint8_t* bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | bytes[i];
  return number;
}

inline void to_big_endian(std::uint64_t number, std::uint8_t* bytes) {
  for (std::size_t i = 8; i-- > 0; number >>= 8) bytes[i] = static_cast<std::uint8_t>(number);
}

/// DuckDB keeps a UUID as a signed number with this bit flipped, so that it sorts as an unsigned one.
inline constexpr std::uint64_t uuid_sign = std::uint64_t{1} << 63;

}  // namespace detail

inline duckdb_hugeint to_uuid(const TraceId& id) {
  return {.lower = detail::big_endian(id.bytes.data() + 8),
          .upper = static_cast<std::int64_t>(detail::big_endian(id.bytes.data()) ^ detail::uuid_sign)};
}

inline TraceId from_uuid(const duckdb_hugeint& uuid) {
  TraceId id;
  detail::to_big_endian(static_cast<std::uint64_t>(uuid.upper) ^ detail::uuid_sign, id.bytes.data());
  detail::to_big_endian(uuid.lower, id.bytes.data() + 8);
  return id;
}

inline std::uint64_t to_number(const SpanId& id) { return detail::big_endian(id.bytes.data()); }

inline SpanId from_number(std::uint64_t number) {
  SpanId id;
  detail::to_big_endian(number, id.bytes.data());
  return id;
}

}  // namespace sonde::store::duckdb
