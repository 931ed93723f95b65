#pragma once

// Counts a provider's spans for otel.sdk.span.started and .live, where that is asked for. An interface, made
// through a pointer that metrics set, so that a program which only traces links nothing of metrics.
//
// Source: semantic conventions, otel/sdk-metrics.md.

#include <atomic>
#include <memory>

#include "sonde/sampler.hpp"
#include "sonde/span_context.hpp"

namespace sonde {
class MeterProvider;
}

namespace sonde::detail {

/// All members are thread-safe and neither block nor allocate.
class SpanCounters {
 public:
  SpanCounters(const SpanCounters&) = delete;
  SpanCounters& operator=(const SpanCounters&) = delete;
  virtual ~SpanCounters() = default;

  /// `parent` is null for a root.
  virtual void count_start(const SpanContext* parent, SamplingDecision decision) const noexcept = 0;
  virtual void count_end(bool is_sampled) const noexcept = 0;

 protected:
  SpanCounters() = default;
};

using SpanCountersFactory = std::unique_ptr<SpanCounters> (*)(MeterProvider& provider);
/// Null until there is a MeterProvider.
extern constinit std::atomic<SpanCountersFactory> span_counters_factory;

[[nodiscard]] std::unique_ptr<SpanCounters> make_span_counters(MeterProvider& provider);

}  // namespace sonde::detail
