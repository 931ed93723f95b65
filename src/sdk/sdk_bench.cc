// The cost of recording, on the recording thread, with the batch processor at work and an exporter that
// discards. BM_ClockNow is the unit to compare with: absolute times drift between machines. Names are relied
// on by scripts.

#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <memory>
#include <string_view>

#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"

namespace {

class NullExporter final : public sonde::SpanExporter {
 public:
  sonde::ExportResult export_batch(const sonde::SpanBatch& batch, sonde::Deadline) noexcept override {
    benchmark::DoNotOptimize(batch.otlp_request().data());
    return {};
  }
};

/// A provider whose spans go through the batch processor into nothing; reports how many were dropped on the
/// way, for a span that is dropped is cheaper than one that is delivered.
class Tracing {
 public:
  Tracing() {
    sonde::BatchOptions options;
    options.max_queue_size = 100'000;
    auto processor = std::make_unique<sonde::BatchSpanProcessor>(std::make_unique<NullExporter>(), options);
    processor_ = processor.get();
    sonde::TracerProviderOptions provider;
    provider.processors.push_back(std::move(processor));
    provider_ = std::make_unique<sonde::TracerProvider>(std::move(provider));
    tracer = provider_->get_tracer("sdk_bench", "1.0");
  }

  void report(benchmark::State& state) {
    provider_->force_flush();
    const auto dropped = static_cast<double>(processor_->dropped());
    const double all = dropped + static_cast<double>(processor_->exported());
    state.counters["dropped_%"] = all == 0 ? 0 : 100 * dropped / all;
  }

  sonde::Tracer tracer;

 private:
  sonde::BatchSpanProcessor* processor_ = nullptr;
  std::unique_ptr<sonde::TracerProvider> provider_;
};

Tracing& shared_tracing() {
  static Tracing tracing;
  return tracing;
}

void record_llm_span(const sonde::Tracer& tracer) {
  auto span = tracer.start_as_current_span("chat gpt-4o-mini", {.kind = sonde::SpanKind::client});
  span.set_attribute("gen_ai.operation.name", "chat");
  span.set_attribute("gen_ai.provider.name", "openai");
  span.set_attribute("gen_ai.request.model", "gpt-4o-mini");
  span.set_attribute("gen_ai.request.temperature", 0.7);
  span.set_attribute("gen_ai.usage.input_tokens", 1234);
  span.set_attribute("gen_ai.usage.output_tokens", 567);
  span.set_attribute("gen_ai.response.id", "chatcmpl-8WYkqLzKpJ");
  span.add_event("Response received", {{"tokens", 1801}});
  span.set_status(sonde::StatusCode::ok);
}

void BM_ClockNow(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(std::chrono::steady_clock::now());
}
BENCHMARK(BM_ClockNow);

void BM_NoProvider(benchmark::State& state) {
  const sonde::Tracer tracer = sonde::get_tracer("nobody");
  for (auto _ : state) {
    auto span = tracer.start_span("operation");
    span.set_attribute("key", 1);
    benchmark::DoNotOptimize(span.is_recording());
  }
}
BENCHMARK(BM_NoProvider);

void BM_StartEndSpan(benchmark::State& state) {
  Tracing tracing;
  for (auto _ : state) {
    auto span = tracing.tracer.start_span("operation");
    benchmark::DoNotOptimize(span.is_recording());
  }
  tracing.report(state);
}
BENCHMARK(BM_StartEndSpan);

void BM_LlmSpan(benchmark::State& state) {
  Tracing& tracing = shared_tracing();
  for (auto _ : state) record_llm_span(tracing.tracer);
  if (state.thread_index() == 0) tracing.report(state);
}
BENCHMARK(BM_LlmSpan)->Threads(1)->Threads(2);

void BM_NestedRag(benchmark::State& state) {
  Tracing tracing;
  for (auto _ : state) {
    auto pipeline = tracing.tracer.start_as_current_span("rag_pipeline");
    {
      auto retrieval = tracing.tracer.start_as_current_span("retrieve_documents");
      retrieval.set_attribute("doc_count", 5);
    }
    auto generation = tracing.tracer.start_as_current_span("generate_response");
    generation.set_attribute("response_length", 1024);
  }
  tracing.report(state);
}
BENCHMARK(BM_NestedRag);

}  // namespace
