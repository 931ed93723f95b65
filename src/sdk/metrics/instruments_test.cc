#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <thread>

#include "sdk/diagnostics.h"
#include "sdk/metrics/testing/collected.h"

namespace sonde {
namespace {

using test::Collected;
using test::TestMetrics;
using test::text_of;

TEST(Counter, AddsUpForEachSetOfAttributes) {
  TestMetrics metrics;
  const auto counter = metrics.meter.create_counter("requests", {.unit = "{request}", .description = "All."});
  counter.add(1, {{"model", "a"}});
  counter.add(2, {{"model", "b"}});
  counter.add(3, {{"model", "a"}});
  counter.add(4);
  const Collected collected = metrics.collect();
  const auto metric = collected.metric("requests");
  ASSERT_TRUE(metric);
  EXPECT_EQ(metric->unit(), "{request}");
  EXPECT_EQ(metric->description(), "All.");
  EXPECT_EQ(metric->type(), MetricView::Type::sum);
  EXPECT_TRUE(metric->is_monotonic());
  EXPECT_EQ(metric->temporality(), AggregationTemporality::cumulative);
  EXPECT_EQ(collected.integer("requests", "a"), 4);
  EXPECT_EQ(collected.integer("requests", "b"), 2);
  EXPECT_EQ(collected.numbers("requests").size(), 3);
  EXPECT_EQ(collected.requests().at(0).data_points, 3);
}

TEST(Counter, OfFloatingValuesAddsUp) {
  TestMetrics metrics;
  const auto counter = metrics.meter.create_counter<double>("seconds");
  counter.add(0.5);
  counter.add(0.25);
  EXPECT_EQ(metrics.collect().floating("seconds"), 0.75);
}

TEST(Counter, LeavesOutWhatItCannotTake) {
  TestMetrics metrics;
  const auto integers = metrics.meter.create_counter("integers");
  integers.add(5);
  integers.add(-1);
  const auto doubles = metrics.meter.create_counter<double>("doubles");
  doubles.add(5);
  doubles.add(-1);
  doubles.add(std::numeric_limits<double>::infinity());
  doubles.add(std::nan(""));
  const Collected collected = metrics.collect();
  EXPECT_EQ(collected.integer("integers"), 5);
  EXPECT_EQ(collected.floating("doubles"), 5);
}

TEST(UpDownCounter, GoesUpAndDown) {
  TestMetrics metrics;
  const auto counter = metrics.meter.create_up_down_counter("active");
  counter.add(3);
  counter.add(-5);
  const Collected collected = metrics.collect();
  EXPECT_EQ(collected.integer("active"), -2);
  EXPECT_FALSE(collected.metric("active")->is_monotonic());
}

TEST(Gauge, KeepsTheLastValueOfAllThreads) {
  TestMetrics metrics;
  const auto gauge = metrics.meter.create_gauge("temperature");
  gauge.record(1);
  std::thread([&] { gauge.record(2); }).join();
  EXPECT_EQ(metrics.collect().floating("temperature"), 2);
  gauge.record(3);
  const Collected collected = metrics.collect();
  EXPECT_EQ(collected.floating("temperature"), 3);
  EXPECT_EQ(collected.metric("temperature")->type(), MetricView::Type::gauge);
}

TEST(Instruments, DoNotCareForTheOrderOfAttributes) {
  TestMetrics metrics;
  const auto counter = metrics.meter.create_counter("requests");
  counter.add(1, {{"a", 1}, {"b", 2}, {"c", true}});
  counter.add(1, {{"c", true}, {"a", 1}, {"b", 2}});
  counter.add(1, {{"b", 2}, {"c", true}, {"a", 1}});
  EXPECT_EQ(metrics.collect().integer("requests"), 3);
}

TEST(Instruments, TakeTheLastValueOfARepeatedKey) {
  TestMetrics metrics;
  const auto counter = metrics.meter.create_counter("requests");
  counter.add(1, {{"key", "old"}, {"other", 1}, {"key", "new"}});
  counter.add(1, {{"key", "new"}, {"other", 1}});
  counter.add(1, {{"key", "new"}, {"other", 1}, {"other", 1}});
  const Collected collected = metrics.collect();
  ASSERT_EQ(collected.integer("requests"), 3);
  EXPECT_EQ(text_of(collected.numbers("requests")[0].attributes()), "key=new,other=1");
}

TEST(Instruments, TellAttributesApartByTypeAndValue) {
  TestMetrics metrics;
  const auto counter = metrics.meter.create_counter("requests");
  const std::int64_t numbers[] = {1, 2};
  const std::uint8_t bytes[] = {'1'};
  counter.add(1, {{"key", 1}});
  counter.add(1, {{"key", 1.0}});
  counter.add(1, {{"key", "1"}});
  counter.add(1, {{"key", true}});
  counter.add(1, {{"key", AttributeValue()}});
  counter.add(1, {{"key", AttributeValue::bytes(bytes)}});
  counter.add(1, {{"key", AttributeValue::integers(numbers)}});
  counter.add(1, {{"key", AttributeValue::array({1, 2})}});  // the same as the one before
  counter.add(1, {{"key", AttributeValue::map({{"1", 2}})}});
  counter.add(1, {{"key", "a value of more than sixteen bytes, number 1"}});
  counter.add(1, {{"key", "a value of more than sixteen bytes, number 2"}});
  EXPECT_EQ(metrics.collect().numbers("requests").size(), 10);
}

TEST(Instruments, WithTheSameIdentityAreTheSame) {
  TestMetrics metrics;
  metrics.meter.create_counter("requests").add(1);
  metrics.meter.create_counter("Requests").add(2);
  metrics.provider->get_meter("test", "1.0").create_counter("requests").add(4);
  const Collected collected = metrics.collect();
  EXPECT_EQ(collected.integer("requests"), 7);
  EXPECT_TRUE(collected.metrics("Requests").empty());
}

class InstrumentProblems : public testing::Test {
 protected:
  InstrumentProblems() {
    detail::set_diagnostic_handler([this](std::string_view text) { said += std::string(text) + "\n"; });
  }
  ~InstrumentProblems() override { detail::set_diagnostic_handler({}); }
  std::string said;
  TestMetrics metrics;
};

TEST_F(InstrumentProblems, DifferentInstrumentsOfOneNameBothRecordAndAreReported) {
  metrics.meter.create_counter("requests").add(1);
  metrics.meter.create_histogram("requests").record(1);
  EXPECT_NE(said.find("two different metrics of the name 'requests'"), std::string::npos) << said;
  EXPECT_EQ(metrics.collect().metrics("requests").size(), 2);
}

TEST_F(InstrumentProblems, NamesAgainstTheRulesAreReportedAndRecordAllTheSame) {
  metrics.meter.create_counter("1st request").add(1);
  EXPECT_NE(said.find("'1st request'"), std::string::npos) << said;
  EXPECT_EQ(metrics.collect().integer("1st request"), 1);
  said.clear();
  metrics.meter.create_counter("a_.-/9").add(1);
  EXPECT_EQ(said, "");
}

TEST_F(InstrumentProblems, ValuesThatCannotBeTakenAreReportedOnce) {
  const auto counter = metrics.meter.create_counter("requests");
  counter.add(-1);
  counter.add(-1);
  EXPECT_EQ(said.find("requests"), said.rfind("requests")) << said;
  EXPECT_NE(said, "");
}

TEST_F(InstrumentProblems, MayBeCountedByWhoeverIsTold) {
  detail::set_diagnostic_handler(
      [this](std::string_view) { metrics.meter.create_counter("problems").add(1); });
  metrics.meter.create_counter("1st").add(1);
  EXPECT_EQ(metrics.collect().integer("problems"), 1);
}

TEST_F(InstrumentProblems, BadBucketsAreReportedAndNotUsed) {
  const auto histogram = metrics.meter.create_histogram("size", {.explicit_bucket_boundaries = {{2, 1}}});
  histogram.record(1);
  EXPECT_NE(said.find("'size'"), std::string::npos) << said;
  EXPECT_EQ(metrics.collect().histograms("size").at(0).boundaries().size(), 15);
}

TEST(BoundInstruments, RecordIntoTheSeriesOfTheirAttributes) {
  TestMetrics metrics;
  const auto counter = metrics.meter.create_counter("requests");
  const auto bound = counter.bind({{"model", "a"}});
  EXPECT_TRUE(metrics.collect().numbers("requests").empty()) << "what is bound is not yet measured";
  bound.add(1);
  counter.add(2, {{"model", "a"}});
  std::thread([&] { bound.add(4); }).join();
  EXPECT_EQ(metrics.collect().integer("requests", "a"), 7);

  const auto histogram = metrics.meter.create_histogram("duration").bind({{"model", "a"}});
  histogram.record(12);
  EXPECT_EQ(metrics.collect().histograms("duration").at(0).sum(), 12);
  const auto gauge = metrics.meter.create_gauge<std::int64_t>("limit").bind({});
  gauge.record(12);
  EXPECT_EQ(metrics.collect().integer("limit"), 12);
}

TEST(GlobalMeter, RecordsOnceThereIsAProvider) {
  const Meter meter = get_meter("global meter test");
  const auto counter = meter.create_counter("requests");
  const auto bound = counter.bind({{"nested", AttributeValue::map({{"model", "a"}})}});
  const auto gauge = meter.create_observable_gauge<std::int64_t>("depth");
  const auto registration =
      meter.register_callback(gauge, [](ObservableResult<std::int64_t>& result) { result.observe(7); });
  counter.add(1);
  bound.add(1);
  EXPECT_FALSE(counter.is_enabled());
  {
    TestMetrics metrics;
    metrics.provider->set_as_global();
    EXPECT_TRUE(counter.is_enabled());
    EXPECT_TRUE(bound.is_enabled());
    counter.add(10);
    bound.add(20);
    meter.create_counter("later").add(5);
    const Collected collected = metrics.collect();
    ASSERT_EQ(collected.numbers("requests").size(), 2);
    EXPECT_EQ(collected.numbers("requests")[0].value().as_integer() +
                  collected.numbers("requests")[1].value().as_integer(),
              30);
    EXPECT_EQ(collected.integer("later"), 5);
    EXPECT_EQ(collected.integer("depth"), 7);
  }
  EXPECT_FALSE(counter.is_enabled());
  counter.add(1);
  bound.add(1);
  TestMetrics next;
  next.provider->set_as_global();
  bound.add(3);
  EXPECT_EQ(next.collect().integer("requests"), 3);
}

TEST(Instruments, WithoutAMeterDoNothing) {
  const Meter meter;
  const auto counter = meter.create_counter("requests");
  counter.add(1);
  counter.bind({{"model", "a"}}).add(1);
  Histogram<double>().record(1);
  BoundCounter<double>().add(1);
  EXPECT_FALSE(counter.is_enabled());
}

TEST(Meter, ThatARuleTurnsOffRecordsNothing) {
  MeterProviderOptions options;
  options.meters = {{.name = "noisy.*"}};
  TestMetrics metrics(TemporalityPreference::cumulative, std::move(options));
  const auto counter = metrics.provider->get_meter("noisy.library").create_counter("requests");
  EXPECT_FALSE(counter.is_enabled());
  counter.add(1);
  metrics.meter.create_counter("wanted").add(1);
  const Collected collected = metrics.collect();
  EXPECT_TRUE(collected.metrics("requests").empty());
  EXPECT_EQ(collected.integer("wanted"), 1);
}

TEST(Meter, OfAnEmptyNameWorks) {
  TestMetrics metrics;
  metrics.provider->get_meter("").create_counter("requests").add(1);
  EXPECT_EQ(metrics.collect().integer("requests"), 1);
}

TEST(MeterProvider, WithoutReadersHasItsInstrumentsDoNothing) {
  MeterProvider provider{{}};
  EXPECT_FALSE(provider.get_meter("test").create_counter("requests").is_enabled());
}

}  // namespace
}  // namespace sonde
