#include "store/testing/batches.h"

#include <random>
#include <type_traits>
#include <variant>

#include "store/value_text.h"

namespace sonde::store::testing {
namespace {

constexpr std::uint64_t millisecond = 1'000'000;
constexpr std::uint64_t second = 1'000 * millisecond;

/// Lines of `name: value`.
class Description {
 public:
  void text(std::string_view name, std::string_view text) { value(name, text); }
  void number(std::string_view name, std::uint64_t number) {
    text_.append(name).append(": ").append(std::to_string(number)).append("\n");
  }
  template <class Id>
  void id(std::string_view name, const Id& id) {
    text_.append(name).append(": ").append(id.to_hex()).append("\n");
  }
  void value(std::string_view name, const AttributeValue& value) {
    text_.append(name).append(": ");
    append_value_text(value, text_);
    text_ += "\n";
  }
  void attributes(std::string_view name, std::span<const Attribute> attributes) {
    text_.append(name).append(": ");
    append_attributes_text(attributes, text_);
    text_ += "\n";
  }
  void floating(std::string_view name, const std::optional<double>& number) {
    value(name, number ? AttributeValue(*number) : AttributeValue());
  }
  void numbers(std::string_view name, std::span<const std::uint64_t> numbers) {
    text_.append(name).append(":");
    for (const std::uint64_t number : numbers) text_.append(" ").append(std::to_string(number));
    text_ += "\n";
  }
  void origin(const otlp::Resource& resource, const otlp::Scope& scope);
  void exemplars(std::span<const otlp::Exemplar> exemplars);
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void Description::origin(const otlp::Resource& resource, const otlp::Scope& scope) {
  text("resource service_name", resource.service_name);
  attributes("resource attributes", resource.attributes);
  number("resource dropped_attributes", resource.dropped_attributes);
  text("resource schema_url", resource.schema_url);
  for (const otlp::EntityRef& entity : resource.entity_refs) {
    text("entity schema_url", entity.schema_url);
    text("entity type", entity.type);
    value("entity id_keys", AttributeValue::strings(entity.id_keys));
    value("entity description_keys", AttributeValue::strings(entity.description_keys));
  }
  text("scope name", scope.name);
  text("scope version", scope.version);
  attributes("scope attributes", scope.attributes);
  number("scope dropped_attributes", scope.dropped_attributes);
  text("scope schema_url", scope.schema_url);
}

void Description::exemplars(std::span<const otlp::Exemplar> exemplars) {
  for (const otlp::Exemplar& exemplar : exemplars) {
    number("exemplar time", exemplar.time);
    value("exemplar value", exemplar.value);
    id("exemplar trace_id", exemplar.trace_id);
    id("exemplar span_id", exemplar.span_id);
    attributes("exemplar filtered_attributes", exemplar.filtered_attributes);
  }
}

void describe_own(const otlp::NumberPoint& point, Description& text) {
  text.value("value", point.value);
  text.exemplars(point.exemplars);
}

void describe_own(const otlp::HistogramPoint& point, Description& text) {
  text.number("count", point.count);
  text.floating("sum", point.sum);
  text.floating("minimum", point.minimum);
  text.floating("maximum", point.maximum);
  text.value("bounds", AttributeValue::floatings(point.bounds));
  text.numbers("bucket_counts", point.bucket_counts);
  text.exemplars(point.exemplars);
}

void describe_own(const otlp::ExponentialHistogramPoint& point, Description& text) {
  text.number("count", point.count);
  text.floating("sum", point.sum);
  text.floating("minimum", point.minimum);
  text.floating("maximum", point.maximum);
  text.value("scale", point.scale);
  text.number("zero_count", point.zero_count);
  text.value("zero_threshold", point.zero_threshold);
  text.value("positive offset", point.positive.offset);
  text.numbers("positive counts", point.positive.counts);
  text.value("negative offset", point.negative.offset);
  text.numbers("negative counts", point.negative.counts);
  text.exemplars(point.exemplars);
}

void describe_own(const otlp::SummaryPoint& point, Description& text) {
  text.number("count", point.count);
  text.value("sum", point.sum);
  for (const otlp::QuantileValue& quantile : point.quantiles) {
    text.value("quantile", quantile.quantile);
    text.value("quantile value", quantile.value);
  }
}

template <class Data>
void describe_data(const Data& data, Description& text) {
  if constexpr (requires { data.temporality; }) {
    text.number("temporality", static_cast<std::uint64_t>(data.temporality));
  }
  if constexpr (requires { data.monotonic; }) text.value("monotonic", data.monotonic);
  if constexpr (requires { data.points; }) {
    for (const auto& point : data.points) {
      text.attributes("point attributes", point.attributes);
      text.number("start_time", point.start_time);
      text.number("time", point.time);
      text.number("flags", point.flags);
      describe_own(point, text);
    }
  }
}

std::string hexadecimal(std::mt19937_64& random, std::size_t digits) {
  std::string text;
  while (text.size() < digits) text += "0123456789abcdef"[random() % 16];
  return text;
}

TraceId random_trace_id(std::mt19937_64& random) {
  TraceId id;
  for (std::uint8_t& byte : id.bytes) byte = static_cast<std::uint8_t>(random());
  return id;
}

/// Four spans of one request.
class LlmTrace {
 public:
  LlmTrace(Spans& spans, std::mt19937_64& random, std::uint64_t start_time)
      : spans_(spans),
        random_(random),
        trace_(random_trace_id(random)),
        session_(std::to_string(random() % 2000)),
        start_time_(start_time) {}

  void add() {
    const std::uint64_t root = add_root();
    add_retrieval(root);
    add_request(add_chat(root));
  }

 private:
  otlp::Span& add_span(std::uint64_t parent, std::string_view name, SpanKind kind, std::uint64_t delay) {
    last_ = random_() | 1;
    otlp::Span& span =
        spans_.add(0, last_, parent, name, start_time_ + delay * millisecond + random_() % 1000);
    span.trace_id = trace_;
    span.kind = kind;
    span.end_time = span.start_time + random_() % (2 * second);
    span.flags = 0x101;
    return span;
  }
  AttributeValue text(const std::string& text) { return spans_.arena().copy(text); }
  AttributeValue number(std::uint64_t bound) { return random_() % bound; }

  std::uint64_t add_root() {
    otlp::Span& span = add_span(0, "rag_pipeline", SpanKind::server, 0);
    spans_.set_attributes(span, {{"http.request.method", "POST"},
                                 {"http.route", "/v1/answer"},
                                 {"http.response.status_code", 200},
                                 {"query.length", number(400)},
                                 {"user.id", text("user-" + std::to_string(random_() % 1000))},
                                 {"session.id", text("conv_68b1f9d2c7a4e35b_" + session_)}});
    return last_;
  }
  void add_retrieval(std::uint64_t parent) {
    otlp::Span& span = add_span(parent, "retrieve_documents", SpanKind::internal, 1);
    spans_.set_attributes(span, {{"gen_ai.operation.name", "retrieval"},
                                 {"db.system.name", "qdrant"},
                                 {"db.collection.name", "documents"},
                                 {"gen_ai.retrieval.top_k", 5},
                                 {"doc_count", number(6)},
                                 {"retrieval.best_score", static_cast<double>(random_() % 100'000) / 100'000},
                                 {"server.address", "qdrant.internal"},
                                 {"server.port", 6333}});
  }
  std::uint64_t add_chat(std::uint64_t parent) {
    otlp::Span& span = add_span(parent, "chat gpt-4o-mini", SpanKind::client, 3);
    span.status = random_() % 20 == 0 ? StatusCode::error : StatusCode::unset;
    static constexpr std::string_view stop[] = {"stop"};
    spans_.set_attributes(span, {{"gen_ai.operation.name", "chat"},
                                 {"gen_ai.provider.name", "openai"},
                                 {"gen_ai.request.model", "gpt-4o-mini"},
                                 {"gen_ai.response.model", "gpt-4o-mini-2024-07-18"},
                                 {"gen_ai.response.id", text("chatcmpl-" + hexadecimal(random_, 29))},
                                 {"gen_ai.request.temperature", 0.7},
                                 {"gen_ai.request.max_tokens", 1024},
                                 {"gen_ai.usage.input_tokens", number(4000)},
                                 {"gen_ai.usage.output_tokens", number(1000)},
                                 {"gen_ai.response.finish_reasons", AttributeValue::strings(stop)},
                                 {"gen_ai.conversation.id", text("conv_68b1f9d2c7a4e35b_" + session_)},
                                 {"server.address", "api.openai.com"},
                                 {"server.port", 443}});
    const std::span<otlp::SpanEvent> events = spans_.arena().array<otlp::SpanEvent>(1);
    static constexpr Attribute first_token[] = {{"index", 0}};
    events[0] = {.time = span.start_time + random_() % second,
                 .name = "first_token",
                 .attributes = first_token,
                 .dropped_attributes = 0};
    span.events = events;
    return last_;
  }
  void add_request(std::uint64_t parent) {
    otlp::Span& span = add_span(parent, "POST", SpanKind::client, 4);
    spans_.set_attributes(span, {{"http.request.method", "POST"},
                                 {"url.full", "https://api.openai.com/v1/chat/completions"},
                                 {"server.address", "api.openai.com"},
                                 {"server.port", 443},
                                 {"http.response.status_code", 200},
                                 {"network.protocol.version", "1.1"},
                                 {"http.request.body.size", number(20'000)},
                                 {"http.response.body.size", number(9'000)}});
  }

  Spans& spans_;
  std::mt19937_64& random_;
  TraceId trace_;
  std::string session_;  // of those that are going on at the time
  std::uint64_t start_time_;
  std::uint64_t last_ = 0;
};

}  // namespace

TraceId trace_id(std::uint64_t number) {
  TraceId id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(0xA0 + i);
    id.bytes[8 + i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  }
  return id;
}

SpanId span_id(std::uint64_t number) {
  SpanId id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  return id;
}

std::span<const Attribute> keep(std::span<const Attribute> attributes, otlp::Arena& arena) {
  const std::span<Attribute> kept = arena.array<Attribute>(attributes.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    kept[i] = attributes[i];
    kept[i].key = arena.copy(kept[i].key);
    const AttributeValue& value = attributes[i].value;
    if (value.type() == AttributeValue::Type::string) kept[i].value = arena.copy(value.as_string());
  }
  return kept;
}

const otlp::Resource* make_resource(std::string_view service, std::initializer_list<Attribute> attributes,
                                    otlp::Arena& arena) {
  std::vector<Attribute> all;
  if (!service.empty()) all.push_back({"service.name", service});
  all.insert(all.end(), attributes.begin(), attributes.end());
  otlp::Resource& resource = arena.array<otlp::Resource>(1).front();
  resource.attributes = keep(all, arena);
  resource.service_name = arena.copy(service);
  return &resource;
}

const otlp::Scope* make_scope(std::string_view name, otlp::Arena& arena) {
  otlp::Scope& scope = arena.array<otlp::Scope>(1).front();
  scope.name = arena.copy(name);
  return &scope;
}

otlp::Span& Spans::add(std::uint64_t trace, std::uint64_t span, std::uint64_t parent, std::string_view name,
                       std::uint64_t start_time) {
  otlp::Span& added = batch_->items.emplace_back();
  added.resource = resource_;
  added.scope = scope_;
  added.trace_id = trace_id(trace);
  added.span_id = span_id(span);
  added.parent_span_id = span_id(parent);
  added.name = batch_->arena.copy(name);
  added.start_time = start_time;
  added.end_time = start_time + second;
  added.kind = SpanKind::internal;
  return added;
}

std::shared_ptr<const otlp::TraceBatch> llm_spans(std::size_t count, std::uint64_t seed,
                                                  std::uint64_t start_time) {
  std::mt19937_64 random(seed);
  Spans spans;
  spans.set_service("rag-api", {{"service.version", "1.4.2"},
                                {"service.instance.id", "627cc493-f310-47de-96bd-71410b7dec09"},
                                {"deployment.environment.name", "production"},
                                {"host.name", "worker-7f9c"},
                                {"process.pid", 4242},
                                {"telemetry.sdk.language", "cpp"},
                                {"telemetry.sdk.name", "sonde"},
                                {"telemetry.sdk.version", "0.1.0"}});
  for (std::size_t i = 0; i < count; i += 4) {
    LlmTrace(spans, random, start_time).add();
    start_time += millisecond + random() % (4 * millisecond);
  }
  return spans.finish();
}

std::string describe(const otlp::Span& span) {
  Description text;
  text.origin(*span.resource, *span.scope);
  text.id("trace_id", span.trace_id);
  text.id("span_id", span.span_id);
  text.id("parent_span_id", span.parent_span_id);
  text.text("trace_state", span.trace_state);
  text.number("flags", span.flags);
  text.number("kind", static_cast<std::uint64_t>(span.kind));
  text.number("status", static_cast<std::uint64_t>(span.status));
  text.text("status_message", span.status_message);
  text.text("name", span.name);
  text.number("start_time", span.start_time);
  text.number("end_time", span.end_time);
  text.attributes("attributes", span.attributes);
  for (const otlp::SpanEvent& event : span.events) {
    text.number("event time", event.time);
    text.text("event name", event.name);
    text.attributes("event attributes", event.attributes);
    text.number("event dropped_attributes", event.dropped_attributes);
  }
  for (const otlp::SpanLink& link : span.links) {
    text.id("link trace_id", link.trace_id);
    text.id("link span_id", link.span_id);
    text.text("link trace_state", link.trace_state);
    text.attributes("link attributes", link.attributes);
    text.number("link dropped_attributes", link.dropped_attributes);
    text.number("link flags", link.flags);
  }
  text.number("dropped_attributes", span.dropped_attributes);
  text.number("dropped_events", span.dropped_events);
  text.number("dropped_links", span.dropped_links);
  return text.take();
}

std::string describe(const otlp::LogRecord& log) {
  Description text;
  text.origin(*log.resource, *log.scope);
  text.number("time", log.time);
  text.number("observed_time", log.observed_time);
  text.number("severity_number", log.severity_number);
  text.text("severity_text", log.severity_text);
  text.text("event_name", log.event_name);
  text.value("body", log.body);
  text.attributes("attributes", log.attributes);
  text.number("dropped_attributes", log.dropped_attributes);
  text.number("flags", log.flags);
  text.id("trace_id", log.trace_id);
  text.id("span_id", log.span_id);
  return text.take();
}

std::string describe(const otlp::Metric& metric) {
  Description text;
  text.origin(*metric.resource, *metric.scope);
  text.text("name", metric.name);
  text.text("description", metric.description);
  text.text("unit", metric.unit);
  text.attributes("metadata", metric.metadata);
  text.number("type", metric.data.index());
  std::visit([&text](const auto& data) { describe_data(data, text); }, metric.data);
  return text.take();
}

}  // namespace sonde::store::testing
