// The three metrics that every LLM application wants: tokens, latency, and requests under way. Prints them
// when it ends; a program that sends them somewhere passes another exporter.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

#include <sonde/console_exporter.hpp>
#include <sonde/meter_provider.hpp>

namespace {

struct Answer {
  std::int64_t total_tokens;
};

/// In place of a model.
Answer call_llm(std::string_view prompt) { return {static_cast<std::int64_t>(prompt.size())}; }

class Metrics {
 public:
  explicit Metrics(const sonde::Meter& meter)
      : tokens_(meter.create_counter("llm.tokens.total",
                                     {.unit = "{token}", .description = "Total tokens consumed"})),
        duration_(meter.create_histogram("llm.request.duration",
                                         {.unit = "ms", .description = "LLM request latency"})),
        active_(meter.create_up_down_counter("llm.requests.active",
                                             {.unit = "{request}", .description = "Active LLM requests"})) {}

  [[nodiscard]] Answer tracked_llm_call(std::string_view prompt, std::string_view model) const {
    active_.add(1, {{"model", model}});
    const auto start = std::chrono::steady_clock::now();
    const Answer answer = call_llm(prompt);
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
    duration_.record(elapsed.count(), {{"model", model}});
    tokens_.add(answer.total_tokens, {{"model", model}});
    active_.add(-1, {{"model", model}});
    return answer;
  }

 private:
  sonde::Counter<std::int64_t> tokens_;
  sonde::Histogram<double> duration_;
  sonde::UpDownCounter<std::int64_t> active_;
};

}  // namespace

int main() {
  sonde::MeterProviderOptions options;
  options.readers.push_back(
      std::make_shared<sonde::PeriodicMetricReader>(sonde::make_console_metric_exporter()));
  sonde::MeterProvider provider(std::move(options));  // collects for the last time when it goes

  const Metrics metrics(provider.get_meter("my-llm-app"));
  for (const std::string_view prompt : {"What is a trace?", "And what is a span?"}) {
    const Answer answer = metrics.tracked_llm_call(prompt, "gpt-4o-mini");
    std::printf("%d tokens\n", static_cast<int>(answer.total_tokens));
  }
}
