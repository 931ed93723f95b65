#pragma once

// What the GenAI layer's tests share: global providers whose telemetry can be looked at, and spans as short
// texts to compare with.

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/in_memory_exporter.hpp"
#include "sonde/logger_provider.hpp"
#include "sonde/meter_provider.hpp"
#include "sonde/sampler.hpp"
#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde::genai::test {

/// Keys, each with its value as JSON, so that types are told apart.
using Map = std::map<std::string, std::string>;

template <class Range>
Map map_of(const Range& attributes) {
  Map map;
  for (const AttributeView attribute : attributes) {
    append_json(attribute.value(), map[std::string(attribute.key())]);
  }
  return map;
}

/// Tracing of one test, global while it lives.
class Tracing {
 public:
  explicit Tracing(std::unique_ptr<Sampler> sampler = nullptr) {
    TracerProviderOptions options;
    if (sampler != nullptr) options.sampler = std::move(sampler);
    options.processors.push_back(std::make_unique<SimpleSpanProcessor>(make_in_memory_exporter(memory_)));
    provider_ = std::make_unique<TracerProvider>(std::move(options));
    provider_->set_as_global();
  }

  /// The span of that name that ended last; empty if there is none.
  [[nodiscard]] std::string span(std::string_view name) const { return memory_->find(name); }
  [[nodiscard]] Map attributes(std::string_view name) const {
    return map_of(SpanView(span(name)).attributes());
  }
  /// The span that ended last.
  [[nodiscard]] std::string last() const { return memory_->spans().back(); }
  [[nodiscard]] std::size_t count() const { return memory_->spans().size(); }
  [[nodiscard]] std::vector<std::string> spans() const { return memory_->spans(); }

 private:
  std::shared_ptr<InMemorySpans> memory_ = std::make_shared<InMemorySpans>();
  std::unique_ptr<TracerProvider> provider_;
};

/// Metrics of one test, global while it lives.
class Metrics {
 public:
  Metrics() {
    provider_ = std::make_unique<MeterProvider>(MeterProviderOptions{.readers = {reader_}});
    provider_->set_as_global();
  }

  /// A data point for every line: "{attributes} value" for sums, "{attributes} count sum" for histograms.
  struct Metric {
    std::string unit;
    std::vector<double> boundaries;
    std::vector<std::string> points;
  };
  [[nodiscard]] std::map<std::string, Metric> collect() const {
    std::map<std::string, Metric> all;
    for (const MetricRequest& request : reader_->collect()) {
      request.batch().for_each([&](const InstrumentationScope&, const MetricView& view) {
        Metric& metric = all[std::string(view.name())];
        metric.unit = view.unit();
        for (const NumberPointView point : view.numbers()) {
          metric.points.push_back(text_of(point) + " " + std::to_string(point.value().as_integer()));
        }
        for (const HistogramPointView point : view.histograms()) {
          metric.boundaries.clear();
          for (std::size_t i = 0; i < point.boundaries().size(); ++i)
            metric.boundaries.push_back(point.boundaries()[i]);
          metric.points.push_back(text_of(point) + " " + std::to_string(point.count()) + " " +
                                  std::to_string(static_cast<std::int64_t>(*point.sum())));
        }
        std::sort(metric.points.begin(), metric.points.end());
      });
    }
    return all;
  }

 private:
  static std::string text_of(const DataPointView& point) {
    std::string text = "{";
    for (const auto& [key, value] : map_of(point.attributes())) {
      if (text.size() > 1) text += ',';
      text += key + "=" + value;
    }
    return text + "}";
  }

  std::shared_ptr<ManualMetricReader> reader_ = std::make_shared<ManualMetricReader>();
  std::unique_ptr<MeterProvider> provider_;
};

/// Logs of one test, global while it lives.
class Logs {
 public:
  Logs() {
    LoggerProviderOptions options;
    options.processors.push_back(
        std::make_unique<SimpleLogRecordProcessor>(make_in_memory_exporter(memory_)));
    provider_ = std::make_unique<LoggerProvider>(std::move(options));
    provider_->set_as_global();
  }
  [[nodiscard]] std::vector<std::string> records() const { return memory_->log_records(); }

 private:
  std::shared_ptr<InMemoryLogRecords> memory_ = std::make_shared<InMemoryLogRecords>();
  std::unique_ptr<LoggerProvider> provider_;
};

}  // namespace sonde::genai::test
