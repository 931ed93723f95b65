#include "sdk/trace/span_counters.h"

#include <string_view>

#include "sdk/self_observation.h"

namespace sonde::detail {
namespace {

constexpr std::array<std::string_view, 3> origins = {"none", "local", "remote"};
constexpr std::array<std::string_view, 3> decisions = {"DROP", "RECORD_ONLY", "RECORD_AND_SAMPLE"};

}  // namespace

SpanCounters::SpanCounters(MeterProvider& provider) {
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

}  // namespace sonde::detail
