#pragma once

// What the tests of metrics share: a provider with a reader that is asked, and short ways to look at what it
// collected.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sonde/meter_provider.hpp"

namespace sonde::test {

/// What one collection gave.
class Collected {
 public:
  explicit Collected(std::vector<MetricRequest> requests) : requests_(std::move(requests)) {}

  [[nodiscard]] const std::vector<MetricRequest>& requests() const { return requests_; }

  [[nodiscard]] std::vector<MetricView> metrics(std::string_view name) const {
    std::vector<MetricView> found;
    for (const MetricRequest& request : requests_) {
      request.batch().for_each([&](const InstrumentationScope&, const MetricView& metric) {
        if (metric.name() == name) found.push_back(metric);
      });
    }
    return found;
  }
  [[nodiscard]] std::optional<MetricView> metric(std::string_view name) const {
    const auto found = metrics(name);
    return found.empty() ? std::nullopt : std::optional(found.front());
  }

  /// The points of a metric, or those of them that have an attribute of that text.
  [[nodiscard]] std::vector<NumberPointView> numbers(std::string_view name,
                                                     std::string_view text = {}) const {
    std::vector<NumberPointView> points;
    for (const MetricView& metric : metrics(name)) {
      for (const NumberPointView point : metric.numbers()) {
        if (text.empty() || has_text(point, text)) points.push_back(point);
      }
    }
    return points;
  }
  /// The value of the only such point, if it is the only one.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name, std::string_view text = {}) const {
    const auto points = numbers(name, text);
    return points.size() == 1 && points[0].value().is_integer()
               ? std::optional(points[0].value().as_integer())
               : std::nullopt;
  }
  [[nodiscard]] std::optional<double> floating(std::string_view name, std::string_view text = {}) const {
    const auto points = numbers(name, text);
    return points.size() == 1 && !points[0].value().is_integer()
               ? std::optional(points[0].value().as_floating())
               : std::nullopt;
  }
  [[nodiscard]] std::vector<HistogramPointView> histograms(std::string_view name) const {
    std::vector<HistogramPointView> points;
    for (const MetricView& metric : metrics(name)) {
      for (const HistogramPointView point : metric.histograms()) points.push_back(point);
    }
    return points;
  }
  [[nodiscard]] std::vector<ExponentialHistogramPointView> exponential(std::string_view name) const {
    std::vector<ExponentialHistogramPointView> points;
    for (const MetricView& metric : metrics(name)) {
      for (const auto point : metric.exponential_histograms()) points.push_back(point);
    }
    return points;
  }

 private:
  static bool has_text(const DataPointView& point, std::string_view text) {
    for (const AttributeView attribute : point.attributes()) {
      if (attribute.value().as_string() == text) return true;
    }
    return false;
  }

  std::vector<MetricRequest> requests_;
};

struct TestMetrics {
  explicit TestMetrics(TemporalityPreference temporality = TemporalityPreference::cumulative,
                       MeterProviderOptions options = {})
      : reader(std::make_shared<ManualMetricReader>(temporality)) {
    options.resource = Resource({{"service.name", std::string("test")}});
    options.readers.push_back(reader);
    provider = std::make_unique<MeterProvider>(std::move(options));
    meter = provider->get_meter("test", "1.0");
  }

  [[nodiscard]] Collected collect() const { return Collected(reader->collect()); }

  std::shared_ptr<ManualMetricReader> reader;
  std::unique_ptr<MeterProvider> provider;
  Meter meter;
};

/// The attributes of a data point as "key=text,key=text" (or key=number), in their order.
inline std::string text_of(const detail::WireRange<AttributeView>& attributes) {
  std::string text;
  for (const AttributeView attribute : attributes) {
    if (!text.empty()) text += ',';
    text += attribute.key();
    text += '=';
    const ValueView value = attribute.value();
    if (value.type() == AttributeValue::Type::string) text += value.as_string();
    if (value.type() == AttributeValue::Type::integer) text += std::to_string(value.as_integer());
    if (value.type() == AttributeValue::Type::boolean) text += value.as_boolean() ? "true" : "false";
  }
  return text;
}

}  // namespace sonde::test
