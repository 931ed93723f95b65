#pragma once

// Counts a provider's spans for otel.sdk.span.started and .live, where that is asked for.
//
// Source: semantic conventions, otel/sdk-metrics.md.

#include <array>
#include <cstddef>
#include <cstdint>

#include "sonde/instruments.hpp"
#include "sonde/sampler.hpp"
#include "sonde/span_context.hpp"

namespace sonde {
class MeterProvider;
}

namespace sonde::detail {

class SpanCounters {
 public:
  explicit SpanCounters(MeterProvider& provider);

  /// `parent` is null for a root.
  void count_start(const SpanContext* parent, SamplingDecision decision) const noexcept {
    const std::size_t origin = parent == nullptr ? 0 : parent->is_remote() ? 2 : 1;
    started_[origin][static_cast<std::size_t>(decision)].add(1);
    if (decision != SamplingDecision::drop) live_[static_cast<std::size_t>(decision)].add(1);
  }
  void count_end(bool is_sampled) const noexcept {
    const auto decision = is_sampled ? SamplingDecision::record_and_sample : SamplingDecision::record_only;
    live_[static_cast<std::size_t>(decision)].add(-1);
  }

 private:
  using Counter = BoundCounter<std::int64_t>;

  std::array<std::array<Counter, 3>, 3> started_;  ///< By the parent's origin and the decision.
  std::array<Counter, 3> live_;                    ///< By the decision.
};

}  // namespace sonde::detail
