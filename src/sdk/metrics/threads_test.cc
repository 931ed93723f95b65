// Many threads measure while others collect, flush and come and go: nothing is lost and nothing counts twice.

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "sdk/metrics/testing/collected.h"
#include "sdk/metrics/thread_index.h"
#include "sdk/test_tracing.h"

namespace sonde {
namespace {

using test::Collected;
using test::TestMetrics;

/// Runs `work(number)` on some threads while this one calls `meanwhile` again and again.
template <class Work, class Meanwhile>
void run_threads(int count, Work work, Meanwhile meanwhile) {
  std::atomic<int> left{count};
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      work(i);
      --left;
    });
  }
  while (left != 0) meanwhile();
  for (std::thread& thread : threads) thread.join();
}

std::int64_t sum_of(const Collected& collected, std::string_view name) {
  std::int64_t sum = 0;
  for (const auto& point : collected.numbers(name)) sum += point.value().as_integer();
  return sum;
}

TEST(Threads, LoseNothingBetweenCollections) {
  TestMetrics metrics(TemporalityPreference::delta);
  const auto counter = metrics.meter.create_counter("requests");
  const auto seconds = metrics.meter.create_counter<double>("seconds");
  const auto histogram = metrics.meter.create_histogram("size", {.explicit_bucket_boundaries = {{1, 2}}});
  const auto bound = counter.bind({{"model", "a"}});
  std::int64_t requests = 0;
  double total = 0;
  double size_sum = 0;
  std::uint64_t sizes = 0;
  const auto collect = [&] {
    const Collected collected = metrics.collect();
    requests += sum_of(collected, "requests");
    for (const auto& point : collected.numbers("seconds")) total += point.value().as_floating();
    for (const auto& point : collected.histograms("size")) {
      sizes += point.count();
      size_sum += *point.sum();
      EXPECT_LE(*point.min(), *point.max());
    }
  };
  constexpr int threads = 4;
  constexpr int rounds = 5'000;
  run_threads(
      threads,
      [&](int) {
        for (int i = 0; i < rounds; ++i) {
          counter.add(1, {{"user", i % 7}});
          bound.add(1);
          seconds.add(0.5);
          histogram.record(i % 4);
        }
      },
      collect);
  collect();
  EXPECT_EQ(requests, 2 * threads * rounds);
  EXPECT_EQ(total, 0.5 * threads * rounds);
  EXPECT_EQ(sizes, threads * rounds);
  EXPECT_EQ(size_sum, 1.5 * threads * rounds);
}

TEST(Threads, LoseNothingWhileSeriesComeAndGo) {
  View view;
  view.cardinality_limit = 10;
  MeterProviderOptions options;
  options.views.push_back(view);
  TestMetrics metrics(TemporalityPreference::delta, std::move(options));
  const auto counter = metrics.meter.create_counter("requests");
  std::int64_t requests = 0;
  const auto collect = [&] {
    const Collected collected = metrics.collect();
    EXPECT_LE(collected.numbers("requests").size(), 11);
    requests += sum_of(collected, "requests");
  };
  run_threads(
      4,
      [&](int thread) {
        for (int i = 0; i < 5'000; ++i) counter.add(1, {{"user", i / 50 + 3 * thread}});
      },
      collect);
  collect();
  EXPECT_EQ(requests, 20'000);
}

TEST(Threads, ReadHistogramsAsAWhole) {
  TestMetrics metrics;
  const auto histogram = metrics.meter.create_histogram("size", {.explicit_bucket_boundaries = {{1}}});
  const auto check = [&] {
    const Collected collected = metrics.collect();
    for (const auto& point : collected.histograms("size")) {
      // A writer that never pauses may be seen between its steps, by one measurement at the most.
      EXPECT_NEAR(*point.sum(), 2.0 * static_cast<double>(point.count()), 4);
    }
  };
  run_threads(
      2,
      [&](int) {
        for (int i = 0; i < 20'000; ++i) {
          histogram.record(2);
          if (i % 64 == 0) std::this_thread::yield();
        }
      },
      check);
}

TEST(Threads, KeepExemplarsWhole) {
  test::TestTracing tracing;
  MeterProviderOptions options;
  options.exemplar_filter = ExemplarFilter::always_on;
  TestMetrics metrics(TemporalityPreference::cumulative, std::move(options));
  const auto counter = metrics.meter.create_counter("requests");
  run_threads(
      3,
      [&](int) {
        for (int i = 0; i < 1'000; ++i) {
          const auto span = tracing.tracer.start_as_current_span("operation");
          counter.add(1);
        }
      },
      [&] {
        const Collected collected = metrics.collect();
        for (const auto& point : collected.numbers("requests")) {
          for (const ExemplarView exemplar : point.exemplars()) {
            EXPECT_TRUE(exemplar.span_id().is_valid());
            EXPECT_EQ(exemplar.value().as_integer(), 1);
          }
        }
      });
  EXPECT_EQ(metrics.collect().integer("requests"), 3'000);
}

TEST(Threads, ThatComeAndGoShareCells) {
  TestMetrics metrics;
  const auto counter = metrics.meter.create_counter("requests");
  std::uint32_t highest = 0;
  for (int i = 0; i < 100; ++i) {
    std::thread([&] {
      counter.add(1, {{"user", i % 2}});
      highest = std::max(highest, detail::current_thread_index);
    }).join();
  }
  EXPECT_LT(highest, 50) << "the numbers of threads that ended are given out again";
  EXPECT_EQ(sum_of(metrics.collect(), "requests"), 100);
}

TEST(Threads, MayMeasureWhileTheyEnd) {
  static Counter<std::int64_t> counter;
  TestMetrics metrics;
  counter = metrics.meter.create_counter("requests");
  struct AtEnd {
    ~AtEnd() { counter.add(1); }
  };
  for (int i = 0; i < 3; ++i) {
    std::thread([] {
      static thread_local AtEnd at_end;  // made first, so it ends after what the SDK keeps for the thread
      static_cast<void>(at_end);
      counter.add(1);
    }).join();
  }
  EXPECT_EQ(metrics.collect().integer("requests"), 6);
  counter = {};
}

TEST(Threads, MayMeasureWhileTheProviderGoes) {
  const Meter meter = get_meter("provider that goes");
  const auto counter = meter.create_counter("requests");
  const auto bound = counter.bind({{"model", "a"}});
  std::atomic<bool> is_over{false};
  run_threads(
      2,
      [&](int) {
        while (!is_over) {
          counter.add(1);
          bound.add(1);
          meter.create_counter("another").add(1);
        }
      },
      [&] {
        for (int i = 0; i < 10; ++i) {
          TestMetrics metrics;
          metrics.provider->set_as_global();
          static_cast<void>(metrics.collect());
        }
        is_over = true;
      });
}

}  // namespace
}  // namespace sonde
