// Metrics come back as they went in; what the store holds in all.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "store/testing/batches.h"
#include "store/testing/store_test.h"

namespace sonde::store {
namespace {

using testing::add;
using testing::describe;
using ::testing::ElementsAre;
using testing::span_id;
using testing::Spans;
using testing::trace_id;

using MetricsTest = StoreTest;

class Metrics {
 public:
  otlp::Metric& add(std::string_view name, std::string_view service = "service") {
    otlp::Metric& metric = batch_->items.emplace_back();
    metric.resource = testing::make_resource(service, {}, batch_->arena);
    metric.scope = testing::make_scope("meter", batch_->arena);
    metric.name = name;
    return metric;
  }
  template <class Point>
  [[nodiscard]] std::span<const Point> points(std::initializer_list<Point> points) {
    const auto kept = batch_->arena.array<Point>(points.size());
    std::copy(points.begin(), points.end(), kept.begin());
    return kept;
  }
  [[nodiscard]] std::shared_ptr<const otlp::MetricBatch> finish() { return std::move(batch_); }

 private:
  std::shared_ptr<otlp::MetricBatch> batch_ = std::make_shared<otlp::MetricBatch>();
};

otlp::NumberPoint number_point(std::uint64_t time, AttributeValue value) {
  otlp::NumberPoint point;
  point.start_time = start;
  point.time = time;
  point.value = value;
  return point;
}

TEST_P(MetricsTest, GivesBackMetricsOfEveryType) {
  static constexpr Attribute attributes[] = {{"gen_ai.token.type", "input"}};
  static constexpr Attribute metadata[] = {{"prometheus.type", "counter"}};
  static constexpr std::uint64_t counts[] = {1, 0, std::numeric_limits<std::uint64_t>::max()};
  static constexpr double bounds[] = {0.5, std::numeric_limits<double>::infinity()};
  static constexpr otlp::QuantileValue quantiles[] = {{0.5, 1.5}, {1, 3}};
  std::array<otlp::Exemplar, 2> exemplars;
  exemplars[0] = {.time = start + 5,
                  .value = 12,
                  .trace_id = trace_id(1),
                  .span_id = span_id(2),
                  .filtered_attributes = attributes};
  exemplars[1] = {.time = start + 6, .value = 1.5, .trace_id = {}, .span_id = {}, .filtered_attributes = {}};

  Metrics metrics;
  otlp::NumberPoint integer = number_point(start + 1, std::numeric_limits<std::int64_t>::min());
  integer.attributes = attributes;
  integer.flags = 1;
  integer.exemplars = exemplars;
  metrics.add("gauge").data =
      otlp::Gauge{metrics.points({integer, number_point(start + 2, 0.0), number_point(start + 3, {})})};
  otlp::Metric& sum = metrics.add("sum");
  sum.description = "Tokens used";
  sum.unit = "{token}";
  sum.metadata = metadata;
  sum.data = otlp::Sum{metrics.points({number_point(start + 1, 7)}), otlp::Temporality::cumulative, true};
  otlp::HistogramPoint histogram;
  histogram.start_time = start;
  histogram.time = start + 1;
  histogram.count = 3;
  histogram.sum = 4.5;
  histogram.minimum = 0.0;
  histogram.bounds = bounds;
  histogram.bucket_counts = counts;
  histogram.exemplars = exemplars;
  histogram.attributes = attributes;
  metrics.add("histogram").data =
      otlp::Histogram{metrics.points({histogram, otlp::HistogramPoint{}}), otlp::Temporality::delta};
  otlp::ExponentialHistogramPoint exponential;
  exponential.time = start + 1;
  exponential.count = std::numeric_limits<std::uint64_t>::max();
  exponential.maximum = 9.0;
  exponential.scale = -3;
  exponential.zero_count = 2;
  exponential.zero_threshold = 1e-9;
  exponential.positive = {.offset = -7, .counts = counts};
  exponential.negative = {.offset = 8, .counts = {}};
  exponential.exemplars = exemplars;
  exponential.flags = 1;
  metrics.add("exponential_histogram").data =
      otlp::ExponentialHistogram{metrics.points({exponential}), otlp::Temporality::cumulative};
  otlp::SummaryPoint summary;
  summary.time = start + 1;
  summary.count = 4;
  summary.sum = 6;
  summary.quantiles = quantiles;
  metrics.add("summary").data = otlp::Summary{metrics.points({summary})};
  const auto batch = metrics.finish();
  const auto receipt = add(*store_, batch);
  ASSERT_TRUE(receipt) << receipt.error().message;

  for (const otlp::Metric& metric : batch->items) {
    const auto stored = store_->metric(std::string(metric.name), 10);
    ASSERT_TRUE(stored) << stored.error().message;
    ASSERT_EQ((*stored)->items.size(), 1U);
    // The empty histogram point is of time 0, and so comes first.
    if (metric.name == "histogram") {
      const auto& points = std::get<otlp::Histogram>((*stored)->items[0].data).points;
      ASSERT_EQ(points.size(), 2U);
      EXPECT_EQ(points[0].time, 0U);
      EXPECT_EQ(points[0].sum, std::nullopt);
      otlp::Metric reversed = (*stored)->items[0];
      const std::array<otlp::HistogramPoint, 2> swapped{points[1], points[0]};
      std::get<otlp::Histogram>(reversed.data).points = swapped;
      EXPECT_EQ(describe(reversed), describe(metric));
    } else {
      EXPECT_EQ(describe((*stored)->items[0]), describe(metric));
    }
  }
}

TEST_P(MetricsTest, GivesTheNewestPointsOldestFirst) {
  for (std::uint64_t i = 1; i <= 5; ++i) {
    Metrics metrics;
    metrics.add("requests").data = otlp::Gauge{metrics.points({number_point(start + i, i)})};
    metrics.add("other").data = otlp::Gauge{metrics.points({number_point(start + 100, 0)})};
    ASSERT_TRUE(add(*store_, metrics.finish()));
  }
  const auto stored = store_->metric("requests", 3);
  ASSERT_TRUE(stored) << stored.error().message;
  ASSERT_EQ((*stored)->items.size(), 1U);
  std::vector<std::int64_t> values;
  for (const otlp::NumberPoint& point : std::get<otlp::Gauge>((*stored)->items[0].data).points) {
    values.push_back(point.value.as_integer());
  }
  EXPECT_THAT(values, ElementsAre(3, 4, 5));
}

TEST_P(MetricsTest, SumsMetricsUp) {
  Metrics metrics;
  otlp::Metric& first = metrics.add("b", "service one");
  first.unit = "s";
  first.description = "Duration";
  first.data = otlp::Gauge{metrics.points({number_point(start + 1, 1), number_point(start + 3, 1)})};
  metrics.add("b", "service two").data = otlp::Gauge{metrics.points({number_point(start + 2, 1)})};
  metrics.add("a").data = otlp::Sum{};
  ASSERT_TRUE(add(*store_, metrics.finish()));
  const auto summaries = store_->metrics();
  ASSERT_TRUE(summaries) << summaries.error().message;
  ASSERT_EQ(summaries->size(), 3U);
  EXPECT_EQ((*summaries)[0].name, "a");
  EXPECT_EQ((*summaries)[0].type, "sum");
  EXPECT_EQ((*summaries)[0].points, 0U);
  EXPECT_EQ((*summaries)[1].name, "b");
  EXPECT_EQ((*summaries)[1].type, "gauge");
  EXPECT_EQ((*summaries)[1].unit, "");
  EXPECT_EQ((*summaries)[1].service, "service two");
  EXPECT_EQ((*summaries)[2].unit, "s");
  EXPECT_EQ((*summaries)[2].description, "Duration");
  EXPECT_EQ((*summaries)[2].service, "service one");
  EXPECT_EQ((*summaries)[2].points, 2U);
  EXPECT_EQ((*summaries)[2].last_time, start + 3);
}

TEST_P(MetricsTest, CountsWhatItHolds) {
  Spans spans;
  spans.add(1, 1, 0, "a", start);
  spans.add(1, 2, 1, "b", start);
  add_spans(spans);
  auto logs = std::make_shared<otlp::LogBatch>();
  otlp::LogRecord& log = logs->items.emplace_back();
  log.resource = testing::make_resource("service", {}, logs->arena);
  log.scope = testing::make_scope("logger", logs->arena);
  ASSERT_TRUE(add(*store_, std::shared_ptr<const otlp::LogBatch>(logs)));
  Metrics metrics;
  metrics.add("m").data =
      otlp::Gauge{metrics.points({number_point(start, 1), number_point(start, 2), number_point(start, 3)})};
  ASSERT_TRUE(add(*store_, metrics.finish()));
  const auto totals = store_->totals();
  ASSERT_TRUE(totals);
  EXPECT_EQ(totals->spans, 2U);
  EXPECT_EQ(totals->log_records, 1U);
  EXPECT_EQ(totals->data_points, 3U);
}

INSTANTIATE_TEST_SUITE_P(Implementations, MetricsTest, ::testing::ValuesIn(implementations()), name_of);

}  // namespace
}  // namespace sonde::store
