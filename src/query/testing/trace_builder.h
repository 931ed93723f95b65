#pragma once

// Makes traces for tests, a span a call, with ids and times that are easy to read in what comes out: the span
// numbered 1 has the id 0000000000000001, and times are milliseconds after 2026-11-23 08:34:12 UTC.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "otlp/model.h"

namespace sonde::query {

inline constexpr std::uint64_t millisecond = 1'000'000;
inline constexpr std::uint64_t test_time = 1'795'422'852'000 * millisecond;

inline SpanId test_span_id(std::uint64_t number) {
  SpanId id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[7 - i] = static_cast<std::uint8_t>(number >> 8 * i);
  return id;
}

inline TraceId test_trace_id(std::uint64_t number) {
  TraceId id;
  const SpanId end = test_span_id(number);
  std::copy(end.bytes.begin(), end.bytes.end(), id.bytes.begin() + 8);
  id.bytes[0] = 0xAB;
  return id;
}

inline otlp::SpanEvent test_event(std::uint64_t time_ms, std::string_view name,
                                  std::span<const Attribute> attributes = {}) {
  otlp::SpanEvent event;
  event.time = test_time + time_ms * millisecond;
  event.name = name;
  event.attributes = attributes;
  return event;
}

inline otlp::SpanLink test_link(std::uint64_t trace_number, std::uint64_t span_number) {
  otlp::SpanLink link;
  link.trace_id = test_trace_id(trace_number);
  link.span_id = test_span_id(span_number);
  return link;
}

struct TestSpan {
  std::uint64_t number = 1;
  std::uint64_t parent = 0;  ///< 0: a root.
  std::string_view name = "span";
  std::uint64_t start_ms = 0;
  std::uint64_t duration_ms = 100;
  std::vector<Attribute> attributes{};
  otlp::SpanKind kind = otlp::SpanKind::internal;
  otlp::StatusCode status = otlp::StatusCode::unset;
  std::string_view status_message{};
  std::string_view service = "my-llm-app";
  std::vector<otlp::SpanEvent> events{};
  std::vector<otlp::SpanLink> links{};
  bool is_running = false;  ///< Has no end.
};

class TraceBuilder {
 public:
  explicit TraceBuilder(std::uint64_t trace_number = 1) : trace_id_(test_trace_id(trace_number)) {}

  /// Text in attributes, events and links must outlive the batch: literals do.
  TraceBuilder& add(const TestSpan& given) {
    otlp::Span& span = batch_->items.emplace_back();
    span.trace_id = trace_id_;
    span.span_id = test_span_id(given.number);
    span.parent_span_id = test_span_id(given.parent);
    span.name = batch_->arena.copy(given.name);
    span.kind = given.kind;
    span.status = given.status;
    span.status_message = given.status_message;
    span.start_time = test_time + given.start_ms * millisecond;
    span.end_time = span.start_time + given.duration_ms * millisecond;
    if (given.is_running) span.end_time = 0;
    span.attributes = kept(given.attributes);
    span.events = kept(given.events);
    span.links = kept(given.links);
    span.resource = resource(given.service);
    span.scope = scope();
    return *this;
  }

  [[nodiscard]] std::shared_ptr<const otlp::TraceBatch> build() { return std::exchange(batch_, nullptr); }

  /// A copy of `items` that lives as long as the batch.
  template <class T>
  std::span<const T> kept(const std::vector<T>& items) {
    const std::span<T> copy = batch_->arena.array<T>(items.size());
    std::ranges::copy(items, copy.begin());
    return copy;
  }

 private:
  /// One object a span, as a store that reads rows may give them.
  const otlp::Resource* resource(std::string_view service) {
    otlp::Resource& made = batch_->arena.array<otlp::Resource>(1).front();
    if (!service.empty()) made.attributes = kept<Attribute>({{"service.name", service}});
    made.service_name = service;
    return &made;
  }
  const otlp::Scope* scope() {
    otlp::Scope& made = batch_->arena.array<otlp::Scope>(1).front();
    made.name = "test";
    made.version = "1.0";
    return &made;
  }

  TraceId trace_id_;
  std::shared_ptr<otlp::TraceBatch> batch_ = std::make_shared<otlp::TraceBatch>();
};

}  // namespace sonde::query
