#pragma once

// The literals that our queries contain. Texts never are among them: those go as parameters.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sonde/ids.hpp"
#include "store/duckdb/ids.h"

namespace sonde::store::duckdb {

inline std::string sql(std::uint64_t number) { return std::to_string(number) + "::UBIGINT"; }
inline std::string sql(const SpanId& id) { return sql(detail::big_endian(id.bytes.data())); }
inline std::string sql(const TraceId& id) { return "'" + id.to_hex() + "'::UUID"; }

/// For LIMIT, which takes no more than a signed number.
inline std::string sql_limit(std::size_t limit, std::size_t spare = 0) {
  constexpr std::size_t most = std::size_t{1} << 62;
  return std::to_string(std::min(limit, most) + spare);
}

/// A list of conditions as one.
class Conditions {
 public:
  void add(std::string_view condition) {
    sql_ += sql_.empty() ? "WHERE " : " AND ";
    sql_ += condition;
  }
  /// With WHERE; empty if there are none.
  [[nodiscard]] const std::string& text() const { return sql_; }

 private:
  std::string sql_;
};

/// A key as the path by which the JSON functions find it at the top of an object (RFC 6901).
inline std::string json_path(std::string_view key) {
  std::string path = "/";
  for (const char character : key) {
    if (character == '~') {
      path += "~0";
    } else if (character == '/') {
      path += "~1";
    } else {
      path += character;
    }
  }
  return path;
}

}  // namespace sonde::store::duckdb
