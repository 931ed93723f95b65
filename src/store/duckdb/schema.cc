#include "store/duckdb/schema.h"

#include <array>
#include <string>

#include "store/duckdb/log_table.h"
#include "store/duckdb/metric_table.h"
#include "store/duckdb/origin_table.h"
#include "store/duckdb/span_table.h"

namespace sonde::store::duckdb {
namespace {

std::string_view sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::uuid: return "UUID";
    case ColumnType::unsigned8: return "UTINYINT";
    case ColumnType::unsigned32: return "UINTEGER";
    case ColumnType::unsigned64: return "UBIGINT";
    case ColumnType::signed64: return "BIGINT";
    case ColumnType::floating: return "DOUBLE";
    case ColumnType::boolean: return "BOOLEAN";
    case ColumnType::text: return "VARCHAR";
    // A realistic span takes 65 B on disk so, 145 B if DuckDB chooses, which also takes it a quarter longer.
    case ColumnType::value_text: return "VARCHAR USING COMPRESSION zstd";
  }
  return {};
}

std::string create_table(const Table& table) {
  std::string sql = "CREATE TABLE " + std::string(table.name) + " (";
  for (const Column& column : table.columns) {
    if (&column != table.columns.data()) sql += ", ";
    sql.append(column.name).append(" ").append(sql_type(column.type));
  }
  return sql + ");";
}

Expected<void> create_schema(Connection& connection) {
  const std::array tables{&spans_table,  &trace_parts_table, &operations_table, &resources_table,
                          &scopes_table, &logs_table,        &metrics_table,    &data_points_table};
  std::string sql = "BEGIN; CREATE TABLE sonde_schema (version UINTEGER); INSERT INTO sonde_schema VALUES (" +
                    std::to_string(schema_version) + ");";
  for (const Table* const table : tables) sql += create_table(*table);
  return connection.execute(sql + "COMMIT");
}

}  // namespace

std::string source_columns(const Table& table) {
  std::string names;
  for (const Column& column : table.columns.first(table.source_columns)) {
    if (!names.empty()) names += ", ";
    names += column.name;
  }
  return names;
}

Expected<void> prepare_schema(Connection& connection, bool read_only) {
  Expected<Rows> tables =
      connection.query("SELECT count(*), count(*) FILTER (table_name = 'sonde_schema') FROM duckdb_tables()");
  if (!tables) return tables.error();
  static_cast<void>(tables->next());
  const bool is_empty = tables->number<std::int64_t>() == 0;
  const bool is_store = tables->number<std::int64_t>() == 1;
  if (is_empty && !read_only) return create_schema(connection);
  if (is_empty) return Error{ErrorCode::not_found, "nothing has been stored there yet"};
  if (!is_store) {
    return Error{ErrorCode::invalid_argument, "it is the database of another program, not of Sonde"};
  }

  Expected<Rows> versions = connection.query("SELECT version FROM sonde_schema");
  if (!versions) return versions.error();
  static_cast<void>(versions->next());
  const auto version = versions->number<std::uint32_t>();
  if (version == schema_version) return {};
  return Error{ErrorCode::unimplemented, "a newer Sonde wrote it (its schema is version " +
                                             std::to_string(version) + ", this one reads " +
                                             std::to_string(schema_version) +
                                             "); use that Sonde, or another directory"};
}

}  // namespace sonde::store::duckdb
