#include "sdk/trace/span_counters.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sdk/self_observation.h"
#include "sonde/instruments.hpp"

namespace sonde::detail {
namespace {

constexpr std::array<std::string_view, 3> origins = {"none", "local", "remote"};
constexpr std::array<std::string_view, 3> decisions = {"DROP", "RECORD_ONLY", "RECORD_AND_SAMPLE"};

class MetricSpanCounters final : public SpanCounters {
 public:
  explicit MetricSpanCounters(MeterProvider& provider) {
    const Meter meter = self_observation_meter(provider);
    const auto started = meter.create_counter("otel.sdk.span.started",
                                              {.unit = "{span}", .description = "Spans that were created."});
    const auto live = meter.create_up_down_counter(
        "otel.sdk.span.live", {.unit = "{span}", .description = "Recording spans that have not ended."});
    for (std::size_t decision = 0; decision < decisions.size(); ++decision) {
      const Attribute result = {"otel.span.sampling_result", decisions[decision]};
      for (std::size_t origin = 0; origin < origins.size(); ++origin) {
        started_[origin][decision] = started.bind({{"otel.span.parent.origin", origins[origin]}, result});
      }
      live_[decision] = live.bind({result});
    }
  }

  void count_start(const SpanContext* parent, SamplingDecision decision) const noexcept override {
    const std::size_t origin = parent == nullptr ? 0 : parent->is_remote() ? 2 : 1;
    started_[origin][static_cast<std::size_t>(decision)].add(1);
    if (decision != SamplingDecision::drop) live_[static_cast<std::size_t>(decision)].add(1);
  }
  void count_end(bool is_sampled) const noexcept override {
    const auto decision = is_sampled ? SamplingDecision::record_and_sample : SamplingDecision::record_only;
    live_[static_cast<std::size_t>(decision)].add(-1);
  }

 private:
  using Counter = BoundCounter<std::int64_t>;

  std::array<std::array<Counter, 3>, 3> started_;  ///< By the parent's origin and the decision.
  std::array<Counter, 3> live_;                    ///< By the decision.
};

}  // namespace

std::unique_ptr<SpanCounters> make_span_counters(MeterProvider& provider) {
  return std::make_unique<MetricSpanCounters>(provider);
}

}  // namespace sonde::detail
