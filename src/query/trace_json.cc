#include "query/trace_json.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/json_writer.h"
#include "otlp/encode.h"
#include "otlp/span_time.h"
#include "query/plain_json.h"
#include "store/genai_columns.h"

namespace sonde::query {
namespace {

using base::JsonWriter;

void write_strings(const auto& texts, JsonWriter& json) {
  json.begin_array();
  for (const auto& text : texts) json.string(text);
  json.end_array();
}

void write_count(const std::optional<std::int64_t>& count, JsonWriter& json) {
  if (count) {
    json.integer(*count);
  } else {
    json.null();
  }
}

std::string id_text(const auto& id) { return id.is_valid() ? id.to_hex() : std::string(); }

/// The resources of a batch, each once even where spans of one service arrived in many requests.
class ResourceTable {
 public:
  explicit ResourceTable(const otlp::TraceBatch& batch) {
    for (const otlp::Span& span : batch.items) add(*span.resource);
  }

  [[nodiscard]] std::size_t index_of(const otlp::Resource& resource) const {
    return by_address_.at(&resource);
  }
  [[nodiscard]] std::span<const std::string> attributes() const { return attributes_; }

 private:
  void add(const otlp::Resource& resource) {
    if (by_address_.contains(&resource)) return;
    std::string attributes;
    JsonWriter json(attributes);
    otlp::write_key_values(resource.attributes, json);
    const auto [entry, is_new] = by_content_.try_emplace(attributes, attributes_.size());
    if (is_new) attributes_.push_back(std::move(attributes));
    by_address_.emplace(&resource, entry->second);
  }

  std::vector<std::string> attributes_;  ///< JSON
  std::unordered_map<std::string, std::size_t> by_content_;
  std::unordered_map<const otlp::Resource*, std::size_t> by_address_;
};

void write_events(std::span<const otlp::SpanEvent> events, JsonWriter& json) {
  json.begin_array();
  for (const otlp::SpanEvent& event : events) {
    json.begin_object();
    json.key("timeUnixNano").quoted_unsigned(event.time);
    json.key("name").string(event.name);
    json.key("attributes");
    otlp::write_key_values(event.attributes, json);
    json.end_object();
  }
  json.end_array();
}

void write_links(std::span<const otlp::SpanLink> links, JsonWriter& json) {
  json.begin_array();
  for (const otlp::SpanLink& link : links) {
    json.begin_object();
    json.key("traceId").string(link.trace_id.to_hex());
    json.key("spanId").string(link.span_id.to_hex());
    json.key("attributes");
    otlp::write_key_values(link.attributes, json);
    json.end_object();
  }
  json.end_array();
}

/// One reason or several, as sent.
void write_finish_reasons(const AttributeValue& reasons, JsonWriter& json) {
  json.begin_array();
  if (reasons.type() == AttributeValue::Type::string) json.string(reasons.as_string());
  if (reasons.type() == AttributeValue::Type::array) {
    for (const AttributeValue& reason : reasons.as_array()) json.string(plain_text(reason));
  }
  json.end_array();
}

void write_gen_ai(const otlp::Span& span, JsonWriter& json) {
  const store::GenAiColumns columns = store::genai_columns(span.attributes);
  const std::string_view model = model_of(columns);
  if (columns.operation.empty() && columns.provider.empty() && model.empty() && !columns.input_tokens &&
      !columns.output_tokens) {
    json.null();
    return;
  }
  json.begin_object();
  json.key("operation").string(columns.operation);
  json.key("provider").string(columns.provider);
  json.key("model").string(model);
  json.key("inputTokens");
  write_count(columns.input_tokens, json);
  json.key("outputTokens");
  write_count(columns.output_tokens, json);
  json.key("finishReasons");
  write_finish_reasons(columns.finish_reasons, json);
  json.end_object();
}

void write_status(const otlp::Span& span, JsonWriter& json) {
  json.begin_object();
  json.key("code").string(status_name(span.status));
  json.key("message").string(span.status_message);
  json.end_object();
}

void write_scope(const otlp::Scope& scope, JsonWriter& json) {
  json.begin_object();
  json.key("name").string(scope.name);
  json.key("version").string(scope.version);
  json.end_object();
}

void write_span(const otlp::Span& span, std::size_t resource, JsonWriter& json) {
  json.begin_object();
  json.key("spanId").string(span.span_id.to_hex());
  json.key("parentSpanId").string(id_text(span.parent_span_id));
  json.key("traceState").string(span.trace_state);
  json.key("name").string(span.name);
  json.key("kind").string(kind_name(span.kind));
  json.key("startTimeUnixNano").quoted_unsigned(span.start_time);
  json.key("durationNano").quoted_unsigned(otlp::duration_of(span));
  json.key("isRunning").boolean(otlp::is_running(span));
  json.key("status");
  write_status(span, json);
  json.key("service").string(span.resource->service_name);
  json.key("resource").unsigned_integer(resource);
  json.key("scope");
  write_scope(*span.scope, json);
  json.key("attributes");
  otlp::write_key_values(span.attributes, json);
  json.key("events");
  write_events(span.events, json);
  json.key("links");
  write_links(span.links, json);
  json.key("droppedAttributes").unsigned_integer(span.dropped_attributes);
  json.key("droppedEvents").unsigned_integer(span.dropped_events);
  json.key("droppedLinks").unsigned_integer(span.dropped_links);
  json.key("genAi");
  write_gen_ai(span, json);
  json.end_object();
}

}  // namespace

std::string_view kind_name(otlp::SpanKind kind) noexcept {
  switch (kind) {
    case otlp::SpanKind::internal: return "internal";
    case otlp::SpanKind::server: return "server";
    case otlp::SpanKind::client: return "client";
    case otlp::SpanKind::producer: return "producer";
    case otlp::SpanKind::consumer: return "consumer";
    case otlp::SpanKind::unspecified: break;
  }
  return "unspecified";
}

std::string_view status_name(otlp::StatusCode code) noexcept {
  switch (code) {
    case otlp::StatusCode::ok: return "ok";
    case otlp::StatusCode::error: return "error";
    case otlp::StatusCode::unset: break;
  }
  return "unset";
}

std::string_view model_of(const store::GenAiColumns& columns) noexcept {
  return columns.response_model.empty() ? columns.request_model : columns.response_model;
}

void write_summary(const store::TraceSummary& summary, JsonWriter& json) {
  json.begin_object();
  json.key("traceId").string(summary.trace_id.to_hex());
  json.key("rootService").string(summary.root_service);
  json.key("rootName").string(summary.root_name);
  json.key("startTimeUnixNano").quoted_unsigned(summary.start_time);
  json.key("durationNano").quoted_unsigned(summary.duration);
  json.key("spanCount").unsigned_integer(summary.span_count);
  json.key("errorCount").unsigned_integer(summary.error_count);
  json.key("services");
  write_strings(summary.services, json);
  json.key("models");
  write_strings(summary.models, json);
  json.key("inputTokens").unsigned_integer(summary.input_tokens);
  json.key("outputTokens").unsigned_integer(summary.output_tokens);
  json.key("cost");
  if (summary.cost) {
    json.number(*summary.cost);
  } else {
    json.null();
  }
  json.end_object();
}

void write_spans(const otlp::TraceBatch& batch, JsonWriter& json) {
  const ResourceTable resources(batch);
  json.key("resources").begin_array();
  for (const std::string& attributes : resources.attributes()) {
    json.begin_object();
    json.key("attributes").raw(attributes);
    json.end_object();
  }
  json.end_array();
  json.key("spans").begin_array();
  for (const otlp::Span& span : batch.items) write_span(span, resources.index_of(*span.resource), json);
  json.end_array();
}

void write_log(const otlp::LogRecord& record, JsonWriter& json) {
  json.begin_object();
  json.key("timeUnixNano").quoted_unsigned(record.time);
  json.key("observedTimeUnixNano").quoted_unsigned(record.observed_time);
  json.key("severityNumber").unsigned_integer(record.severity_number);
  json.key("severityText").string(record.severity_text);
  json.key("eventName").string(record.event_name);
  json.key("body");
  otlp::write_any_value(record.body, json);
  json.key("traceId").string(id_text(record.trace_id));
  json.key("spanId").string(id_text(record.span_id));
  json.key("service").string(record.resource->service_name);
  json.key("attributes");
  otlp::write_key_values(record.attributes, json);
  json.end_object();
}

void write_metric(const store::MetricSummary& metric, JsonWriter& json) {
  json.begin_object();
  json.key("name").string(metric.name);
  json.key("type").string(metric.type);
  json.key("unit").string(metric.unit);
  json.key("description").string(metric.description);
  json.key("service").string(metric.service);
  json.key("points").unsigned_integer(metric.points);
  json.key("lastTimeUnixNano").quoted_unsigned(metric.last_time);
  json.end_object();
}

}  // namespace sonde::query
