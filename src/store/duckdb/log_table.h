#pragma once

// How a log record is a row. A body that is a string stands as it is in one column, any other as JSON in the
// next.

#include "otlp/model.h"
#include "sonde/expected.hpp"
#include "store/duckdb/row_writer.h"
#include "store/duckdb/rows.h"
#include "store/duckdb/span_table.h"
#include "store/duckdb/table.h"
#include "store/value_text.h"

namespace sonde::store::duckdb {

extern const Table logs_table;

void write_log(const otlp::LogRecord& log, const Origin& origin, RowWriter& row);

/// Reads a row of logs_table's source columns; resource and scope are left for the caller.
[[nodiscard]] Expected<otlp::LogRecord> read_log(Rows& rows, Origin& origin, ValueReader& values,
                                                 otlp::Arena& arena);

}  // namespace sonde::store::duckdb
