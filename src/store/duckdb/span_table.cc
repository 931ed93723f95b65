#include "store/duckdb/span_table.h"

#include <array>

#include "store/genai_columns.h"
#include "store/nested.h"

namespace sonde::store::duckdb {
namespace {

using enum ColumnType;

constexpr auto span_columns = std::to_array<Column>({
    {"trace_id", uuid},
    {"span_id", unsigned64},
    {"parent_span_id", unsigned64},  // NULL for a root
    {"start_time", unsigned64},
    {"duration", signed64},  // negative if the clock went backwards
    {"name", text},
    {"kind", unsigned8},
    {"status", unsigned8},
    {"status_message", text},
    {"trace_state", text},
    {"flags", unsigned32},
    {"dropped_attributes", unsigned32},
    {"dropped_events", unsigned32},
    {"dropped_links", unsigned32},
    {"resource_id", unsigned32},
    {"scope_id", unsigned32},
    {"attributes", value_text},
    {"events", text},
    {"links", text},
    // Copies of the above.
    {"service_name", text},
    {"is_model_call", boolean},
    {"operation", text},
    {"provider", text},
    {"request_model", text},
    {"response_model", text},
    {"input_tokens", signed64},
    {"output_tokens", signed64},
    {"cache_read_tokens", signed64},
    {"cache_write_tokens", signed64},
    {"reasoning_tokens", signed64},
    {"finish_reasons", text},
    {"conversation_id", text},
    {"user_id", text},
    {"agent_name", text},
    {"tool_name", text},
});
constexpr std::size_t span_source_columns = 19;
static_assert(span_columns[span_source_columns].name == "service_name");

constexpr auto trace_part_columns = std::to_array<Column>({
    {"trace_id", uuid},
    {"first_start_time", unsigned64},
    {"last_start_time", unsigned64},
});

constexpr auto operation_columns = std::to_array<Column>({
    {"service_name", text},
    {"name", text},
    {"kind", unsigned8},
});

void write_genai(const GenAiColumns& genai, RowWriter& row) {
  row.number(genai.is_model_call());
  row.optional_text(genai.operation);
  row.optional_text(genai.provider);
  row.optional_text(genai.request_model);
  row.optional_text(genai.response_model);
  row.optional_number(genai.input_tokens);
  row.optional_number(genai.output_tokens);
  row.optional_number(genai.cache_read_tokens);
  row.optional_number(genai.cache_write_tokens);
  row.optional_number(genai.reasoning_tokens);
  row.value(genai.finish_reasons);
  row.optional_text(genai.conversation_id);
  row.optional_text(genai.user_id);
  row.optional_text(genai.agent_name);
  row.optional_text(genai.tool_name);
}

}  // namespace

constinit const Table spans_table{"spans", span_columns, span_source_columns};
constinit const Table trace_parts_table{"trace_parts", trace_part_columns};
constinit const Table operations_table{"operations", operation_columns};

void write_span(const otlp::Span& span, const Origin& origin, RowWriter& row) {
  row.trace_id(span.trace_id);
  row.span_id(span.span_id);
  row.optional_span_id(span.parent_span_id);
  row.number(span.start_time);
  row.number(static_cast<std::int64_t>(span.end_time - span.start_time));
  row.text(span.name);
  row.number(static_cast<std::uint8_t>(span.kind));
  row.number(static_cast<std::uint8_t>(span.status));
  row.optional_text(span.status_message);
  row.optional_text(span.trace_state);
  row.number(span.flags);
  row.number(span.dropped_attributes);
  row.number(span.dropped_events);
  row.number(span.dropped_links);
  row.number(origin.resource);
  row.number(origin.scope);
  row.attributes(span.attributes);
  row.value(to_value(span.events, row.arena()));
  row.value(to_value(span.links, row.arena()));
  row.text(span.resource->service_name);
  write_genai(genai_columns(span.attributes), row);
}

Expected<otlp::Span> read_span(Rows& rows, Origin& origin, ValueReader& values, otlp::Arena& arena) {
  otlp::Span span;
  span.trace_id = rows.trace_id();
  span.span_id = rows.span_id();
  span.parent_span_id = rows.span_id();
  span.start_time = rows.number<std::uint64_t>();
  span.end_time = span.start_time + static_cast<std::uint64_t>(rows.number<std::int64_t>());
  span.name = arena.copy(rows.text());
  span.kind = static_cast<SpanKind>(rows.number<std::uint8_t>());
  span.status = static_cast<StatusCode>(rows.number<std::uint8_t>());
  span.status_message = arena.copy(rows.text());
  span.trace_state = arena.copy(rows.text());
  span.flags = rows.number<std::uint32_t>();
  span.dropped_attributes = rows.number<std::uint32_t>();
  span.dropped_events = rows.number<std::uint32_t>();
  span.dropped_links = rows.number<std::uint32_t>();
  origin.resource = rows.number<std::uint32_t>();
  origin.scope = rows.number<std::uint32_t>();
  const auto attributes = values.attributes(rows.text(), arena);
  if (!attributes) return attributes.error();
  span.attributes = *attributes;
  const Expected<AttributeValue> events = values.value(rows.text(), arena);
  if (!events) return events.error();
  span.events = to_events(*events, arena);
  const Expected<AttributeValue> links = values.value(rows.text(), arena);
  if (!links) return links.error();
  span.links = to_links(*links, arena);
  return span;
}

}  // namespace sonde::store::duckdb
