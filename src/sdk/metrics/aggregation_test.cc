// What is made of measurements: temporality, histograms, cardinality limits, views, exemplars.

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "sdk/diagnostics.h"
#include "sdk/metrics/exponential_histogram.h"
#include "sdk/metrics/testing/collected.h"
#include "sdk/metrics/view_matching.h"
#include "sdk/test_tracing.h"

namespace sonde {
namespace {

using test::Collected;
using test::TestMetrics;
using test::text_of;
using Temporality = AggregationTemporality;

MeterProviderOptions with_view(View view) {
  MeterProviderOptions options;
  options.views.push_back(std::move(view));
  return options;
}

TEST(Temporality, OfDeltasIsWhatWasMeasuredSinceTheLastCollection) {
  TestMetrics metrics(TemporalityPreference::delta);
  const auto counter = metrics.meter.create_counter("requests");
  const auto seconds = metrics.meter.create_counter<double>("seconds");
  counter.add(5, {{"model", "a"}});
  counter.add(1, {{"model", "b"}});
  seconds.add(1e15);
  const Collected first = metrics.collect();
  EXPECT_EQ(first.metric("requests")->temporality(), Temporality::delta);
  EXPECT_EQ(first.integer("requests", "a"), 5);
  counter.add(2, {{"model", "a"}});
  seconds.add(0.1);
  const Collected second = metrics.collect();
  EXPECT_EQ(second.integer("requests", "a"), 2);
  EXPECT_TRUE(second.numbers("requests", "b").empty()) << "nothing new";
  EXPECT_EQ(second.floating("seconds"), 0.1) << "exactly, whatever came before";
  EXPECT_EQ(second.numbers("requests", "a")[0].start_time(), first.numbers("requests", "a")[0].time());
  EXPECT_TRUE(metrics.collect().requests().empty());
}

TEST(Temporality, OfCumulativeSumsIsEverythingSinceTheSeriesBegan) {
  TestMetrics metrics;
  const auto counter = metrics.meter.create_counter("requests");
  counter.add(5);
  const Collected first = metrics.collect();
  counter.add(2);
  const Collected second = metrics.collect();
  EXPECT_EQ(second.integer("requests"), 7);
  EXPECT_EQ(first.numbers("requests")[0].start_time(), second.numbers("requests")[0].start_time());
  EXPECT_LT(first.numbers("requests")[0].time(), second.numbers("requests")[0].time());
  EXPECT_EQ(metrics.collect().integer("requests"), 7);
}

TEST(Temporality, PreferencesAreThoseOfTheSpecification) {
  using Kind = InstrumentKind;
  using Preference = TemporalityPreference;
  const auto is_delta = [](Preference preference, Kind kind) {
    return temporality_of(preference, kind) == Temporality::delta;
  };
  for (const Kind kind : {Kind::counter, Kind::histogram}) {
    EXPECT_FALSE(is_delta(Preference::cumulative, kind));
    EXPECT_TRUE(is_delta(Preference::delta, kind));
    EXPECT_TRUE(is_delta(Preference::low_memory, kind));
  }
  EXPECT_TRUE(is_delta(Preference::delta, Kind::observable_counter));
  EXPECT_FALSE(is_delta(Preference::low_memory, Kind::observable_counter));
  for (const Kind kind : {Kind::up_down_counter, Kind::observable_up_down_counter}) {
    for (const auto preference : {Preference::cumulative, Preference::delta, Preference::low_memory}) {
      EXPECT_FALSE(is_delta(preference, kind));
    }
  }
}

TEST(Readers, DoNotDisturbEachOther) {
  const auto other = std::make_shared<ManualMetricReader>(TemporalityPreference::delta);
  MeterProviderOptions options;
  options.readers.push_back(other);
  TestMetrics metrics(TemporalityPreference::cumulative, std::move(options));
  const auto histogram = metrics.meter.create_histogram("duration");
  histogram.record(1);
  EXPECT_EQ(metrics.collect().histograms("duration").at(0).max(), 1);
  histogram.record(3);
  EXPECT_EQ(metrics.collect().histograms("duration").at(0).count(), 2);
  const Collected delta(other->collect());
  EXPECT_EQ(delta.histograms("duration").at(0).count(), 2);
  EXPECT_EQ(delta.histograms("duration").at(0).min(), 1);
  EXPECT_EQ(delta.metric("duration")->temporality(), Temporality::delta);
  histogram.record(2);
  const Collected next(other->collect());
  EXPECT_EQ(next.histograms("duration").at(0).count(), 1);
  EXPECT_EQ(next.histograms("duration").at(0).min(), 2);
  EXPECT_EQ(next.histograms("duration").at(0).max(), 2);
  EXPECT_EQ(next.histograms("duration").at(0).sum(), 2);
  EXPECT_EQ(metrics.collect().histograms("duration").at(0).count(), 3);
}

TEST(Histogram, HasTheSpecificationsBucketsWithInclusiveUpperBoundaries) {
  TestMetrics metrics;
  const auto histogram = metrics.meter.create_histogram("duration");
  for (const double value : {-1.0, 0.0, 0.1, 5.0, 5.1, 10'000.0, 10'001.0, 1e300}) histogram.record(value);
  const Collected collected = metrics.collect();
  const HistogramPointView point = collected.histograms("duration").at(0);
  ASSERT_EQ(point.boundaries().size(), 15);
  ASSERT_EQ(point.bucket_counts().size(), 16);
  EXPECT_EQ(point.boundaries()[14], 10'000);
  const std::map<std::size_t, std::uint64_t> counts = {{0, 2}, {1, 2}, {2, 1}, {14, 1}, {15, 2}};
  for (std::size_t i = 0; i < 16; ++i)
    EXPECT_EQ(point.bucket_counts()[i], counts.contains(i) ? counts.at(i) : 0) << i;
  EXPECT_EQ(point.count(), 8);
  EXPECT_EQ(point.min(), -1);
  EXPECT_EQ(point.max(), 1e300);
}

TEST(Histogram, TakesAdviceAndManyBuckets) {
  TestMetrics metrics;
  std::vector<double> boundaries;
  for (int i = 0; i < 40; ++i) boundaries.push_back(i);
  const auto many = metrics.meter.create_histogram("many", {.explicit_bucket_boundaries = boundaries});
  const auto none = metrics.meter.create_histogram<std::int64_t>(
      "none", {.explicit_bucket_boundaries = std::vector<double>()});
  for (int i = 0; i < 41; ++i) many.record(i - 0.5);
  many.record(39);
  none.record(3);
  const Collected collected = metrics.collect();
  const HistogramPointView point = collected.histograms("many").at(0);
  for (std::size_t i = 0; i < 41; ++i) EXPECT_EQ(point.bucket_counts()[i], i == 39 ? 2 : 1) << i;
  EXPECT_EQ(collected.histograms("none").at(0).bucket_counts().size(), 1);
  EXPECT_EQ(collected.histograms("none").at(0).sum(), 3);
}

TEST(ExponentialIndex, IsTheBucketThatHoldsTheValue) {
  std::mt19937_64 random(1);
  for (const std::int32_t scale : {-10, -3, -1, 0, 1, 5, 20}) {
    for (const int power : {-1022, -100, -1, 0, 1, 2, 100, 1023}) {
      const std::int32_t index = detail::exponential_index(std::ldexp(1.0, power), scale);
      EXPECT_EQ(index, scale > 0 ? (power << scale) - 1 : (power - 1) >> -scale) << power << " at " << scale;
    }
    for (int i = 0; i < 1000; ++i) {
      const double value =
          std::ldexp(1 + static_cast<double>(random() >> 12) * 0x1p-52, static_cast<int>(random() % 40) - 20);
      const double position = std::ldexp(std::log2(value), scale);
      const std::int32_t index = detail::exponential_index(value, scale);
      EXPECT_GE(position, index - 1e-3) << value << " at " << scale;
      EXPECT_LE(position, index + 1 + 1e-3) << value << " at " << scale;
    }
  }
  EXPECT_EQ(detail::exponential_index(5e-324, 0), detail::exponential_index(0x1p-1022, 0));
}

/// What is in the buckets, folded to a coarser scale.
std::map<std::int32_t, std::uint64_t> folded(const ExponentialBucketsView& buckets, std::int32_t steps) {
  std::map<std::int32_t, std::uint64_t> counts;
  std::int32_t index = buckets.offset();
  buckets.for_each_count([&](std::uint64_t count) {
    if (count != 0) counts[index >> steps] += count;
    ++index;
  });
  return counts;
}

TEST(ExponentialHistogram, KeepsEverythingAtTheFinestScaleThatFits) {
  View view;
  view.aggregation = Aggregation::exponential_buckets(20);
  TestMetrics metrics(TemporalityPreference::delta, with_view(view));
  const auto histogram = metrics.meter.create_histogram("size");
  histogram.record(3);
  {
    const Collected one = metrics.collect();
    EXPECT_EQ(one.exponential("size").at(0).scale(), 20) << "one value needs no coarser scale";
  }
  std::mt19937_64 random(2);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> values;
    std::map<std::int32_t, std::uint64_t> positive;
    std::map<std::int32_t, std::uint64_t> negative;
    std::uint64_t zeros = 0;
    for (std::uint64_t i = 1 + random() % 60; i > 0; --i) {
      const double value =
          std::ldexp(1 + static_cast<double>(random() >> 12) * 0x1p-52,
                     static_cast<int>(random() % (1 + 2 * static_cast<unsigned>(round))) - round);
      const double signed_value = random() % 4 == 0 ? -value : random() % 10 == 0 ? 0 : value;
      values.push_back(signed_value);
      histogram.record(signed_value);
    }
    const Collected collected = metrics.collect();
    const ExponentialHistogramPointView point = collected.exponential("size").at(0);
    ASSERT_LE(point.scale(), 20);
    const auto recount = [&](std::int32_t scale) {
      positive.clear();
      negative.clear();
      zeros = 0;
      for (const double value : values) {
        if (value == 0) ++zeros;
        if (value > 0) ++positive[detail::exponential_index(value, scale)];
        if (value < 0) ++negative[detail::exponential_index(-value, scale)];
      }
    };
    const auto width = [](const auto& counts) {
      return counts.empty() ? 0 : std::int64_t{counts.rbegin()->first} - counts.begin()->first + 1;
    };
    recount(point.scale());
    EXPECT_EQ(folded(point.positive(), 0), positive);
    EXPECT_EQ(folded(point.negative(), 0), negative);
    EXPECT_EQ(point.zero_count(), zeros);
    EXPECT_EQ(point.count(), values.size());
    EXPECT_LE(width(positive), 20);
    EXPECT_LE(width(negative), 20);
    if (point.scale() == 20) continue;
    recount(point.scale() + 1);
    EXPECT_TRUE(width(positive) > 20 || width(negative) > 20) << "a finer scale would have done";
  }
}

TEST(ExponentialHistogram, MergesHistogramsOfDifferentScales) {
  detail::ExponentialHistogram fine(160, 20);
  detail::ExponentialHistogram coarse(160, 20);
  fine.record(1.5);
  fine.record(1.51);
  for (const double value : {1e-3, 1e3, -5.0, 0.0}) coarse.record(value);
  ASSERT_GT(fine.scale(), coarse.scale());
  detail::ExponentialHistogram all(160, 20);
  all.merge(fine);
  all.merge(coarse);
  EXPECT_EQ(all.count(), 6);
  EXPECT_EQ(all.zero_count(), 1);
  EXPECT_EQ(all.min(), -5);
  EXPECT_EQ(all.max(), 1e3);
  EXPECT_LE(all.scale(), coarse.scale());
  EXPECT_EQ(all.positive().count(detail::exponential_index(1.5, all.scale())), 2);
}

TEST(Cardinality, BeyondTheLimitCountsUnderTheOverflow) {
  View view;
  view.cardinality_limit = 3;
  TestMetrics metrics(TemporalityPreference::cumulative, with_view(view));
  const auto counter = metrics.meter.create_counter("requests");
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10; ++i) counter.add(1, {{"user", i}});
  }
  const Collected collected = metrics.collect();
  std::map<std::string, std::int64_t> values;
  for (const auto& point : collected.numbers("requests")) {
    values[text_of(point.attributes())] = point.value().as_integer();
  }
  EXPECT_EQ(values, (std::map<std::string, std::int64_t>{
                        {"user=0", 3}, {"user=1", 3}, {"user=2", 3}, {"otel.metric.overflow=true", 21}}));
}

TEST(Cardinality, OfTwoThousandIsReachedWithoutOverflow) {
  TestMetrics metrics;
  const auto counter = metrics.meter.create_counter("requests");
  for (int i = 0; i < 2'000; ++i) counter.add(1, {{"user", i}});
  EXPECT_EQ(metrics.collect().numbers("requests").size(), 2'000);
  counter.add(1, {{"user", -1}});
  const Collected collected = metrics.collect();
  EXPECT_EQ(collected.numbers("requests").size(), 2'001);
  EXPECT_EQ(text_of(collected.numbers("requests").back().attributes()), "otel.metric.overflow=true");
}

TEST(Cardinality, OfDeltasCountsOneIntervalAndForgetsTheOthers) {
  View view;
  view.cardinality_limit = 100;
  TestMetrics metrics(TemporalityPreference::delta, with_view(view));
  const auto counter = metrics.meter.create_counter("requests");
  const auto pinned = counter.bind({{"user", "pinned"}});
  std::int64_t user = 0;
  for (int interval = 0; interval < 50; ++interval) {
    for (int i = 0; i < 99; ++i) counter.add(1, {{"user", user++}});
    pinned.add(1);
    const Collected collected = metrics.collect();
    const auto points = collected.numbers("requests");
    ASSERT_EQ(points.size(), 100) << "in interval " << interval;
    for (const auto& point : points) EXPECT_NE(text_of(point.attributes()), "otel.metric.overflow=true");
  }
}

TEST(Cardinality, OfDeltasNeverReportsMoreThanTheLimit) {
  View view;
  view.cardinality_limit = 10;
  TestMetrics metrics(TemporalityPreference::delta, with_view(view));
  const auto counter = metrics.meter.create_counter("requests");
  for (int interval = 0; interval < 5; ++interval) {
    for (int i = 0; i < 35; ++i) counter.add(1, {{"user", i + 7 * interval}});
    std::int64_t sum = 0;
    const Collected collected = metrics.collect();
    const auto points = collected.numbers("requests");
    EXPECT_EQ(points.size(), 11);
    for (const auto& point : points) sum += point.value().as_integer();
    EXPECT_EQ(sum, 35) << "every measurement counts once";
  }
}

TEST(Views, MatchNamesWithWildcards) {
  using detail::matches_ignoring_case;
  EXPECT_TRUE(matches_ignoring_case("*", "anything"));
  EXPECT_TRUE(matches_ignoring_case("llm.*.duration", "LLM.request.Duration"));
  EXPECT_TRUE(matches_ignoring_case("a?c*", "abc"));
  EXPECT_TRUE(matches_ignoring_case("*a*b", "xaxxaxb"));
  EXPECT_FALSE(matches_ignoring_case("a?c", "ac"));
  EXPECT_FALSE(matches_ignoring_case("llm", "llm.request"));
  EXPECT_FALSE(matches_ignoring_case("*a*b", "xaxxbx"));
}

TEST(Views, RenameAndDescribeAndFilterAndAggregate) {
  View view;
  view.selector = {.name = "llm.request.duration",
                   .kind = InstrumentKind::histogram,
                   .unit = "ms",
                   .meter_name = "test",
                   .meter_version = "1.0",
                   .meter_schema_url = ""};
  view.name = "latency";
  view.description = "How long.";
  view.attribute_keys = {{"model", "secret"}};
  view.excluded_attribute_keys = {"secret"};
  view.aggregation = Aggregation::explicit_buckets({10, 20});
  TestMetrics metrics(TemporalityPreference::cumulative, with_view(view));
  const auto histogram = metrics.meter.create_histogram("llm.request.duration", {.unit = "ms"});
  histogram.record(15, {{"user", 1}, {"model", "a"}, {"secret", "x"}});
  histogram.record(25, {{"model", "a"}, {"user", 2}});
  metrics.meter.create_histogram("llm.request.duration", {.unit = "s"}).record(1);
  const Collected collected = metrics.collect();
  ASSERT_EQ(collected.histograms("latency").size(), 1);
  const HistogramPointView point = collected.histograms("latency")[0];
  EXPECT_EQ(text_of(point.attributes()), "model=a");
  EXPECT_EQ(point.count(), 2);
  EXPECT_EQ(point.bucket_counts()[1], 1);
  EXPECT_EQ(collected.metric("latency")->description(), "How long.");
  EXPECT_EQ(collected.metric("latency")->unit(), "ms");
  EXPECT_EQ(collected.metrics("llm.request.duration").size(), 1) << "the other unit is not matched";
}

TEST(Views, EachThatMatchesMakesAMetric) {
  MeterProviderOptions options;
  options.views.resize(2);
  options.views[0].selector.name = "req*";
  options.views[0].name = "by_model";
  options.views[0].attribute_keys = {{"model"}};
  options.views[1].selector.name = "requests";
  options.views[1].name = "all";
  options.views[1].attribute_keys = std::vector<std::string>();
  TestMetrics metrics(TemporalityPreference::cumulative, std::move(options));
  const auto counter = metrics.meter.create_counter("requests");
  counter.add(1, {{"model", "a"}});
  counter.bind({{"model", "b"}}).add(1);
  const Collected collected = metrics.collect();
  EXPECT_EQ(collected.numbers("by_model").size(), 2);
  EXPECT_EQ(collected.integer("all"), 2);
}

TEST(Views, DropWhatIsNotWanted) {
  MeterProviderOptions options;
  options.views.resize(2);
  options.views[0].selector.name = "wanted";
  options.views[1].aggregation = Aggregation{.type = Aggregation::Type::drop};
  TestMetrics metrics(TemporalityPreference::cumulative, std::move(options));
  const auto unwanted = metrics.meter.create_counter("unwanted");
  EXPECT_FALSE(unwanted.is_enabled());
  unwanted.add(1);
  unwanted.bind({}).add(1);
  metrics.meter.create_counter("wanted").add(1);
  const Collected collected = metrics.collect();
  EXPECT_EQ(collected.integer("wanted"), 1);
  EXPECT_TRUE(collected.metrics("unwanted").empty());
}

TEST(Views, ThatCannotBeAppliedAreReportedAndLeftOut) {
  std::string said;
  detail::set_diagnostic_handler([&](std::string_view text) { said += text; });
  View view;
  view.aggregation = Aggregation::exponential_buckets();
  TestMetrics metrics(TemporalityPreference::cumulative, with_view(view));
  const auto gauge = metrics.meter.create_observable_gauge<std::int64_t>("depth");
  const auto registration = metrics.meter.register_callback(gauge, [](auto& result) { result.observe(3); });
  detail::set_diagnostic_handler({});
  EXPECT_NE(said.find("a view is not applied to the instrument 'depth'"), std::string::npos) << said;
  EXPECT_EQ(metrics.collect().integer("depth"), 3);
}

TEST(Views, AggregateAnyInstrumentAsTheySay) {
  View view;
  view.aggregation = Aggregation{.type = Aggregation::Type::sum};
  TestMetrics sums(TemporalityPreference::cumulative, with_view(view));
  sums.meter.create_histogram("size").record(2);
  EXPECT_EQ(sums.collect().floating("size"), 2);
  EXPECT_TRUE(sums.collect().metric("size")->is_monotonic());
  view.aggregation = Aggregation::explicit_buckets({0});
  TestMetrics histograms(TemporalityPreference::cumulative, with_view(view));
  histograms.meter.create_up_down_counter("active").add(-2);
  const Collected collected = histograms.collect();
  EXPECT_EQ(collected.histograms("active").at(0).count(), 1);
  EXPECT_FALSE(collected.histograms("active").at(0).sum()) << "negative values make no sum";
}

TEST(InstrumentAdvice, ChoosesAttributesUnlessAViewDoes) {
  View view;
  view.selector.name = "viewed";
  view.attribute_keys = {{"b"}};
  TestMetrics metrics(TemporalityPreference::cumulative, with_view(view));
  for (const char* const name : {"viewed", "advised"}) {
    metrics.meter.create_counter(name, {.attribute_keys = {{"a"}}}).add(1, {{"a", 1}, {"b", 2}});
  }
  const Collected collected = metrics.collect();
  EXPECT_EQ(text_of(collected.numbers("viewed").at(0).attributes()), "b=2");
  EXPECT_EQ(text_of(collected.numbers("advised").at(0).attributes()), "a=1");
}

TEST(Exemplars, AreMeasurementsMadeInSampledSpans) {
  test::TestTracing tracing;
  View view;
  view.attribute_keys = {{"model"}};
  TestMetrics metrics(TemporalityPreference::delta, with_view(view));
  const auto counter = metrics.meter.create_counter("requests");
  const auto histogram = metrics.meter.create_histogram("duration");
  counter.add(1, {{"model", "a"}});
  EXPECT_EQ(test::count(metrics.collect().numbers("requests").at(0).exemplars()), 0);
  const auto span = tracing.tracer.start_as_current_span("operation");
  counter.add(7, {{"model", "a"}, {"user", "u"}});
  counter.bind({{"user", "v"}}).add(8);
  for (const double value : {1.0, 2.0, 7.0}) histogram.record(value);
  const Collected collected = metrics.collect();
  for (const auto& point : collected.numbers("requests")) {
    ASSERT_EQ(test::count(point.exemplars()), 1);
    const ExemplarView exemplar = *point.exemplars().begin();
    EXPECT_EQ(exemplar.value().as_integer(), point.value().as_integer());
    EXPECT_EQ(exemplar.trace_id(), span.context().trace_id());
    EXPECT_EQ(exemplar.span_id(), span.context().span_id());
    EXPECT_GE(exemplar.time(), point.start_time());
    EXPECT_LE(exemplar.time(), point.time());
    EXPECT_EQ(text_of(exemplar.filtered_attributes()),
              exemplar.value().as_integer() == 7 ? "user=u" : "user=v");
  }
  EXPECT_EQ(test::count(collected.histograms("duration").at(0).exemplars()), 2) << "one a bucket";
  counter.add(1);
  EXPECT_EQ(metrics.collect().numbers("requests").size(), 1);
}

TEST(Exemplars, AreFilteredAsTheProviderIsTold) {
  MeterProviderOptions always;
  always.exemplar_filter = ExemplarFilter::always_on;
  TestMetrics on(TemporalityPreference::cumulative, std::move(always));
  on.meter.create_counter("requests").add(1);
  const Collected collected = on.collect();
  ASSERT_EQ(test::count(collected.numbers("requests").at(0).exemplars()), 1);
  EXPECT_FALSE((*collected.numbers("requests")[0].exemplars().begin()).trace_id().is_valid());
  const Collected again = on.collect();
  EXPECT_EQ(test::count(again.numbers("requests").at(0).exemplars()), 0) << "each is of one interval";

  test::TestTracing tracing;
  const auto span = tracing.tracer.start_as_current_span("operation");
  MeterProviderOptions never;
  never.exemplar_filter = ExemplarFilter::always_off;
  TestMetrics off(TemporalityPreference::cumulative, std::move(never));
  off.meter.create_counter("requests").add(1);
  const Collected none = off.collect();
  EXPECT_EQ(test::count(none.numbers("requests").at(0).exemplars()), 0);
}

TEST(Exemplars, AreDrawnFromAllMeasurementsAlike) {
  MeterProviderOptions always;
  always.exemplar_filter = ExemplarFilter::always_on;
  TestMetrics metrics(TemporalityPreference::delta, std::move(always));
  const auto counter = metrics.meter.create_counter("requests");
  std::map<std::int64_t, int> drawn;
  constexpr int rounds = 4'000;
  for (int round = 0; round < rounds; ++round) {
    for (const std::int64_t value : {1, 2, 3, 4}) counter.add(value);
    const Collected collected = metrics.collect();
    ++drawn[(*collected.numbers("requests").at(0).exemplars().begin()).value().as_integer()];
  }
  for (const std::int64_t value : {1, 2, 3, 4}) {
    EXPECT_NEAR(drawn[value], rounds / 4, rounds / 20) << value;  // seven standard deviations
  }
}

}  // namespace
}  // namespace sonde
