#pragma once

// Rows on their way into a table, written cell by cell, each row from its first column to its last, straight
// into the database's vectors.

#include <duckdb.h>

#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "otlp/model.h"
#include "sonde/attribute.hpp"
#include "sonde/ids.hpp"
#include "store/duckdb/table.h"

namespace sonde::store::duckdb {

/// Fills one chunk after another. Texts are not copied: they must outlive the chunk, as everything in a batch
/// does. Not thread-safe.
class RowWriter {
 public:
  explicit RowWriter(const Table& table) : table_(table) {}

  /// Takes a new, empty chunk to fill.
  void begin_chunk(duckdb_data_chunk chunk);
  [[nodiscard]] bool is_full() const { return row_ == capacity_; }
  /// After the last cell of a row.
  void end_row() {
    assert(column_ == table_.columns.size());
    column_ = 0;
    ++row_;
  }
  /// Hands the chunk back with the rows it has.
  void end_chunk() { duckdb_data_chunk_set_size(chunk_, row_); }

  // Each writes the next column's cell.
  template <class Number>
    requires(std::integral<Number> || std::floating_point<Number>)
  void number(Number value) {
    assert(fits<Number>(table_.columns[column_].type));
    next<Number>() = value;
  }
  template <class Number>
  void optional_number(const std::optional<Number>& value) {
    if (value) {
      number(*value);
    } else {
      null();
    }
  }
  void trace_id(const TraceId& id);
  void span_id(const SpanId& id);
  /// NULL for an id of zeros.
  void optional_trace_id(const TraceId& id);
  void optional_span_id(const SpanId& id);
  void text(std::string_view text);
  /// NULL for an empty text.
  void optional_text(std::string_view text);
  /// NULL for none.
  void attributes(std::span<const Attribute> attributes);
  /// NULL for the empty value.
  void value(const AttributeValue& value);
  void null();

  /// Memory for what is made on the way to a cell; lives as long as the chunk.
  [[nodiscard]] otlp::Arena& arena() { return *arena_; }

 private:
  /// Enough for most chunks of spans; more comes from the heap.
  static constexpr std::size_t buffer_size = std::size_t{1} << 20;

  struct Cells {
    duckdb_vector vector;
    void* data;
    std::uint64_t* validity;  // null until the first NULL
  };

  template <class Number>
  static bool fits(ColumnType type);
  template <class Cell>
  Cell& next() {
    return static_cast<Cell*>(cells_[column_++].data)[row_];
  }
  /// Copies `text_` to the chunk's memory and puts it in the next cell.
  void made_text();
  void valid_text(std::string_view text);

  const Table& table_;
  duckdb_data_chunk chunk_ = nullptr;
  std::vector<Cells> cells_;
  std::size_t capacity_ = 0;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  std::string text_;
  std::unique_ptr<std::byte[]> buffer_ = std::make_unique_for_overwrite<std::byte[]>(buffer_size);
  std::pmr::monotonic_buffer_resource memory_{buffer_.get(), buffer_size};
  std::optional<otlp::Arena> arena_;
};

template <class Number>
bool RowWriter::fits(ColumnType type) {
  switch (type) {
    case ColumnType::unsigned8: return std::same_as<Number, std::uint8_t>;
    case ColumnType::unsigned32: return std::same_as<Number, std::uint32_t>;
    case ColumnType::unsigned64: return std::same_as<Number, std::uint64_t>;
    case ColumnType::signed64: return std::same_as<Number, std::int64_t>;
    case ColumnType::floating: return std::same_as<Number, double>;
    case ColumnType::boolean: return std::same_as<Number, bool>;
    default: return false;
  }
}

}  // namespace sonde::store::duckdb
