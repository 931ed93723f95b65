// The cost of recording, on the recording thread, with the batch processor at work beside it. BM_ClockNow is
// the unit to compare with; see benchmark_clock.h. Names are relied on by scripts.

#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>

#include "sdk/benchmark_clock.h"
#include "sdk/benchmark_work.h"

namespace {

using namespace sonde::benchmarks;

using Work = void (*)(const sonde::Tracer&) noexcept;

/// Fails the case if not every span arrived.
void check_delivery(benchmark::State& state, Tracing& tracing) {
  tracing.flush();
  state.counters["dropped"] = static_cast<double>(tracing.dropped());
  if (tracing.dropped() != 0) state.SkipWithError("spans were dropped, which cost less than delivered ones");
}

void BM_ClockNow(benchmark::State& state) {
  const InClocks clocks(state);
  for (auto _ : state) benchmark::DoNotOptimize(std::chrono::steady_clock::now());
}
BENCHMARK(BM_ClockNow);

void BM_NoProvider(benchmark::State& state) {
  const sonde::Tracer tracer = sonde::get_tracer("nobody");
  const InClocks clocks(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(&tracer);
    start_set_end_span(tracer);
  }
}
BENCHMARK(BM_NoProvider);

void BM_SampledOut(benchmark::State& state) {
  Tracing tracing(std::make_unique<sonde::AlwaysOffSampler>());
  const InClocks clocks(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(&tracing.tracer);
    start_set_end_span(tracing.tracer);
  }
}
BENCHMARK(BM_SampledOut);

/// What the recording thread pays. The worker drains the queue meanwhile; what it has left is awaited between
/// the bursts, off the clock.
void record(benchmark::State& state, Work work, Tracing& tracing) {
  const double start = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  {
    InClocks clocks(state);
    while (state.KeepRunningBatch(burst)) {
      for (int i = 0; i < burst; ++i) work(tracing.tracer);
      clocks.pause([&] { tracing.flush(); });
    }
  }
  const double spent = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
  if (state.threads() == 1)
    state.counters["total_ns"] = 1e9 * spent / static_cast<double>(state.iterations());
  if (state.thread_index() == 0) check_delivery(state, tracing);
}

void record(benchmark::State& state, Work work) {
  Tracing tracing;
  record(state, work, tracing);
}

void BM_StartEndSpan(benchmark::State& state) { record(state, start_end_span); }
BENCHMARK(BM_StartEndSpan);

void BM_LlmSpan(benchmark::State& state) {
  static Tracing tracing;  // of all threads
  record(state, llm_span, tracing);
}
BENCHMARK(BM_LlmSpan)->Threads(1)->Threads(2);

void BM_NestedRag(benchmark::State& state) { record(state, nested_rag); }
BENCHMARK(BM_NestedRag);

void BM_SpanWith4Attributes(benchmark::State& state) { record(state, span_with_4_attributes); }
BENCHMARK(BM_SpanWith4Attributes);

void BM_SpanWith8Attributes(benchmark::State& state) { record(state, span_with_8_attributes); }
BENCHMARK(BM_SpanWith8Attributes);

void BM_SpanWithEvent(benchmark::State& state) { record(state, span_with_event); }
BENCHMARK(BM_SpanWithEvent);

void BM_SpanWithLink(benchmark::State& state) { record(state, span_with_link); }
BENCHMARK(BM_SpanWithLink);

/// What the process pays, all of its threads together, until the exporter holds the complete request.
void BM_LlmSpanToBytes(benchmark::State& state) {
  Tracing tracing;
  {
    const InClocks clocks(state, CLOCK_PROCESS_CPUTIME_ID);
    while (state.KeepRunningBatch(burst)) {
      for (int i = 0; i < burst; ++i) llm_span(tracing.tracer);
      tracing.flush();
    }
  }
  if (tracing.exported() != static_cast<std::uint64_t>(state.iterations()))
    state.SkipWithError("not every span arrived");
  check_delivery(state, tracing);
}
BENCHMARK(BM_LlmSpanToBytes)->MeasureProcessCPUTime();

}  // namespace
