// What the GenAI layer adds to a span, on the recording thread, with batch export at work beside it. The bars
// are in docs/genai.md: BM_Chat - BM_BareSpan, BM_ChatWithContent - BM_BareSpan against twice BM_CopyContent,
// and BM_StreamChunk. See sdk/benchmark_clock.h for the column `clocks`.

#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>

#include "genai/benchmark_work.h"
#include "sdk/benchmark_clock.h"

namespace sonde::genai::benchmarks {
namespace {

using sonde::benchmarks::burst;
using sonde::benchmarks::InClocks;

/// Records in bursts of `size`; the worker drains the queue between them, off the clock.
template <class Work>
void record(benchmark::State& state, Recording& recording, int size, Work work) {
  {
    InClocks clocks(state);
    while (state.KeepRunningBatch(size)) {
      for (int i = 0; i < size; ++i) work();
      clocks.pause([&] { recording.flush(); });
    }
  }
  if (recording.tracing.dropped() != 0) state.SkipWithError("spans were dropped");
}

void BM_BareSpan(benchmark::State& state) {
  Recording recording;
  record(state, recording, burst, [&] { sonde::benchmarks::start_end_span(recording.tracing.tracer); });
}
BENCHMARK(BM_BareSpan);

void BM_Chat(benchmark::State& state) {
  Recording recording;
  record(state, recording, burst, [&] { chat(recording); });
}
BENCHMARK(BM_Chat);

/// Fewer in a burst, so that the queue's bytes stay bounded.
constexpr int content_burst = 64;

void BM_ChatWithContent(benchmark::State& state) {
  Recording recording(ContentCapture::span);
  record(state, recording, content_burst, [&] { chat_with_content(recording); });
}
BENCHMARK(BM_ChatWithContent);

void BM_CopyContent(benchmark::State& state) {
  const InClocks clocks(state);
  const auto buffer = std::make_unique<char[]>(messages().size() * 1024);
  for (auto _ : state) {
    char* out = buffer.get();
    for (const std::string& text : messages()) {
      std::memcpy(out, text.data(), text.size());
      out += text.size();
    }
    benchmark::DoNotOptimize(buffer.get());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_CopyContent);

void BM_StreamChunk(benchmark::State& state) {
  const Recording recording;
  InferenceStream stream(start_chat(recording.instrumentation));
  const InClocks clocks(state);
  for (auto _ : state) {
    stream.on_chunk();
    stream.append_text("token ");
  }
}
BENCHMARK(BM_StreamChunk);

/// The stream is a new one every thousand chunks, so that its text stays of usual length.
void BM_StreamChunkWithContent(benchmark::State& state) {
  Recording recording(ContentCapture::span);
  InClocks clocks(state);
  constexpr int chunks = 1000;
  while (state.KeepRunningBatch(chunks)) {
    InferenceStream stream(start_chat(recording.instrumentation));
    for (int i = 0; i < chunks; ++i) {
      stream.on_chunk();
      stream.append_text("token ");
    }
  }
}
BENCHMARK(BM_StreamChunkWithContent);

}  // namespace
}  // namespace sonde::genai::benchmarks
