#include "store/duckdb/log_table.h"

#include <array>

namespace sonde::store::duckdb {
namespace {

using enum ColumnType;

constexpr auto log_columns = std::to_array<Column>({
    {"trace_id", uuid},       // NULL outside a trace
    {"span_id", unsigned64},  // likewise
    {"time", unsigned64},
    {"observed_time", unsigned64},
    {"severity_number", unsigned8},
    {"severity_text", text},
    {"event_name", text},
    {"body", value_text},
    {"structured_body", value_text},
    {"attributes", value_text},
    {"dropped_attributes", unsigned32},
    {"flags", unsigned32},
    {"resource_id", unsigned32},
    {"scope_id", unsigned32},
    // A copy.
    {"service_name", text},
});
constexpr std::size_t log_source_columns = 14;
static_assert(log_columns[log_source_columns].name == "service_name");

}  // namespace

constinit const Table logs_table{"logs", log_columns, log_source_columns};

void write_log(const otlp::LogRecord& log, const Origin& origin, RowWriter& row) {
  row.optional_trace_id(log.trace_id);
  row.optional_span_id(log.span_id);
  row.number(log.time);
  row.number(log.observed_time);
  row.number(log.severity_number);
  row.optional_text(log.severity_text);
  row.optional_text(log.event_name);
  if (log.body.type() == AttributeValue::Type::string) {
    row.text(log.body.as_string());
    row.null();
  } else {
    row.null();
    row.value(log.body);
  }
  row.attributes(log.attributes);
  row.number(log.dropped_attributes);
  row.number(log.flags);
  row.number(origin.resource);
  row.number(origin.scope);
  row.text(log.resource->service_name);
}

Expected<otlp::LogRecord> read_log(Rows& rows, Origin& origin, ValueReader& values, otlp::Arena& arena) {
  otlp::LogRecord log;
  log.trace_id = rows.trace_id();
  log.span_id = rows.span_id();
  log.time = rows.number<std::uint64_t>();
  log.observed_time = rows.number<std::uint64_t>();
  log.severity_number = rows.number<std::uint8_t>();
  log.severity_text = arena.copy(rows.text());
  log.event_name = arena.copy(rows.text());
  const auto text = rows.optional_text();
  const auto structured = values.value(rows.text(), arena);
  if (!structured) return structured.error();
  log.body = text ? AttributeValue(arena.copy(*text)) : *structured;
  const auto attributes = values.attributes(rows.text(), arena);
  if (!attributes) return attributes.error();
  log.attributes = *attributes;
  log.dropped_attributes = rows.number<std::uint32_t>();
  log.flags = rows.number<std::uint32_t>();
  origin.resource = rows.number<std::uint32_t>();
  origin.scope = rows.number<std::uint32_t>();
  return log;
}

}  // namespace sonde::store::duckdb
