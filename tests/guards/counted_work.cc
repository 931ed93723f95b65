// What tests/guards/instructions.py runs under callgrind: every case in turn, warmed up, then counted alone.
// Writes one profile a case and thread, labelled with the case's name; the first thread is the recording one.

#include <valgrind/callgrind.h>

#include "genai/benchmark_work.h"
#include "sdk/benchmark_work.h"

namespace {

using namespace sonde::benchmarks;

constexpr int warm_up_bursts = 4;
constexpr int counted_bursts = 4;  // instructions.py knows it too

/// As often as instructions.py divides by: counted_bursts * burst times.
template <class Signal, class Work>
void count(const char* name, Signal& signal, Work work) {
  const auto record = [&](int bursts) {
    for (int b = 0; b < bursts; ++b) {
      for (int i = 0; i < burst; ++i) work();
      signal.flush();
    }
  };
  record(warm_up_bursts);
  CALLGRIND_ZERO_STATS;
  record(counted_bursts);
  CALLGRIND_DUMP_STATS_AT(name);
}

}  // namespace

int main() {
  Tracing tracing;
  const sonde::Tracer no_provider = sonde::get_tracer("nobody");
  Tracing sampled_out(std::make_unique<sonde::AlwaysOffSampler>());
  count("Nothing", tracing, [] {});
  count("NoProvider", tracing, [&] { start_set_end_span(no_provider); });
  count("SampledOut", tracing, [&] { start_set_end_span(sampled_out.tracer); });
  for (const Case& c : span_cases) count(c.name, tracing, [&] { c.work(tracing.tracer); });

  Logging logging;
  count("LogRecord", logging, [&] { log_record(logging.logger); });

  const Measuring measuring;
  const auto bound_counter = measuring.counter.bind({{"gen_ai.request.model", "gpt-4o-mini"}});
  const auto bound_histogram = measuring.histogram.bind({{"gen_ai.request.model", "gpt-4o-mini"}});
  count("CounterAdd", tracing, [&] { counter_add(measuring.counter); });
  count("CounterAddBound", tracing, [&] { bound_counter.add(1); });
  count("HistogramRecord", tracing, [&] { histogram_record(measuring.histogram); });
  count("HistogramRecordBound", tracing, [&] { bound_histogram.record(7.5); });

  namespace genai = sonde::genai::benchmarks;
  {
    genai::Recording recording;
    count("Chat", recording, [&] { genai::chat(recording); });
    sonde::genai::InferenceStream stream(genai::start_chat(recording.instrumentation));
    count("StreamChunk", recording, [&] { stream.on_chunk(); });
  }
  genai::Recording with_content(sonde::genai::ContentCapture::span);
  count("ChatWithContent", with_content, [&] { genai::chat_with_content(with_content); });
}
