#include "query/jaeger_json.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "otlp/span_time.h"
#include "query/plain_json.h"
#include "query/trace_json.h"

namespace sonde::query {
namespace {

using base::JsonWriter;

constexpr std::uint64_t nanoseconds_a_microsecond = 1'000;
/// Beyond it a JSON number loses digits in a browser; Jaeger writes such integers as text.
constexpr std::int64_t largest_exact_integer = (std::int64_t{1} << 53) - 1;

void write_tag(std::string_view key, std::string_view text, JsonWriter& json) {
  json.begin_object();
  json.key("key").string(key);
  json.key("type").string("string");
  json.key("value").string(text);
  json.end_object();
}

void write_tag(std::string_view key, bool value, JsonWriter& json) {
  json.begin_object();
  json.key("key").string(key);
  json.key("type").string("bool");
  json.key("value").boolean(value);
  json.end_object();
}

void write_integer(std::int64_t value, JsonWriter& json) {
  json.key("type").string("int64");
  json.key("value");
  if (value > largest_exact_integer || value < -largest_exact_integer) {
    json.quoted_integer(value);
  } else {
    json.integer(value);
  }
}

void write_tag(const Attribute& attribute, JsonWriter& json) {
  const AttributeValue& value = attribute.value;
  json.begin_object();
  json.key("key").string(attribute.key);
  switch (value.type()) {
    case AttributeValue::Type::boolean:
      json.key("type").string("bool");
      json.key("value").boolean(value.as_boolean());
      break;
    case AttributeValue::Type::integer: write_integer(value.as_integer(), json); break;
    case AttributeValue::Type::floating:
      json.key("type").string("float64");
      json.key("value").number(value.as_floating());
      break;
    case AttributeValue::Type::bytes:
      json.key("type").string("binary");
      json.key("value");
      write_plain_json(value, json);
      break;
    default:  // tags have no arrays and maps: they go as the text of JSON
      json.key("type").string("string");
      json.key("value").string(plain_text(value));
  }
  json.end_object();
}

void write_status_tags(const otlp::Span& span, JsonWriter& json) {
  if (span.status == otlp::StatusCode::ok) write_tag("otel.status_code", std::string_view("OK"), json);
  if (span.status != otlp::StatusCode::error) return;
  write_tag("otel.status_code", std::string_view("ERROR"), json);
  if (otlp::find(span.attributes, "error") == nullptr) write_tag("error", true, json);
  if (!span.status_message.empty()) write_tag("otel.status_description", span.status_message, json);
}

void write_tags(const otlp::Span& span, JsonWriter& json) {
  json.begin_array();
  for (const Attribute& attribute : span.attributes) write_tag(attribute, json);
  if (span.kind != otlp::SpanKind::unspecified) write_tag("span.kind", kind_name(span.kind), json);
  write_status_tags(span, json);
  if (!span.scope->name.empty()) write_tag("otel.scope.name", span.scope->name, json);
  if (!span.scope->version.empty()) write_tag("otel.scope.version", span.scope->version, json);
  if (!span.trace_state.empty()) write_tag("w3c.tracestate", span.trace_state, json);
  json.end_array();
}

void write_reference(std::string_view type, const TraceId& trace, const SpanId& span, JsonWriter& json) {
  json.begin_object();
  json.key("refType").string(type);
  json.key("traceID").string(trace.to_hex());
  json.key("spanID").string(span.to_hex());
  json.end_object();
}

void write_references(const otlp::Span& span, JsonWriter& json) {
  json.begin_array();
  if (span.parent_span_id.is_valid()) write_reference("CHILD_OF", span.trace_id, span.parent_span_id, json);
  for (const otlp::SpanLink& link : span.links)
    write_reference("FOLLOWS_FROM", link.trace_id, link.span_id, json);
  json.end_array();
}

void write_event(const otlp::SpanEvent& event, JsonWriter& json) {
  json.begin_object();
  json.key("timestamp").unsigned_integer(event.time / nanoseconds_a_microsecond);
  json.key("fields").begin_array();
  if (!event.name.empty() && otlp::find(event.attributes, "event") == nullptr)
    write_tag("event", event.name, json);
  for (const Attribute& attribute : event.attributes) write_tag(attribute, json);
  json.end_array();
  json.end_object();
}

void write_span(const otlp::Span& span, std::string_view process, JsonWriter& json) {
  const std::uint64_t duration = otlp::duration_of(span);
  json.begin_object();
  json.key("traceID").string(span.trace_id.to_hex());
  json.key("spanID").string(span.span_id.to_hex());
  json.key("flags").unsigned_integer(span.flags & 0xFF);  // the W3C flags; Jaeger knows no others
  json.key("operationName").string(span.name);
  json.key("references");
  write_references(span, json);
  json.key("startTime").unsigned_integer(span.start_time / nanoseconds_a_microsecond);
  json.key("duration").unsigned_integer(duration / nanoseconds_a_microsecond);
  json.key("tags");
  write_tags(span, json);
  json.key("logs").begin_array();
  for (const otlp::SpanEvent& event : span.events) write_event(event, json);
  json.end_array();
  json.key("processID").string(process);
  json.key("warnings").null();
  json.end_object();
}

std::string process_json(const otlp::Resource& resource) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("serviceName").string(resource.service_name.empty() ? unknown_service : resource.service_name);
  json.key("tags").begin_array();
  for (const Attribute& attribute : resource.attributes) {
    if (attribute.key != "service.name") write_tag(attribute, json);
  }
  json.end_array();
  json.end_object();
  return text;
}

/// Resources by the short names spans refer to them by: p1, p2 and so on.
class Processes {
 public:
  std::string_view name_of(const otlp::Resource& resource) {
    const auto known = by_address_.find(&resource);
    if (known != by_address_.end()) return known->second;
    const auto [entry, is_new] =
        by_content_.try_emplace(process_json(resource), "p" + std::to_string(by_content_.size() + 1));
    if (is_new) in_order_.emplace_back(entry->second, entry->first);
    return by_address_.emplace(&resource, entry->second).first->second;
  }

  void write(JsonWriter& json) const {
    json.begin_object();
    for (const auto& [name, process] : in_order_) json.key(name).raw(process);
    json.end_object();
  }

 private:
  std::unordered_map<const otlp::Resource*, std::string> by_address_;
  std::unordered_map<std::string, std::string> by_content_;
  std::vector<std::pair<std::string_view, std::string_view>>
      in_order_;  ///< Views of by_content_, whose nodes stay.
};

}  // namespace

void write_jaeger_trace(const otlp::TraceBatch& batch, JsonWriter& json) {
  Processes processes;
  json.begin_object();
  json.key("traceID").string(batch.items.front().trace_id.to_hex());
  json.key("spans").begin_array();
  for (const otlp::Span& span : batch.items) write_span(span, processes.name_of(*span.resource), json);
  json.end_array();
  json.key("processes");
  processes.write(json);
  json.key("warnings").null();
  json.end_object();
}

}  // namespace sonde::query
