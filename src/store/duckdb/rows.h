#pragma once

// An answer of the database, read row by row, each row from its first column to its last:
//
//     while (rows.next()) {
//       operation.name = rows.text();
//       operation.kind = rows.number<std::uint8_t>();
//     }

#include <duckdb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/ids.hpp"

namespace sonde::store::duckdb {

/// Owns the answer. Views point into the current row's chunk and are good until the next call of next().
/// What the columns are is between the query and its reader: nothing is converted.
class Rows {
 public:
  explicit Rows(duckdb_result result) : result_(result) {}
  Rows(Rows&& other) noexcept;
  Rows& operator=(Rows&&) = delete;
  ~Rows();

  /// Goes to the next row; false after the last.
  [[nodiscard]] bool next();

  // Each reads the current row's next column. NULL is zero, empty, or none.
  template <class Number>
  Number number() {
    const auto* const cell = take<Number>();
    return cell == nullptr ? Number{} : *cell;
  }
  template <class Number>
  std::optional<Number> optional_number() {
    const auto* const cell = take<Number>();
    return cell == nullptr ? std::nullopt : std::optional<Number>(*cell);
  }
  std::string_view text() { return optional_text().value_or(std::string_view()); }
  std::optional<std::string_view> optional_text();
  std::vector<std::string> texts();
  TraceId trace_id();
  SpanId span_id();

 private:
  struct Column {
    const void* data;
    std::uint64_t* validity;  // null if every row has a value
    duckdb_vector vector;
  };

  bool next_chunk();
  /// The row's cell in the next column, or null for NULL.
  template <class Cell>
  const Cell* take() {
    const Column& column = columns_[column_++];
    if (column.validity != nullptr && !duckdb_validity_row_is_valid(column.validity, row_)) return nullptr;
    return static_cast<const Cell*>(column.data) + row_;
  }

  duckdb_result result_;
  duckdb_data_chunk chunk_ = nullptr;
  std::vector<Column> columns_;
  idx_t size_ = 0;  // rows in the chunk
  idx_t row_ = 0;
  std::size_t column_ = 0;
};

}  // namespace sonde::store::duckdb
