#pragma once

// The fast way into a table: INSERT ... SELECT from a table function that hands over our vectors, which are
// copied once, into the transaction's rows. (An appender copies twice; measured, a fifth slower.)

#include <duckdb.h>

#include <functional>
#include <memory>

#include "sonde/expected.hpp"
#include "store/duckdb/connection.h"
#include "store/duckdb/row_writer.h"
#include "store/duckdb/table.h"

namespace sonde::store::duckdb {

/// Writes one row, all of its cells, and returns true; or returns false when there are no more.
using NextRow = std::function<bool(RowWriter&)>;

/// Inserts into one table through one connection, which must outlive it. Not thread-safe.
class Inserter {
 public:
  /// At most one for each table of a database.
  [[nodiscard]] static Expected<std::unique_ptr<Inserter>> create(Connection& connection, const Table& table);

  /// Inserts every row that `next_row` writes, in the connection's transaction.
  [[nodiscard]] Expected<void> insert(const NextRow& next_row);

 private:
  Inserter(Connection& connection, const Table& table)
      : connection_(connection), table_(table), writer_(table) {}

  [[nodiscard]] Expected<void> prepare();
  void fill(duckdb_data_chunk chunk);

  // What DuckDB calls. The last may come on one of its own threads, while insert() waits.
  static void declare_columns(duckdb_bind_info info);
  static void begin(duckdb_init_info) {}
  static void next_chunk(duckdb_function_info info, duckdb_data_chunk chunk);

  Connection& connection_;
  const Table& table_;
  OwnedStatement statement_;
  RowWriter writer_;
  const NextRow* next_row_ = nullptr;
};

}  // namespace sonde::store::duckdb
