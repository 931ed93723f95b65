#include "store/duckdb/connection.h"

#include <cstddef>
#include <string_view>

#include "store/utf8.h"

namespace sonde::store::duckdb {
namespace {

ErrorCode code_of(duckdb_error_type type) {
  switch (type) {
    // A disk that is full or a checkpoint that failed: the same may succeed once there is room.
    case DUCKDB_ERROR_IO:
    case DUCKDB_ERROR_TRANSACTION:
    case DUCKDB_ERROR_FATAL: return ErrorCode::unavailable;
    case DUCKDB_ERROR_OUT_OF_MEMORY: return ErrorCode::resource_exhausted;
    case DUCKDB_ERROR_INTERRUPT: return ErrorCode::cancelled;
    default: return ErrorCode::internal;
  }
}

}  // namespace

Error Connection::failure(duckdb_error_type type, const char* message) {
  if (type == DUCKDB_ERROR_FATAL || type == DUCKDB_ERROR_INTERNAL) *invalidated_ = true;
  const std::string_view text = message == nullptr ? "no reason given" : message;
  return {code_of(type), "the store's database failed: " + std::string(text)};
}

Expected<void> Connection::execute(const std::string& sql) {
  duckdb_result result{};
  const duckdb_state state = duckdb_query(connection_.get(), sql.c_str(), &result);
  const Rows rows(result);
  if (state == DuckDBError) return failure(duckdb_result_error_type(&result), duckdb_result_error(&result));
  return {};
}

Expected<OwnedStatement> Connection::prepare(const std::string& sql) {
  OwnedStatement statement;
  if (duckdb_prepare(connection_.get(), sql.c_str(), statement.out()) == DuckDBError) {
    return failure(DUCKDB_ERROR_INVALID, duckdb_prepare_error(statement.get()));
  }
  return statement;
}

Expected<Rows> Connection::run(const OwnedStatement& statement) {
  duckdb_result result{};
  const duckdb_state state = duckdb_execute_prepared(statement.get(), &result);
  Rows rows(result);
  if (state == DuckDBError) return failure(duckdb_result_error_type(&result), duckdb_result_error(&result));
  return rows;
}

Expected<Rows> Connection::query(const std::string& sql, std::span<const std::string> parameters) {
  const Expected<OwnedStatement> statement = prepare(sql);
  if (!statement) return statement.error();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    std::string text;
    append_utf8(parameters[i], text);  // anything else is refused, and is in no column
    if (duckdb_bind_varchar_length(statement->get(), i + 1, text.data(), text.size()) == DuckDBError) {
      return failure(DUCKDB_ERROR_INVALID, duckdb_prepare_error(statement->get()));
    }
  }
  return run(*statement);
}

}  // namespace sonde::store::duckdb

#ifdef __SANITIZE_THREAD__
// DuckDB's library is not instrumented, so ThreadSanitizer does not see how its threads synchronise and
// reports races where there are none: in memory it allocates, and in functions of the standard library that
// it happens to share with us.
extern "C" const char* __tsan_default_suppressions() { return "race:libduckdb.so\n"; }
#endif
