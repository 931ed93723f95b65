#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

#include "sdk/diagnostics.h"
#include "sdk/metrics/testing/collected.h"

namespace sonde {
namespace {

using test::Collected;
using test::TestMetrics;
using test::text_of;

TEST(Observable, IsAskedAtEachCollection) {
  TestMetrics metrics;
  const auto counter = metrics.meter.create_observable_counter("cpu.time", {.unit = "s"});
  std::int64_t total = 0;
  const auto registration =
      metrics.meter.register_callback(counter, [&](ObservableResult<std::int64_t>& result) {
        total += 10;
        result.observe(total, {{"core", 0}});
        result.observe(2 * total, {{"core", 1}});
      });
  const Collected first = metrics.collect();
  ASSERT_EQ(first.numbers("cpu.time").size(), 2);
  EXPECT_EQ(first.numbers("cpu.time")[1].value().as_integer(), 20);
  EXPECT_TRUE(first.metric("cpu.time")->is_monotonic());
  const Collected second = metrics.collect();
  EXPECT_EQ(second.numbers("cpu.time").at(0).value().as_integer(), 20);
  EXPECT_EQ(second.numbers("cpu.time")[0].start_time(), first.numbers("cpu.time")[0].start_time());
}

TEST(Observable, DeltasAreDifferencesOfWhatIsObserved) {
  TestMetrics metrics(TemporalityPreference::delta);
  const auto counter = metrics.meter.create_observable_counter("cpu.time");
  const auto gauge = metrics.meter.create_observable_gauge<std::int64_t>("depth");
  std::int64_t value = 0;
  const auto registration =
      metrics.meter.register_callback({counter, gauge}, [&](ObservableResults& results) {
        results.observe(counter, value);
        results.observe(gauge, value);
      });
  std::uint64_t previous = 0;
  std::int64_t last = 0;
  for (const std::int64_t observed : {10, 25, 25, 5}) {  // the last one began anew
    value = observed;
    const Collected collected = metrics.collect();
    EXPECT_EQ(collected.integer("cpu.time"), observed < last ? observed : observed - last);
    EXPECT_EQ(collected.integer("depth"), observed);
    if (previous != 0) {
      EXPECT_EQ(collected.numbers("cpu.time")[0].start_time(), previous);
    }
    previous = collected.numbers("cpu.time")[0].time();
    last = observed;
  }
}

TEST(Observable, IsNotReportedWhenNotObserved) {
  TestMetrics metrics;
  const auto gauge = metrics.meter.create_observable_gauge<std::int64_t>("depth");
  bool has_b = true;
  {
    const auto registration = metrics.meter.register_callback(gauge, [&](auto& result) {
      result.observe(1, {{"queue", "a"}});
      if (has_b) result.observe(2, {{"queue", "b"}});
    });
    EXPECT_EQ(metrics.collect().numbers("depth").size(), 2);
    has_b = false;
    EXPECT_EQ(metrics.collect().numbers("depth").size(), 1);
  }
  EXPECT_TRUE(metrics.collect().numbers("depth").empty()) << "unregistered";
}

TEST(Observable, AddsUpWhatAViewBringsTogether) {
  View view;
  view.attribute_keys = std::vector<std::string>();
  MeterProviderOptions options;
  options.views.push_back(view);
  TestMetrics metrics(TemporalityPreference::cumulative, std::move(options));
  const auto counter = metrics.meter.create_observable_up_down_counter("memory");
  const auto registration = metrics.meter.register_callback(counter, [](auto& result) {
    result.observe(1, {{"heap", "a"}});
    result.observe(2, {{"heap", "b"}});
  });
  EXPECT_EQ(metrics.collect().integer("memory"), 3);
  EXPECT_EQ(metrics.collect().integer("memory"), 3);
}

TEST(Observable, PrefersWhatIsObservedFirstWhenThereIsTooMuch) {
  View view;
  view.cardinality_limit = 2;
  MeterProviderOptions options;
  options.views.push_back(view);
  TestMetrics metrics(TemporalityPreference::cumulative, std::move(options));
  const auto counter = metrics.meter.create_observable_counter("disk.reads");
  int first = 0;
  const auto registration = metrics.meter.register_callback(counter, [&](auto& result) {
    for (int i = 0; i < 5; ++i) result.observe(1, {{"disk", first + i}});
  });
  for (const int round : {0, 3, 10}) {
    first = round;
    std::map<std::string, std::int64_t> values;
    const Collected collected = metrics.collect();
    for (const auto& point : collected.numbers("disk.reads")) {
      values[text_of(point.attributes())] = point.value().as_integer();
    }
    EXPECT_EQ(values, (std::map<std::string, std::int64_t>{{"disk=" + std::to_string(round), 1},
                                                           {"disk=" + std::to_string(round + 1), 1},
                                                           {"otel.metric.overflow=true", 3}}));
  }
}

TEST(Observable, CallbacksThatThrowAreReportedAndCostOnlyThemselves) {
  std::string said;
  detail::set_diagnostic_handler([&](std::string_view text) { said += text; });
  TestMetrics metrics;
  const auto gauge = metrics.meter.create_observable_gauge<std::int64_t>("depth");
  const auto bad = metrics.meter.register_callback(gauge, [](auto& result) {
    result.observe(1, {{"from", "bad"}});
    throw std::runtime_error("no such queue");
  });
  const auto good = metrics.meter.register_callback(gauge, [](auto& result) { result.observe(2); });
  EXPECT_EQ(metrics.collect().numbers("depth").size(), 2);
  detail::set_diagnostic_handler({});
  EXPECT_NE(said.find("no such queue"), std::string::npos) << said;
}

TEST(Observable, CallbacksObserveOnlyWhatTheyAreRegisteredFor) {
  TestMetrics metrics;
  const auto mine = metrics.meter.create_observable_gauge<std::int64_t>("mine");
  const auto other = metrics.meter.create_observable_gauge<std::int64_t>("other");
  const auto registration = metrics.meter.register_callback({mine}, [&](ObservableResults& results) {
    results.observe(mine, 1);
    results.observe(other, 2);
  });
  const Collected collected = metrics.collect();
  EXPECT_EQ(collected.integer("mine"), 1);
  EXPECT_TRUE(collected.metrics("other").empty());
}

TEST(Observable, CallbacksMayDoAnythingButCollect) {
  TestMetrics metrics;
  const auto gauge = metrics.meter.create_observable_gauge<std::int64_t>("depth");
  std::size_t collected_inside = 1;
  CallbackRegistration registration;
  registration = metrics.meter.register_callback(gauge, [&](auto& result) {
    metrics.meter.create_counter("made_inside").add(1);
    collected_inside = metrics.reader->collect().size();
    registration.unregister();
    result.observe(1);
  });
  const Collected collected = metrics.collect();
  EXPECT_EQ(collected.integer("depth"), 1);
  EXPECT_EQ(collected.integer("made_inside"), 1);
  EXPECT_EQ(collected_inside, 0);
  EXPECT_TRUE(metrics.collect().numbers("depth").empty());
}

TEST(Observable, UnregisteringWaitsForACallUnderWay) {
  TestMetrics metrics;
  const auto gauge = metrics.meter.create_observable_gauge<std::int64_t>("depth");
  std::atomic<bool> is_inside{false};
  std::atomic<bool> may_go{false};
  std::atomic<bool> is_done{false};
  auto registration = metrics.meter.register_callback(gauge, [&](auto& result) {
    is_inside = true;
    is_inside.notify_all();
    may_go.wait(false);
    result.observe(1);
    is_done = true;
  });
  std::thread collecting([&] { static_cast<void>(metrics.reader->collect()); });
  is_inside.wait(false);
  std::thread unregistering([&] {
    registration.unregister();
    EXPECT_TRUE(is_done);
  });
  may_go = true;
  may_go.notify_all();
  unregistering.join();
  collecting.join();
}

TEST(Observable, EachReaderHasItsOwnObservations) {
  const auto other = std::make_shared<ManualMetricReader>(TemporalityPreference::delta);
  MeterProviderOptions options;
  options.readers.push_back(other);
  TestMetrics metrics(TemporalityPreference::delta, std::move(options));
  const auto counter = metrics.meter.create_observable_counter("cpu.time");
  std::int64_t value = 0;
  const auto registration =
      metrics.meter.register_callback(counter, [&](auto& result) { result.observe(value += 10); });
  EXPECT_EQ(metrics.collect().integer("cpu.time"), 10);
  EXPECT_EQ(metrics.collect().integer("cpu.time"), 10);
  EXPECT_EQ(Collected(other->collect()).integer("cpu.time"), 30);
  EXPECT_EQ(metrics.collect().integer("cpu.time"), 20);
  EXPECT_EQ(Collected(other->collect()).integer("cpu.time"), 20);
}

}  // namespace
}  // namespace sonde
