#pragma once

// The work that benchmarks time and that the guards in tests/guards count instructions and allocations of:
// one place, so that both speak of the same. Spans go through the batch processor into an exporter that gets
// every complete request and counts what is in it.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "sonde/log_record_processor.hpp"
#include "sonde/logger_provider.hpp"
#include "sonde/meter.hpp"
#include "sonde/meter_provider.hpp"
#include "sonde/sampler.hpp"
#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde::benchmarks {

/// How many spans are recorded between two flushes, which keep the queue short, so that no span is dropped: a
/// dropped span costs less than one that is delivered.
inline constexpr int burst = 512;

template <class Batch>
class CountingExporter final : public Exporter<Batch> {
 public:
  explicit CountingExporter(std::shared_ptr<std::atomic<std::uint64_t>> items) noexcept
      : items_(std::move(items)) {}

  ExportResult export_batch(const Batch& batch, Deadline) noexcept override {
    if (!batch.otlp_request().empty()) items_->fetch_add(batch.size(), std::memory_order_relaxed);
    return {};
  }

 private:
  std::shared_ptr<std::atomic<std::uint64_t>> items_;
};

/// A provider at work.
class Tracing {
 public:
  explicit Tracing(std::unique_ptr<Sampler> sampler = {}) {
    BatchOptions options;
    options.max_queue_size = std::size_t{burst} * 4;
    auto processor = std::make_unique<BatchSpanProcessor>(
        std::make_unique<CountingExporter<SpanBatch>>(exported_), options);
    processor_ = processor.get();
    TracerProviderOptions provider;
    provider.sampler = std::move(sampler);
    provider.processors.push_back(std::move(processor));
    provider_ = std::make_unique<TracerProvider>(std::move(provider));
    tracer = provider_->get_tracer("sdk_bench", "1.0");
  }

  void flush() noexcept { provider_->force_flush(); }
  void set_as_global() { provider_->set_as_global(); }
  [[nodiscard]] std::uint64_t exported() const noexcept { return exported_->load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return processor_->dropped(); }

  Tracer tracer;

 private:
  std::shared_ptr<std::atomic<std::uint64_t>> exported_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  BatchSpanProcessor* processor_ = nullptr;
  std::unique_ptr<TracerProvider> provider_;
};

inline void start_end_span(const Tracer& tracer) noexcept {
  static_cast<void>(tracer.start_span("operation"));
}

inline void start_set_end_span(const Tracer& tracer) noexcept {
  auto span = tracer.start_span("operation");
  span.set_attribute("key", 1);
}

/// One call of a model: the current span, seven attributes, an event with an attribute, a status.
inline void llm_span(const Tracer& tracer) noexcept {
  auto span = tracer.start_as_current_span("chat gpt-4o-mini", {.kind = SpanKind::client});
  span.set_attribute("gen_ai.operation.name", "chat");
  span.set_attribute("gen_ai.provider.name", "openai");
  span.set_attribute("gen_ai.request.model", "gpt-4o-mini");
  span.set_attribute("gen_ai.request.temperature", 0.7);
  span.set_attribute("gen_ai.usage.input_tokens", 1234);
  span.set_attribute("gen_ai.usage.output_tokens", 567);
  span.set_attribute("gen_ai.response.id", "chatcmpl-8WYkqLzKpJ");
  span.add_event("Response received", {{"tokens", 1801}});
  span.set_status(StatusCode::ok);
}

/// Three spans, two of them children of the first, with an attribute each.
inline void nested_rag(const Tracer& tracer) noexcept {
  auto pipeline = tracer.start_as_current_span("rag_pipeline");
  {
    auto retrieval = tracer.start_as_current_span("retrieve_documents");
    retrieval.set_attribute("doc_count", 5);
  }
  auto generation = tracer.start_as_current_span("generate_response");
  generation.set_attribute("response_length", 1024);
}

// What the benchmarks of other SDKs measure, in the same shapes.

inline void span_with_4_attributes(const Tracer& tracer) noexcept {
  auto span = tracer.start_span("operation");
  span.set_attribute("http.request.method", "GET");
  span.set_attribute("http.response.status_code", 200);
  span.set_attribute("server.address", "127.0.0.1");
  span.set_attribute("network.protocol.version", 1.1);
}

inline void span_with_8_attributes(const Tracer& tracer) noexcept {
  auto span = tracer.start_span("operation");
  span.set_attribute("http.request.method", "GET");
  span.set_attribute("http.response.status_code", 200);
  span.set_attribute("server.address", "127.0.0.1");
  span.set_attribute("network.protocol.version", 1.1);
  span.set_attribute("url.path", "/v1/chat/completions");
  span.set_attribute("url.scheme", "https");
  span.set_attribute("http.request.body.size", 1024);
  span.set_attribute("http.request.resend", false);
}

inline void span_with_event(const Tracer& tracer) noexcept {
  auto span = tracer.start_span("operation");
  span.add_event("retry", {{"attempt", 2}});
}

inline void span_with_link(const Tracer& tracer) noexcept {
  static constexpr TraceId trace_id{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  static constexpr SpanId span_id{{1, 2, 3, 4, 5, 6, 7, 8}};
  auto span = tracer.start_span("operation");
  span.add_link(SpanContext(trace_id, span_id, TraceFlags{TraceFlags::sampled}, true), {});
}

/// What the guards count, by the benchmarks' names.
struct Case {
  const char* name;
  void (*work)(const Tracer&) noexcept;
};
inline constexpr Case span_cases[] = {
    {"StartEndSpan", start_end_span},
    {"LlmSpan", llm_span},
    {"NestedRag", nested_rag},
    {"SpanWith4Attributes", span_with_4_attributes},
    {"SpanWith8Attributes", span_with_8_attributes},
    {"SpanWithEvent", span_with_event},
    {"SpanWithLink", span_with_link},
};

/// A logger at work.
class Logging {
 public:
  Logging() {
    LoggerProviderOptions options;
    options.processors.push_back(std::make_unique<BatchLogRecordProcessor>(
        std::make_unique<CountingExporter<LogRecordBatch>>(exported_), BatchOptions()));
    provider_ = std::make_unique<LoggerProvider>(std::move(options));
    logger = provider_->get_logger("sdk_bench", "1.0");
  }

  void flush() noexcept { provider_->force_flush(); }
  [[nodiscard]] std::uint64_t exported() const noexcept { return exported_->load(std::memory_order_relaxed); }

  Logger logger;

 private:
  std::shared_ptr<std::atomic<std::uint64_t>> exported_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::unique_ptr<LoggerProvider> provider_;
};

inline void log_record(const Logger& logger) noexcept {
  logger.emit({.severity = Severity::info,
               .body = "index built",
               .attributes = {{"documents", 1234}, {"cached", false}}});
}

/// Instruments that a reader collects from.
class Measuring {
 public:
  Measuring() : meter_(provider_.get_meter("sdk_bench", "1.0")) {}
  void set_as_global() { provider_.set_as_global(); }

 private:
  static MeterProviderOptions options() {
    MeterProviderOptions options;
    options.readers.push_back(std::make_shared<ManualMetricReader>());
    return options;
  }

  MeterProvider provider_{options()};
  Meter meter_;

 public:
  Counter<std::int64_t> counter = meter_.create_counter("llm.tokens.total");
  Histogram<double> histogram = meter_.create_histogram("llm.request.duration");
};

inline void counter_add(const Counter<std::int64_t>& counter) noexcept {
  counter.add(1, {{"gen_ai.request.model", "gpt-4o-mini"}});
}

inline void histogram_record(const Histogram<double>& histogram) noexcept {
  histogram.record(7.5, {{"gen_ai.request.model", "gpt-4o-mini"}});
}

}  // namespace sonde::benchmarks
