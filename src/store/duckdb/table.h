#pragma once

// What a table is made of. One description serves its CREATE TABLE, its writer and its reader, whose calls
// come in the order of the columns.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sonde::store::duckdb {

enum class ColumnType : std::uint8_t {
  uuid,
  unsigned8,
  unsigned32,
  unsigned64,
  signed64,
  floating,
  boolean,
  text,
  value_text,  ///< JSON (store/value_text.h), much of it unlike its neighbours: compressed as blocks of text.
};

struct Column {
  std::string_view name;
  ColumnType type;
};

struct Table {
  std::string_view name;
  std::span<const Column> columns;
  /// The first so many say everything; those after them repeat parts of it for searching.
  std::size_t source_columns = columns.size();
};

/// The names of the source columns with commas between, for a SELECT that a row reader takes.
[[nodiscard]] std::string source_columns(const Table& table);

}  // namespace sonde::store::duckdb
