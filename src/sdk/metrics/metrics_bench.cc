// The cost of measuring, on the measuring thread, with a reader that has all defaults; in clock readings as
// in sdk_bench.cc. Names are relied on by scripts.

#include <benchmark/benchmark.h>

#include <memory>

#include "sdk/benchmark_clock.h"
#include "sonde/meter_provider.hpp"

namespace {

sonde::Meter shared_meter() {
  static sonde::MeterProvider provider([] {
    sonde::MeterProviderOptions options;
    options.readers.push_back(std::make_shared<sonde::ManualMetricReader>());
    return options;
  }());
  return provider.get_meter("sdk_bench");
}

void BM_CounterAdd(benchmark::State& state) {
  const auto counter = shared_meter().create_counter("llm.tokens.total");
  const sonde::benchmarks::InClocks clocks(state);
  for (auto _ : state) counter.add(1, {{"gen_ai.request.model", "gpt-4o-mini"}});
}
BENCHMARK(BM_CounterAdd)->Threads(1)->Threads(2);

void BM_CounterAddBound(benchmark::State& state) {
  const auto counter =
      shared_meter().create_counter("llm.tokens.total").bind({{"gen_ai.request.model", "gpt-4o-mini"}});
  const sonde::benchmarks::InClocks clocks(state);
  for (auto _ : state) counter.add(1);
}
BENCHMARK(BM_CounterAddBound)->Threads(1)->Threads(2);

void BM_HistogramRecord(benchmark::State& state) {
  const auto histogram = shared_meter().create_histogram("llm.request.duration");
  double value = 0;
  const sonde::benchmarks::InClocks clocks(state);
  for (auto _ : state) {
    histogram.record(value, {{"gen_ai.request.model", "gpt-4o-mini"}});
    value = value < 10'000 ? value + 7 : 0;
  }
}
BENCHMARK(BM_HistogramRecord)->Threads(1)->Threads(2);

void BM_HistogramRecordBound(benchmark::State& state) {
  const auto histogram =
      shared_meter().create_histogram("llm.request.duration").bind({{"gen_ai.request.model", "gpt-4o-mini"}});
  double value = 0;
  const sonde::benchmarks::InClocks clocks(state);
  for (auto _ : state) {
    histogram.record(value);
    value = value < 10'000 ? value + 7 : 0;
  }
}
BENCHMARK(BM_HistogramRecordBound)->Threads(1)->Threads(2);

void BM_ExponentialHistogramRecord(benchmark::State& state) {
  static sonde::MeterProvider provider([] {
    sonde::MeterProviderOptions options;
    options.readers.push_back(std::make_shared<sonde::ManualMetricReader>());
    sonde::View& view = options.views.emplace_back();
    view.aggregation = sonde::Aggregation::exponential_buckets();
    return options;
  }());
  const auto histogram = provider.get_meter("sdk_bench").create_histogram("llm.request.duration");
  double value = 1;
  const sonde::benchmarks::InClocks clocks(state);
  for (auto _ : state) {
    histogram.record(value, {{"gen_ai.request.model", "gpt-4o-mini"}});
    value = value < 10'000 ? value + 7 : 1;
  }
}
BENCHMARK(BM_ExponentialHistogramRecord);

void BM_CounterAddWithoutProvider(benchmark::State& state) {
  const auto counter = sonde::get_meter("nobody").create_counter("llm.tokens.total");
  const sonde::benchmarks::InClocks clocks(state);
  for (auto _ : state) counter.add(1, {{"gen_ai.request.model", "gpt-4o-mini"}});
}
BENCHMARK(BM_CounterAddWithoutProvider);

}  // namespace
