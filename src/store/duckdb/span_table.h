#pragma once

// How a span is a row: wide, written once and never changed, so that finding spans joins nothing. What is the
// same on thousands of spans, the resource and the scope, is written once and referred to by number
// (origin_table.h): repeated on every row it compresses away on disk, but made writing a fifth slower at
// best.

#include <cstdint>

#include "otlp/model.h"
#include "sonde/expected.hpp"
#include "store/duckdb/row_writer.h"
#include "store/duckdb/rows.h"
#include "store/duckdb/table.h"
#include "store/value_text.h"

namespace sonde::store::duckdb {

extern const Table spans_table;

/// Which spans of which trace one group of batches brought: a list of traces, and the way to a trace's spans,
/// without reading the spans. A trace has as many of these as groups it came in.
extern const Table trace_parts_table;

/// The kinds of span each service has sent. A row may come again after a restart.
extern const Table operations_table;

/// Where a row's telemetry came from, as numbers of rows of other tables.
struct Origin {
  std::uint32_t resource = 0;
  std::uint32_t scope = 0;
};

void write_span(const otlp::Span& span, const Origin& origin, RowWriter& row);

/// Reads a row of spans_table's source columns; everything of the span is in `arena`. Resource and scope are
/// left for the caller to fill in from `origin`.
[[nodiscard]] Expected<otlp::Span> read_span(Rows& rows, Origin& origin, ValueReader& values,
                                             otlp::Arena& arena);

}  // namespace sonde::store::duckdb
