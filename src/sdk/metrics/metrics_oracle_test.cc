// What is collected, as libprotobuf reads it with the published .proto files: measurements made at random
// beside a plain account of them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "opentelemetry/proto/collector/metrics/v1/metrics_service.pb.h"
#include "sonde/meter_provider.hpp"

namespace sonde {
namespace {

namespace proto = opentelemetry::proto::metrics::v1;
using opentelemetry::proto::collector::metrics::v1::ExportMetricsServiceRequest;

/// The measurements of one series.
struct Account {
  std::vector<double> values;
  [[nodiscard]] double sum() const {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum;
  }
  [[nodiscard]] double min() const { return *std::min_element(values.begin(), values.end()); }
  [[nodiscard]] double max() const { return *std::max_element(values.begin(), values.end()); }
};
using Series = std::map<std::string, Account>;  // by the attributes' text

std::string text_of(const auto& attributes) {
  std::vector<std::string> texts;
  for (const auto& attribute : attributes) texts.push_back(attribute.ShortDebugString());
  std::sort(texts.begin(), texts.end());
  std::string text;
  for (const std::string& one : texts) text += one + ";";
  return text;
}

/// Attributes at random, out of few so that series come again; and their text.
class RandomAttributes {
 public:
  explicit RandomAttributes(std::mt19937_64& random) {
    const auto add = [&](const char* key, AttributeValue value, auto set) {
      list_.push_back({key, value});
      auto& attribute = *proto_.add_attributes();
      attribute.set_key(key);
      set(*attribute.mutable_value());
    };
    const auto number = static_cast<std::int64_t>(random() % 3) - 1;
    const bool flag = random() % 2 == 0;
    const double real = flag ? 0.5 : -1e300;
    static const std::string long_text(300, 'x');
    static const std::int64_t integers[] = {1, -2};
    if (random() % 2 == 0) add("number", number, [&](auto& value) { value.set_int_value(number); });
    if (random() % 2 == 0) add("flag", flag, [&](auto& value) { value.set_bool_value(flag); });
    if (random() % 4 == 0) add("real", real, [&](auto& value) { value.set_double_value(real); });
    if (random() % 4 == 0) add("long", long_text, [&](auto& value) { value.set_string_value(long_text); });
    if (random() % 4 == 0) {
      add("list", AttributeValue::integers(integers), [&](auto& value) {
        value.mutable_array_value()->add_values()->set_int_value(1);
        value.mutable_array_value()->add_values()->set_int_value(-2);
      });
    }
    std::shuffle(list_.begin(), list_.end(), random);
  }
  [[nodiscard]] Attributes list() const { return Attributes(list_); }
  [[nodiscard]] std::string text() const { return text_of(proto_.attributes()); }

 private:
  std::vector<Attribute> list_;
  proto::NumberDataPoint proto_;
};

void check_point(const proto::NumberDataPoint& point, const Account& account, bool is_sum) {
  const double value = point.has_as_int() ? static_cast<double>(point.as_int()) : point.as_double();
  EXPECT_EQ(value, is_sum ? account.sum() : account.values.back());
}

void check_point(const proto::HistogramDataPoint& point, const Account& account) {
  EXPECT_EQ(point.count(), account.values.size());
  EXPECT_EQ(point.sum(), account.sum());
  EXPECT_EQ(point.min(), account.min());
  EXPECT_EQ(point.max(), account.max());
  ASSERT_EQ(point.bucket_counts_size(), point.explicit_bounds_size() + 1);
  for (int i = 0; i < point.bucket_counts_size(); ++i) {
    const double low = i == 0 ? -std::numeric_limits<double>::infinity() : point.explicit_bounds(i - 1);
    const double high = i == point.explicit_bounds_size() ? std::numeric_limits<double>::infinity()
                                                          : point.explicit_bounds(i);
    const auto is_inside = [&](double value) { return value > low && value <= high; };
    EXPECT_EQ(point.bucket_counts(i), static_cast<std::uint64_t>(std::count_if(
                                          account.values.begin(), account.values.end(), is_inside)));
  }
}

void check_point(const proto::ExponentialHistogramDataPoint& point, const Account& account) {
  EXPECT_EQ(point.count(), account.values.size());
  EXPECT_EQ(point.sum(), account.sum());
  EXPECT_EQ(point.min(), account.min());
  EXPECT_EQ(point.max(), account.max());
  std::uint64_t count = point.zero_count();
  for (const std::uint64_t bucket : point.positive().bucket_counts()) count += bucket;
  for (const std::uint64_t bucket : point.negative().bucket_counts()) count += bucket;
  EXPECT_EQ(count, point.count());
  EXPECT_GT(point.scale(), -11);
  EXPECT_LE(point.positive().bucket_counts_size(), 160);
}

template <class Points, class... More>
void check_points(const Points& points, Series& series, const More&... more) {
  for (const auto& point : points) {
    const auto account = series.find(text_of(point.attributes()));
    ASSERT_NE(account, series.end()) << point.DebugString();
    EXPECT_GT(point.start_time_unix_nano(), 0u);
    EXPECT_GE(point.time_unix_nano(), point.start_time_unix_nano());
    check_point(point, account->second, more...);
    series.erase(account);
  }
}

TEST(MetricsOracle, LibprotobufReadsWhatWasMeasured) {
  MeterProviderOptions options;
  options.resource = Resource({{"service.name", std::string("oracle")}});
  options.views.resize(1);
  options.views[0].selector.name = "exponential";
  options.views[0].aggregation = Aggregation::exponential_buckets();
  const auto reader = std::make_shared<ManualMetricReader>(TemporalityPreference::delta);
  options.readers.push_back(reader);
  MeterProvider provider(std::move(options));
  const Meter meter = provider.get_meter("oracle", "1", "https://schema");
  const auto counter = meter.create_counter("counter", {.unit = "{request}", .description = "Requests."});
  const auto seconds = meter.create_counter<double>("seconds");
  const auto active = meter.create_up_down_counter("active");
  const auto gauge = meter.create_gauge("gauge");
  const auto histogram = meter.create_histogram("histogram");
  const auto exponential = meter.create_histogram("exponential");

  std::mt19937_64 random(20'261'124);  // NOLINT: the same measurements each time
  std::map<std::string, Series> expected;
  for (int round = 0; round < 20; ++round) {
    for (auto& [name, series] : expected) {
      if (name != "active") series.clear();
    }
    for (int i = 0; i < 300; ++i) {
      const auto measure = [&](const char* name, double value, const auto& record) {
        const RandomAttributes attributes(random);
        record(value, attributes.list());
        expected[name][attributes.text()].values.push_back(value);
      };
      const auto integer = static_cast<double>(random() % 1000);
      const double eighths = integer / 8;
      measure("counter", integer,
              [&](double value, Attributes list) { counter.add(static_cast<std::int64_t>(value), list); });
      measure("seconds", eighths, [&](double value, Attributes list) { seconds.add(value, list); });
      measure("active", integer - 500,
              [&](double value, Attributes list) { active.add(static_cast<std::int64_t>(value), list); });
      measure("gauge", -eighths, [&](double value, Attributes list) { gauge.record(value, list); });
      measure("histogram", eighths * 200,
              [&](double value, Attributes list) { histogram.record(value, list); });
      measure("exponential", eighths - 20,
              [&](double value, Attributes list) { exponential.record(value, list); });
    }
    auto remaining = expected;
    for (const MetricRequest& bytes : reader->collect({.data_points = 50})) {
      ExportMetricsServiceRequest request;
      ASSERT_TRUE(request.ParseFromString(bytes.otlp));
      ASSERT_EQ(request.resource_metrics_size(), 1);
      EXPECT_EQ(request.resource_metrics(0).resource().attributes(0).value().string_value(), "oracle");
      for (const auto& scope : request.resource_metrics(0).scope_metrics()) {
        EXPECT_EQ(scope.scope().name(), "oracle");
        EXPECT_EQ(scope.schema_url(), "https://schema");
        for (const auto& metric : scope.metrics()) {
          Series& series = remaining[metric.name()];
          EXPECT_EQ(metric.unit(), metric.name() == "counter" ? "{request}" : "");
          EXPECT_EQ(metric.has_sum(),
                    metric.name() == "counter" || metric.name() == "seconds" || metric.name() == "active");
          if (metric.has_sum()) {
            const bool is_active = metric.name() == "active";
            EXPECT_EQ(metric.sum().is_monotonic(), !is_active);
            EXPECT_EQ(metric.sum().aggregation_temporality(), is_active
                                                                  ? proto::AGGREGATION_TEMPORALITY_CUMULATIVE
                                                                  : proto::AGGREGATION_TEMPORALITY_DELTA);
          }
          check_points(metric.sum().data_points(), series, true);
          check_points(metric.gauge().data_points(), series, false);
          check_points(metric.histogram().data_points(), series);
          check_points(metric.exponential_histogram().data_points(), series);
        }
      }
    }
    for (const auto& [name, series] : remaining) EXPECT_TRUE(series.empty()) << name << " in round " << round;
  }
}

}  // namespace
}  // namespace sonde
