// The cost of emitting a log record, in the same binary and units as the spans' benchmarks.

#include <benchmark/benchmark.h>

#include <memory>
#include <utility>

#include "sonde/logger_provider.hpp"

namespace {

class NullExporter final : public sonde::LogRecordExporter {
 public:
  sonde::ExportResult export_batch(const sonde::LogRecordBatch& batch, sonde::Deadline) noexcept override {
    benchmark::DoNotOptimize(batch.otlp_request().data());
    return {};
  }
};

struct Logging {
  Logging() {
    sonde::BatchOptions batch = sonde::default_log_record_batch();
    batch.max_queue_size = 100'000;
    auto owned = std::make_unique<sonde::BatchLogRecordProcessor>(std::make_unique<NullExporter>(), batch);
    processor = owned.get();
    sonde::LoggerProviderOptions options;
    options.processors.push_back(std::move(owned));
    options.loggers = {{.name = "*", .minimum_severity = sonde::Severity::info}};
    provider = std::make_unique<sonde::LoggerProvider>(std::move(options));
    logger = provider->get_logger("logs_bench", "1.0");
  }
  void report(benchmark::State& state) const {
    provider->force_flush();
    const auto dropped = static_cast<double>(processor->statistics().dropped());
    const double all = dropped + static_cast<double>(processor->statistics().exported);
    state.counters["dropped_%"] = all == 0 ? 0 : 100 * dropped / all;
  }

  sonde::BatchLogRecordProcessor* processor = nullptr;
  std::unique_ptr<sonde::LoggerProvider> provider;
  sonde::Logger logger;
};

/// A line of text with a severity and two attributes, as a bridge emits it.
void BM_LogRecord(benchmark::State& state) {
  const Logging logging;
  for (auto _ : state) {
    logging.logger.emit({.severity = sonde::Severity::info,
                         .body = "retrieved 5 of 1024 documents in 3 ms",
                         .attributes = {{"thread.id", 1234}, {"code.line.number", 42}}});
  }
  logging.report(state);
}
BENCHMARK(BM_LogRecord);

/// Below the minimum severity.
void BM_LogRecordDisabled(benchmark::State& state) {
  const Logging logging;
  for (auto _ : state) {
    logging.logger.emit(
        {.severity = sonde::Severity::debug, .body = "not wanted", .attributes = {{"key", 1}}});
  }
}
BENCHMARK(BM_LogRecordDisabled);

}  // namespace
