#include "sdk/self_observation.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/metrics/testing/collected.h"
#include "sonde/logger_provider.hpp"
#include "sonde/sampler.hpp"
#include "sonde/setup.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde {
namespace {

using detail::Component;
using detail::SelfObservation;
using test::Collected;
using test::TestMetrics;

/// Answers as it is told, and keeps nothing.
template <class ExporterOfSignal, class Batch>
class ScriptedExporter final : public ExporterOfSignal {
 public:
  explicit ScriptedExporter(std::vector<ExportResult> results) : results_(std::move(results)) {}
  ExportResult export_batch(const Batch& /*batch*/, Deadline /*deadline*/) noexcept override {
    if (results_.empty()) return {};
    ExportResult result = std::move(results_.front());
    results_.erase(results_.begin());
    return result;
  }
  [[nodiscard]] std::string_view component_type() const noexcept override { return "scripted_exporter"; }

 private:
  std::vector<ExportResult> results_;
};
using ScriptedSpanExporter = ScriptedExporter<SpanExporter, SpanBatch>;
using ScriptedMetricExporter = ScriptedExporter<MetricExporter, MetricBatch>;

/// A tracer provider with one processor that is observed.
struct Observed {
  explicit Observed(MeterProvider& meter_provider, std::vector<ExportResult> results = {},
                    BatchOptions batch = {})
      : observation(detail::self_observation_meter(meter_provider)) {
    std::unique_ptr<SpanExporter> exporter = std::make_unique<ScriptedSpanExporter>(std::move(results));
    const Component component{"scripted_exporter/0", std::string(exporter->component_type())};
    auto made =
        std::make_unique<BatchSpanProcessor>(observation.timed(std::move(exporter), component), batch);
    processor = made.get();
    observation.watch_processor("span", {"batching_span_processor/test", "batching_span_processor"},
                                component, [observed = processor] { return observed->statistics(); });
    TracerProviderOptions options;
    options.processors.push_back(std::move(made));
    options.meter_provider = &meter_provider;
    provider = std::make_unique<TracerProvider>(std::move(options));
    tracer = provider->get_tracer("test");
  }

  SelfObservation observation;
  BatchSpanProcessor* processor = nullptr;
  std::unique_ptr<TracerProvider> provider;
  Tracer tracer;
};

/// The value of the data point whose attributes include all of these texts.
std::optional<std::int64_t> value(const Collected& collected, std::string_view name,
                                  const std::vector<std::string_view>& texts) {
  for (const NumberPointView& point : collected.numbers(name)) {
    bool has_all = true;
    for (const std::string_view text : texts) {
      bool has_text = false;
      for (const AttributeView attribute : point.attributes())
        has_text |= attribute.value().as_string() == text;
      has_all &= has_text;
    }
    if (has_all) return point.value().as_integer();
  }
  return std::nullopt;
}

int attribute_count(const DataPointView& point) {
  int count = 0;
  for (const AttributeView attribute : point.attributes()) count += attribute.key().empty() ? 0 : 1;
  return count;
}

TEST(SelfObservation, CountsSpansByTheirOriginAndSamplingResult) {
  TestMetrics metrics;
  Observed observed(*metrics.provider);
  const SpanContext remote(TraceId{{1}}, SpanId{{1}}, TraceFlags{TraceFlags::sampled}, true);
  const SpanContext not_sampled(TraceId{{1}}, SpanId{{1}}, TraceFlags{}, false);
  Span root = observed.tracer.start_span("root");
  observed.tracer.start_span("child", {.parent = root}).end();
  Span of_remote = observed.tracer.start_span("of a remote parent", {.parent = remote});
  observed.tracer.start_span("dropped", {.parent = not_sampled}).end();

  const Collected collected = metrics.collect();
  constexpr auto started = "otel.sdk.span.started";
  EXPECT_EQ(value(collected, started, {"none", "RECORD_AND_SAMPLE"}), 1);
  EXPECT_EQ(value(collected, started, {"local", "RECORD_AND_SAMPLE"}), 1);
  EXPECT_EQ(value(collected, started, {"remote", "RECORD_AND_SAMPLE"}), 1);
  EXPECT_EQ(value(collected, started, {"local", "DROP"}), 1);
  EXPECT_EQ(value(collected, "otel.sdk.span.live", {"RECORD_AND_SAMPLE"}), 2);
  EXPECT_EQ(collected.metric("otel.sdk.span.live")->unit(), "{span}");
  root.end();
  of_remote.end();
  EXPECT_EQ(value(metrics.collect(), "otel.sdk.span.live", {"RECORD_AND_SAMPLE"}), 0);
}

TEST(SelfObservation, ReportsTheQueueOfAProcessor) {
  TestMetrics metrics;
  Observed observed(*metrics.provider, {}, {.schedule_delay = std::chrono::hours(1), .max_queue_size = 10});
  for (int i = 0; i < 3; ++i) observed.tracer.start_span("span").end();
  const Collected collected = metrics.collect();
  EXPECT_EQ(collected.integer("otel.sdk.processor.span.queue.size", "batching_span_processor/test"), 3);
  EXPECT_EQ(collected.integer("otel.sdk.processor.span.queue.capacity", "batching_span_processor"),
            static_cast<std::int64_t>(observed.processor->statistics().queue_capacity));
  EXPECT_EQ(collected.integer("otel.sdk.exporter.span.inflight", "scripted_exporter/0"), 0);
}

TEST(SelfObservation, CountsWhatBecameOfEverySpan) {
  TestMetrics metrics;
  Observed observed(*metrics.provider,
                    {{.delivered = true, .rejected = 1},
                     {.delivered = false, .message = "down", .failure = ExportFailure::unavailable}});
  for (int batch = 0; batch < 3; ++batch) {  // one is rejected, two are lost, three are delivered
    for (int i = 0; i <= batch; ++i) observed.tracer.start_span("span").end();
    observed.provider->force_flush();
  }
  observed.processor->shutdown(std::chrono::steady_clock::now() + std::chrono::seconds(5));
  observed.tracer.start_span("too late").end();

  const Collected collected = metrics.collect();
  constexpr auto exported = "otel.sdk.exporter.span.exported";
  EXPECT_EQ(value(collected, exported, {"scripted_exporter/0"}), 3);
  EXPECT_EQ(value(collected, exported, {"scripted_exporter/0", "rejected"}), 1);
  EXPECT_EQ(value(collected, exported, {"scripted_exporter/0", "export_failed"}), 2);
  constexpr auto processed = "otel.sdk.processor.span.processed";
  EXPECT_EQ(value(collected, processed, {"batching_span_processor"}), 6);
  EXPECT_EQ(value(collected, processed, {"batching_span_processor", "after_shutdown"}), 1);
  EXPECT_EQ(collected.numbers(processed).size(), 2u);
  EXPECT_EQ(attribute_count(collected.numbers(processed).front()), 2) << "success has no error.type";
}

TEST(SelfObservation, TimesExportsByTheirOutcome) {
  TestMetrics metrics;
  Observed observed(*metrics.provider, {{}, {.delivered = false, .failure = ExportFailure::refused}});
  for (int i = 0; i < 2; ++i) {
    observed.tracer.start_span("span").end();
    observed.provider->force_flush();
  }
  const Collected collected = metrics.collect();
  const auto points = collected.histograms("otel.sdk.exporter.operation.duration");
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0].count(), 1u);
  EXPECT_EQ(attribute_count(points[0]) + attribute_count(points[1]), 2 + 3);
}

TEST(SelfObservation, ReportsAReaderWithoutFeedingOnItself) {
  MeterProviderOptions options;
  auto manual = std::make_shared<ManualMetricReader>();
  options.readers.push_back(manual);
  std::unique_ptr<MetricExporter> exporter =
      std::make_unique<ScriptedMetricExporter>(std::vector<ExportResult>());
  auto reader = std::make_shared<PeriodicMetricReader>(
      std::move(exporter), PeriodicReaderOptions{.interval = std::chrono::hours(1)});
  options.readers.push_back(reader);
  MeterProvider provider(std::move(options));
  SelfObservation observation(detail::self_observation_meter(provider));
  observation.watch_reader(reader, {"scripted_exporter/1", "scripted_exporter"});

  std::size_t data_points = 0;
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(provider.force_flush());
    const Collected collected(manual->collect());
    std::size_t now = 0;
    for (const MetricRequest& request : collected.requests()) now += request.data_points;
    EXPECT_TRUE(i <= 1 || now == data_points) << "exporting metrics makes more of them";
    data_points = now;
  }
  const Collected collected(manual->collect());
  EXPECT_EQ(value(collected, "otel.sdk.exporter.metric_data_point.exported", {"scripted_exporter/1"}),
            static_cast<std::int64_t>(reader->exported()));
  ASSERT_EQ(collected.histograms("otel.sdk.metric_reader.collection.duration").size(), 1u);
  EXPECT_EQ(collected.histograms("otel.sdk.metric_reader.collection.duration")[0].count(), 5u);
}

/// Looks, through another reader, at what is in flight while it exports.
class WatchingExporter final : public MetricExporter {
 public:
  struct Seen {
    std::optional<std::int64_t> in_flight;
    std::int64_t exporting = 0;
  };
  WatchingExporter(std::shared_ptr<ManualMetricReader> reader, std::shared_ptr<std::vector<Seen>> seen)
      : reader_(std::move(reader)), seen_(std::move(seen)) {}
  ExportResult export_batch(const MetricBatch& batch, Deadline /*deadline*/) noexcept override {
    const Collected collected(reader_->collect());
    seen_->push_back(
        {value(collected, "otel.sdk.exporter.metric_data_point.inflight", {"watching_exporter/0"}),
         static_cast<std::int64_t>(batch.size())});
    return {};
  }

 private:
  std::shared_ptr<ManualMetricReader> reader_;
  std::shared_ptr<std::vector<Seen>> seen_;
};

TEST(SelfObservation, ReportsWhatAReaderHasInFlight) {
  auto manual = std::make_shared<ManualMetricReader>();
  auto seen = std::make_shared<std::vector<WatchingExporter::Seen>>();
  auto reader =
      std::make_shared<PeriodicMetricReader>(std::make_unique<WatchingExporter>(manual, seen),
                                             PeriodicReaderOptions{.interval = std::chrono::hours(1)});
  MeterProviderOptions options;
  options.readers = {manual, reader};
  MeterProvider provider(std::move(options));
  SelfObservation observation(detail::self_observation_meter(provider));
  observation.watch_reader(reader, {"watching_exporter/0", "watching_exporter"});
  provider.get_meter("test").create_counter("requests").add(1);
  EXPECT_TRUE(provider.force_flush());
  ASSERT_EQ(seen->size(), 1u);
  EXPECT_GT(seen->front().exporting, 0);
  EXPECT_EQ(seen->front().in_flight, seen->front().exporting);
  EXPECT_EQ(reader->in_flight(), 0u);
}

TEST(SelfObservation, CountsLogRecordsAndReportsTheirProcessor) {
  TestMetrics metrics;
  SelfObservation observation(detail::self_observation_meter(*metrics.provider));
  auto processor = std::make_unique<BatchLogRecordProcessor>(
      std::make_unique<ScriptedExporter<LogRecordExporter, LogRecordBatch>>(std::vector<ExportResult>()));
  observation.watch_processor("log", {"batching_log_processor/test", "batching_log_processor"},
                              {"scripted_exporter/2", "scripted_exporter"},
                              [watched = processor.get()] { return watched->statistics(); });
  LoggerProviderOptions options;
  options.meter_provider = metrics.provider.get();
  options.loggers = {{.name = "quiet", .minimum_severity = Severity::error}};
  options.processors.push_back(std::move(processor));
  LoggerProvider provider(std::move(options));
  provider.get_logger("test").emit({.severity = Severity::info, .body = "one"});
  provider.get_logger("quiet").emit({.severity = Severity::info, .body = "not let through"});
  EXPECT_TRUE(provider.force_flush());

  const Collected collected = metrics.collect();
  EXPECT_EQ(collected.integer("otel.sdk.log.created"), 1);
  EXPECT_EQ(collected.integer("otel.sdk.processor.log.processed", "batching_log_processor/test"), 1);
  EXPECT_EQ(collected.integer("otel.sdk.exporter.log.exported", "scripted_exporter/2"), 1);
  EXPECT_EQ(collected.metric("otel.sdk.exporter.log.exported")->unit(), "{log_record}");
}

/// Keeps the names of the metrics it is given.
class NameKeepingExporter final : public MetricExporter {
 public:
  explicit NameKeepingExporter(std::shared_ptr<std::set<std::string>> names) : names_(std::move(names)) {}
  ExportResult export_batch(const MetricBatch& batch, Deadline /*deadline*/) noexcept override {
    batch.for_each([&](const InstrumentationScope&, const MetricView& metric) {
      names_->insert(std::string(metric.name()));
    });
    return {};
  }

 private:
  std::shared_ptr<std::set<std::string>> names_;
};

std::set<std::string> names_after_setup(bool self_observation) {
  auto names = std::make_shared<std::set<std::string>>();
  SetupOptions options;
  options.custom_exporter = std::make_unique<ScriptedSpanExporter>(std::vector<ExportResult>());
  options.custom_metric_exporter = std::make_unique<NameKeepingExporter>(names);
  options.logs_exporter = ExporterKind::none;
  options.self_observation = self_observation;
  Telemetry telemetry = setup(std::move(options));
  get_tracer("test").start_span("span").end();
  telemetry.force_flush();
  telemetry.force_flush();
  telemetry.shutdown();
  return *names;
}

TEST(SelfObservation, IsWhatSetupTurnsOn) {
  EXPECT_EQ(
      names_after_setup(true),
      (std::set<std::string>{
          "otel.sdk.exporter.metric_data_point.exported", "otel.sdk.exporter.metric_data_point.inflight",
          "otel.sdk.exporter.operation.duration", "otel.sdk.exporter.span.exported",
          "otel.sdk.exporter.span.inflight", "otel.sdk.metric_reader.collection.duration",
          "otel.sdk.processor.span.processed", "otel.sdk.processor.span.queue.capacity",
          "otel.sdk.processor.span.queue.size", "otel.sdk.span.live", "otel.sdk.span.started"}));
}

TEST(SelfObservation, IsOffByDefault) { EXPECT_TRUE(names_after_setup(false).empty()); }

TEST(SelfObservation, EndsWithItsObject) {
  TestMetrics metrics;
  { const Observed observed(*metrics.provider); }
  EXPECT_TRUE(metrics.collect().numbers("otel.sdk.processor.span.queue.size").empty());
}

}  // namespace
}  // namespace sonde
