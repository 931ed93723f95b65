#pragma once

// DuckDB's C API with owners instead of handles, and Errors instead of states.

#include <duckdb.h>

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "sonde/expected.hpp"
#include "store/duckdb/rows.h"

namespace sonde::store::duckdb {

/// A C handle that is destroyed by the function DuckDB has for it.
template <class Handle, auto destroy>
class Owned {
 public:
  Owned() = default;
  explicit Owned(Handle handle) : handle_(handle) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owned() {
    if (handle_ != nullptr) destroy(&handle_);
  }

  [[nodiscard]] Handle get() const { return handle_; }
  /// For the functions that make one.
  [[nodiscard]] Handle* out() { return &handle_; }

 private:
  Handle handle_ = nullptr;
};

using OwnedDatabase = Owned<duckdb_database, duckdb_close>;
using OwnedConnection = Owned<duckdb_connection, duckdb_disconnect>;
using OwnedStatement = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;
using OwnedConfig = Owned<duckdb_config, duckdb_destroy_config>;
using OwnedChunk = Owned<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using OwnedType = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;
using OwnedTableFunction = Owned<duckdb_table_function, duckdb_destroy_table_function>;

/// A conversation with the database: one statement at a time, by one thread at a time. Moves; closes when
/// destroyed.
class Connection {
 public:
  /// `invalidated` is set when DuckDB gives the whole database up; it must outlive the connection.
  Connection(OwnedConnection connection, std::atomic<bool>& invalidated)
      : connection_(std::move(connection)), invalidated_(&invalidated) {}

  /// Runs statements without an answer. Blocks until they are done, for COMMIT: until it is on disk.
  [[nodiscard]] Expected<void> execute(const std::string& sql);

  /// Runs one statement with texts for its parameters $1, $2, ... and answers with its rows, all in memory.
  [[nodiscard]] Expected<Rows> query(const std::string& sql, std::span<const std::string> parameters = {});

  [[nodiscard]] Expected<OwnedStatement> prepare(const std::string& sql);
  [[nodiscard]] Expected<Rows> run(const OwnedStatement& statement);

  [[nodiscard]] duckdb_connection handle() const { return connection_.get(); }

 private:
  /// What went wrong, and what that means to the caller and to the database.
  Error failure(duckdb_error_type type, const char* message);

  OwnedConnection connection_;
  std::atomic<bool>* invalidated_;
};

}  // namespace sonde::store::duckdb
