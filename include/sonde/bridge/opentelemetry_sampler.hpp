#pragma once

// The sampler and the id generator of a program's opentelemetry-cpp SDK, asked for Sonde's spans too, so that
// one decision holds for both and ids that a backend reads something from stay as it wants them.
//
// Source: opentelemetry/sdk/trace/{sampler,id_generator}.h.

#include <opentelemetry/common/key_value_iterable_view.h>
#include <opentelemetry/sdk/trace/tracer.h>
#include <opentelemetry/sdk/trace/tracer_provider.h>
#include <opentelemetry/trace/span_context_kv_iterable.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "sonde/bridge/opentelemetry_values.hpp"
#include "sonde/id_generator.hpp"
#include "sonde/sampler.hpp"

namespace sonde::bridge {

/// The way to what one of their providers runs, until it is let go of. Thread-safe.
class OpenTelemetryAccess {
 public:
  using TracerPointer = opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer>;

  explicit OpenTelemetryAccess(opentelemetry::sdk::trace::TracerProvider& provider)
      : tracer_(provider.GetTracer("sonde")) {}

  /// Null once let go of. Keeps what it leads to alive.
  [[nodiscard]] TracerPointer tracer() noexcept {
    const std::lock_guard lock(mutex_);
    return tracer_;
  }
  [[nodiscard]] static opentelemetry::sdk::trace::Tracer& sdk(const TracerPointer& tracer) noexcept {
    return static_cast<opentelemetry::sdk::trace::Tracer&>(
        *tracer);  // the only kind that their provider makes
  }

  void let_go() noexcept {
    const std::lock_guard lock(mutex_);
    tracer_ = TracerPointer();
  }

 private:
  std::mutex mutex_;
  TracerPointer tracer_;
};

namespace detail {

/// Attributes of a span that is about to start, as far as their samplers can be shown them: scalars and
/// strings.
class StartAttributes final : public opentelemetry::common::KeyValueIterable {
 public:
  explicit StartAttributes(Attributes attributes) noexcept : attributes_(attributes) {}

  bool ForEachKeyValue(opentelemetry::nostd::function_ref<bool(opentelemetry::nostd::string_view,
                                                               opentelemetry::common::AttributeValue)>
                           visit) const noexcept override {
    for (const auto& [key, value] : attributes_) {
      const auto theirs = convert(value);
      if (theirs && !visit(to_opentelemetry(key), *theirs)) return false;
    }
    return true;
  }
  [[nodiscard]] std::size_t size() const noexcept override { return attributes_.size(); }

 private:
  static std::optional<opentelemetry::common::AttributeValue> convert(const AttributeValue& value) noexcept {
    switch (value.type()) {
      case AttributeValue::Type::boolean: return value.as_boolean();
      case AttributeValue::Type::integer: return value.as_integer();
      case AttributeValue::Type::floating: return value.as_floating();
      case AttributeValue::Type::string: return to_opentelemetry(value.as_string());
      default: return std::nullopt;
    }
  }

  Attributes attributes_;
};

}  // namespace detail

/// Asks their sampler. It is shown no links, and of the attributes scalars and strings.
class OpenTelemetrySampler final : public Sampler {
 public:
  explicit OpenTelemetrySampler(std::shared_ptr<OpenTelemetryAccess> access) noexcept
      : access_(std::move(access)) {}

  /// Attributes that their sampler adds live until the thread asks again.
  [[nodiscard]] SamplingResult should_sample(const SamplingParameters& parameters) noexcept override {
    try {
      return ask(parameters);
    } catch (...) {
      return {.decision = SamplingDecision::drop, .trace_state = parameters.parent_context.trace_state()};
    }
  }

  [[nodiscard]] std::string description() const override { return "OpenTelemetrySampler"; }

 private:
  [[nodiscard]] SamplingResult ask(const SamplingParameters& parameters) {
    const auto tracer = access_->tracer();
    if (tracer == nullptr) return {};
    auto theirs = OpenTelemetryAccess::sdk(tracer).GetSampler().ShouldSample(
        to_opentelemetry(parameters.parent_context), to_opentelemetry(parameters.trace_id),
        to_opentelemetry(parameters.name), to_opentelemetry(parameters.kind),
        detail::StartAttributes(parameters.attributes), opentelemetry::trace::NullSpanContext());
    SamplingResult ours;
    if (theirs.IsSampled()) {
      ours.decision = SamplingDecision::record_and_sample;
    } else if (theirs.IsRecording()) {
      ours.decision = SamplingDecision::record_only;
    }
    if (theirs.trace_state != nullptr) ours.trace_state = TraceState(theirs.trace_state->ToHeader());
    if (theirs.attributes != nullptr) ours.attributes = keep(std::move(theirs.attributes));
    return ours;
  }

  using Added = std::map<std::string, opentelemetry::common::AttributeValue>;

  [[nodiscard]] static Attributes keep(std::unique_ptr<const Added> added) {
    static thread_local std::unique_ptr<const Added> kept;
    static thread_local std::optional<ConvertedAttributes> converted;
    converted.reset();
    kept = std::move(added);
    return converted.emplace(opentelemetry::common::KeyValueIterableView<Added>(*kept));
  }

  const std::shared_ptr<OpenTelemetryAccess> access_;
};

/// Takes ids from their generator; none once their provider has been let go of.
class OpenTelemetryIdGenerator final : public IdGenerator {
 public:
  explicit OpenTelemetryIdGenerator(std::shared_ptr<OpenTelemetryAccess> access)
      : access_(std::move(access)),
        is_random_(OpenTelemetryAccess::sdk(access_->tracer()).GetIdGenerator().IsRandom()) {}

  [[nodiscard]] TraceId generate_trace_id() noexcept override {
    const auto tracer = access_->tracer();
    return tracer == nullptr ? TraceId()
                             : to_sonde(OpenTelemetryAccess::sdk(tracer).GetIdGenerator().GenerateTraceId());
  }
  [[nodiscard]] SpanId generate_span_id() noexcept override {
    const auto tracer = access_->tracer();
    return tracer == nullptr ? SpanId()
                             : to_sonde(OpenTelemetryAccess::sdk(tracer).GetIdGenerator().GenerateSpanId());
  }
  [[nodiscard]] bool is_random() const noexcept override { return is_random_; }

 private:
  const std::shared_ptr<OpenTelemetryAccess> access_;
  const bool is_random_;
};

}  // namespace sonde::bridge
