#pragma once

// For programs that run opentelemetry-cpp's SDK already and want Sonde's spans in the same traces: they take
// its current span as parent, are its children's parents, and leave through its processors and exporters,
// with its resource. In main(), once its provider is there:
//
//     std::shared_ptr<opentelemetry::sdk::trace::TracerProvider> theirs = ...;
//     auto provider = sonde::bridge::use_opentelemetry_sdk(theirs);
//
// Their model holds no nested values: arrays of mixed types and maps arrive as JSON in a string.
//
// Source: specification trace/sdk.md; opentelemetry/sdk/trace/{recordable,processor,tracer}.h.

#include <opentelemetry/sdk/trace/processor.h>
#include <opentelemetry/sdk/trace/recordable.h>
#include <opentelemetry/sdk/trace/tracer.h>
#include <opentelemetry/sdk/trace/tracer_provider.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "sonde/bridge/opentelemetry_context.hpp"
#include "sonde/bridge/opentelemetry_sampler.hpp"
#include "sonde/bridge/opentelemetry_values.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/span_view.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde::bridge {

namespace detail {
template <class Range>
[[nodiscard]] std::size_t count(const Range& range) noexcept {
  std::size_t size = 0;
  for (auto item = range.begin(); item != range.end(); ++item) ++size;
  return size;
}
}  // namespace detail

/// A recorded value as one of theirs, which is a view of it or of what it holds itself.
class RecordedValue {
 public:
  explicit RecordedValue(const ValueView& value) {
    using Type = AttributeValue::Type;
    switch (value.type()) {
      case Type::boolean: value_ = value.as_boolean(); break;
      case Type::integer: value_ = value.as_integer(); break;
      case Type::floating: value_ = value.as_floating(); break;
      case Type::string: value_ = to_opentelemetry(value.as_string()); break;
      case Type::bytes:
        value_ = opentelemetry::nostd::span<const std::uint8_t>(
            reinterpret_cast<const std::uint8_t*>(value.as_string().data()), value.as_string().size());
        break;
      case Type::array: set_array(value); break;
      default: set_json(value); break;
    }
  }
  RecordedValue(const RecordedValue&) = delete;
  RecordedValue& operator=(const RecordedValue&) = delete;

  [[nodiscard]] const opentelemetry::common::AttributeValue& value() const noexcept { return value_; }

 private:
  void set_array(const ValueView& array) {
    using Type = AttributeValue::Type;
    Type type = Type::string;  // of an empty array: any
    bool is_first = true;
    for (const ValueView element : array.elements()) {
      if (!std::exchange(is_first, false) && element.type() != type) return set_json(array);
      type = element.type();
    }
    switch (type) {
      case Type::boolean: return set_booleans(array);
      case Type::integer:
        return set(integers_, array, [](const ValueView& value) { return value.as_integer(); });
      case Type::floating:
        return set(floatings_, array, [](const ValueView& value) { return value.as_floating(); });
      case Type::string:
        return set(strings_, array,
                   [](const ValueView& value) { return to_opentelemetry(value.as_string()); });
      default: return set_json(array);
    }
  }
  template <class T, class Read>
  void set(std::vector<T>& elements, const ValueView& array, Read read) {
    for (const ValueView element : array.elements()) elements.push_back(read(element));
    value_ = opentelemetry::nostd::span<const T>(elements.data(), elements.size());
  }
  void set_booleans(const ValueView& array) {
    booleans_ = std::make_unique<bool[]>(detail::count(array.elements()));
    std::size_t size = 0;
    for (const ValueView element : array.elements()) booleans_[size++] = element.as_boolean();
    value_ = opentelemetry::nostd::span<const bool>(booleans_.get(), size);
  }
  void set_json(const ValueView& value) {
    append_json(value, json_);
    value_ = to_opentelemetry(json_);
  }

  opentelemetry::common::AttributeValue value_;
  std::unique_ptr<bool[]> booleans_;
  std::vector<std::int64_t> integers_;
  std::vector<double> floatings_;
  std::vector<opentelemetry::nostd::string_view> strings_;
  std::string json_;
};

class RecordedAttributes final : public opentelemetry::common::KeyValueIterable {
 public:
  explicit RecordedAttributes(const sonde::detail::WireRange<AttributeView>& range) noexcept
      : range_(range) {}

  bool ForEachKeyValue(opentelemetry::nostd::function_ref<bool(opentelemetry::nostd::string_view,
                                                               opentelemetry::common::AttributeValue)>
                           visit) const noexcept override {
    try {
      for (const AttributeView attribute : range_) {
        if (!visit(to_opentelemetry(attribute.key()), RecordedValue(attribute.value()).value())) return false;
      }
      return true;
    } catch (...) {
      return false;  // no memory for more
    }
  }
  [[nodiscard]] std::size_t size() const noexcept override { return detail::count(range_); }

 private:
  sonde::detail::WireRange<AttributeView> range_;
};

/// Hands finished spans to the processors of one of their providers. Shutting it down flushes their provider
/// and lets go of it, but does not shut it down: it is the application's.
class OpenTelemetrySpanProcessor final : public SpanProcessor {
 public:
  explicit OpenTelemetrySpanProcessor(std::shared_ptr<OpenTelemetryAccess> access) noexcept
      : access_(std::move(access)) {}

  [[nodiscard]] Interest interest() const noexcept override {
    return {.on_start = false, .on_ending = false};
  }

  void on_end(const FinishedSpan& span) noexcept override {
    if (!span.is_sampled()) return;
    try {
      if (!hand_over(span)) ++dropped_;
    } catch (...) {
      ++dropped_;
    }
  }

  bool force_flush(Deadline deadline) noexcept override {
    const auto tracer = access_->tracer();
    const auto left =
        std::chrono::duration_cast<std::chrono::microseconds>(deadline - std::chrono::steady_clock::now());
    return tracer == nullptr || OpenTelemetryAccess::sdk(tracer).GetProcessor().ForceFlush(
                                    std::max(left, std::chrono::microseconds::zero()));
  }

  bool shutdown(Deadline deadline) noexcept override {
    const bool done = force_flush(deadline);
    access_->let_go();
    return done;
  }

  /// Spans lost so far, for want of memory or because they ended after shutdown.
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  using Recordable = opentelemetry::sdk::trace::Recordable;
  using Scope = opentelemetry::sdk::instrumentationscope::InstrumentationScope;

  bool hand_over(const FinishedSpan& span) {
    const auto tracer = access_->tracer();
    if (tracer == nullptr) return false;
    opentelemetry::sdk::trace::SpanProcessor& processor = OpenTelemetryAccess::sdk(tracer).GetProcessor();
    std::unique_ptr<Recordable> recordable = processor.MakeRecordable();
    if (recordable == nullptr) return false;
    const SpanView view = span.view();
    recordable->SetResource(OpenTelemetryAccess::sdk(tracer).GetResource());
    recordable->SetInstrumentationScope(scope_of(span));
    describe_start(view, *recordable);
    processor.OnStart(*recordable, parent_of(view));
    describe_end(view, *recordable);
    processor.OnEnd(std::move(recordable));
    return true;
  }

  static void describe_start(const SpanView& view, Recordable& recordable) {
    const SpanContext context(view.trace_id(), view.span_id(), view.trace_flags(), false,
                              TraceState(view.trace_state()));
    recordable.SetName(to_opentelemetry(view.name()));
    recordable.SetIdentity(to_opentelemetry(context), to_opentelemetry(view.parent_span_id()));
    recordable.SetTraceFlags(opentelemetry::trace::TraceFlags(view.trace_flags().bits));
    recordable.SetSpanKind(to_opentelemetry(view.kind()));
    recordable.SetStartTime(to_opentelemetry(view.start_time()));
    for (const AttributeView attribute : view.attributes()) {
      recordable.SetAttribute(to_opentelemetry(attribute.key()), RecordedValue(attribute.value()).value());
    }
    for (const SpanLinkView link : view.links()) {
      const SpanContext linked(link.trace_id(), link.span_id(), link.trace_flags(), link.is_remote(),
                               TraceState(link.trace_state()));
      recordable.AddLink(to_opentelemetry(linked), RecordedAttributes(link.attributes()));
    }
  }

  static void describe_end(const SpanView& view, Recordable& recordable) {
    for (const SpanEventView event : view.events()) {
      recordable.AddEvent(to_opentelemetry(event.name()), to_opentelemetry(event.time()),
                          RecordedAttributes(event.attributes()));
    }
    if (view.status() != StatusCode::unset) {
      recordable.SetStatus(to_opentelemetry(view.status()), to_opentelemetry(view.status_message()));
    }
    recordable.SetDuration(std::chrono::nanoseconds(view.end_time() - view.start_time()));
  }

  [[nodiscard]] static opentelemetry::trace::SpanContext parent_of(const SpanView& view) {
    if (!view.parent_span_id().is_valid()) return opentelemetry::trace::SpanContext::GetInvalid();
    return to_opentelemetry(SpanContext(view.trace_id(), view.parent_span_id(), view.trace_flags(),
                                        view.is_parent_remote(), TraceState(view.trace_state())));
  }

  /// Their recordables point at it, so it stays.
  [[nodiscard]] const Scope& scope_of(const FinishedSpan& span) {
    const std::lock_guard lock(mutex_);
    opentelemetry::nostd::unique_ptr<Scope>& scope = scopes_[&span.core()];
    if (scope == nullptr) {
      const InstrumentationScope ours = span.scope();
      scope = Scope::Create(to_opentelemetry(ours.name), to_opentelemetry(ours.version),
                            to_opentelemetry(ours.schema_url),
                            opentelemetry::sdk::common::AttributeMap(RecordedAttributes(ours.attributes)));
    }
    return *scope;
  }

  const std::shared_ptr<OpenTelemetryAccess> access_;
  std::mutex mutex_;  ///< Guards what follows.
  std::map<const sonde::detail::TracerCore*, opentelemetry::nostd::unique_ptr<Scope>> scopes_;
  std::atomic<std::uint64_t> dropped_ = 0;
};

/// Makes a provider whose spans leave through theirs, and makes it Sonde's global one, with one current span
/// and baggage for both libraries. Once, before either starts spans.
[[nodiscard]] inline std::unique_ptr<TracerProvider> use_opentelemetry_sdk(
    const std::shared_ptr<opentelemetry::sdk::trace::TracerProvider>& provider) {
  share_current_context();
  const auto access = std::make_shared<OpenTelemetryAccess>(*provider);
  TracerProviderOptions options;
  options.sampler = std::make_unique<OpenTelemetrySampler>(access);
  options.id_generator = std::make_unique<OpenTelemetryIdGenerator>(access);
  options.processors.push_back(std::make_unique<OpenTelemetrySpanProcessor>(access));
  auto ours = std::make_unique<TracerProvider>(std::move(options));
  ours->set_as_global();
  return ours;
}

}  // namespace sonde::bridge
