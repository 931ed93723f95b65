#include "store/duckdb/inserter.h"

#include <exception>
#include <string>
#include <utility>

namespace sonde::store::duckdb {
namespace {

duckdb_type type_of(ColumnType type) {
  switch (type) {
    case ColumnType::uuid: return DUCKDB_TYPE_UUID;
    case ColumnType::unsigned8: return DUCKDB_TYPE_UTINYINT;
    case ColumnType::unsigned32: return DUCKDB_TYPE_UINTEGER;
    case ColumnType::unsigned64: return DUCKDB_TYPE_UBIGINT;
    case ColumnType::signed64: return DUCKDB_TYPE_BIGINT;
    case ColumnType::floating: return DUCKDB_TYPE_DOUBLE;
    case ColumnType::boolean: return DUCKDB_TYPE_BOOLEAN;
    case ColumnType::text:
    case ColumnType::value_text: return DUCKDB_TYPE_VARCHAR;
  }
  return DUCKDB_TYPE_INVALID;
}

}  // namespace

Expected<std::unique_ptr<Inserter>> Inserter::create(Connection& connection, const Table& table) {
  std::unique_ptr<Inserter> inserter(new Inserter(connection, table));
  const Expected<void> prepared = inserter->prepare();
  if (!prepared) return prepared.error();
  return inserter;
}

Expected<void> Inserter::prepare() {
  const std::string table(table_.name);
  const OwnedTableFunction function(duckdb_create_table_function());
  duckdb_table_function_set_name(function.get(), ("incoming_" + table).c_str());
  duckdb_table_function_set_extra_info(function.get(), this, nullptr);
  duckdb_table_function_set_bind(function.get(), declare_columns);
  duckdb_table_function_set_init(function.get(), begin);
  duckdb_table_function_set_function(function.get(), next_chunk);
  if (duckdb_register_table_function(connection_.handle(), function.get()) == DuckDBError) {
    return Error{ErrorCode::internal, "the store's database refused to register a writer of " + table};
  }
  Expected<OwnedStatement> statement =
      connection_.prepare("INSERT INTO " + table + " SELECT * FROM incoming_" + table + "()");
  if (!statement) return statement.error();
  statement_ = std::move(*statement);
  return {};
}

Expected<void> Inserter::insert(const NextRow& next_row) {
  next_row_ = &next_row;
  const Expected<Rows> done = connection_.run(statement_);
  next_row_ = nullptr;
  if (!done) return done.error();
  return {};
}

void Inserter::declare_columns(duckdb_bind_info info) {
  const auto& self = *static_cast<const Inserter*>(duckdb_bind_get_extra_info(info));
  for (const Column& column : self.table_.columns) {
    const OwnedType type(duckdb_create_logical_type(type_of(column.type)));
    duckdb_bind_add_result_column(info, std::string(column.name).c_str(), type.get());
  }
}

void Inserter::next_chunk(duckdb_function_info info, duckdb_data_chunk chunk) {
  try {
    static_cast<Inserter*>(duckdb_function_get_extra_info(info))->fill(chunk);
  } catch (const std::exception& exception) {  // out of memory; it must not pass through C
    duckdb_function_set_error(info, exception.what());
  }
}

void Inserter::fill(duckdb_data_chunk chunk) {
  writer_.begin_chunk(chunk);
  while (!writer_.is_full() && (*next_row_)(writer_)) writer_.end_row();
  writer_.end_chunk();
}

}  // namespace sonde::store::duckdb
