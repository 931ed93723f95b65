#pragma once

// Where telemetry came from: each resource and each instrumentation scope is one row, which spans, log
// records and metrics refer to by number. A restarted writer may write one again under a new number; that
// does no harm.

#include "otlp/model.h"
#include "sonde/expected.hpp"
#include "store/duckdb/row_writer.h"
#include "store/duckdb/rows.h"
#include "store/duckdb/table.h"
#include "store/value_text.h"

namespace sonde::store::duckdb {

extern const Table resources_table;
extern const Table scopes_table;

void write_resource(std::uint32_t id, const otlp::Resource& resource, RowWriter& row);
void write_scope(std::uint32_t id, const otlp::Scope& scope, RowWriter& row);

/// A text that two resources or scopes have in common exactly if they are the same; for finding the number.
void append_identity(const otlp::Resource& resource, std::string& out);
void append_identity(const otlp::Scope& scope, std::string& out);

// Each reads a row of all columns but the number, which comes first.
[[nodiscard]] Expected<otlp::Resource> read_resource(Rows& rows, ValueReader& values, otlp::Arena& arena);
[[nodiscard]] Expected<otlp::Scope> read_scope(Rows& rows, ValueReader& values, otlp::Arena& arena);

}  // namespace sonde::store::duckdb
