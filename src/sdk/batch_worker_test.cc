#include "sdk/batch_worker_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace sonde::detail {
namespace {

using std::chrono::milliseconds;
using test::in;
using test::never_by_time;
using test::TestWorker;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::SizeIs;

ExportResult failed(ExportFailure failure) {
  return {.delivered = false, .message = "no", .failure = failure};
}

// When a batch goes

TEST(BatchWorker, SendsFullBatchesAtOnceAndKeepsTheRestForTheDelay) {
  const TestWorker test;
  test.add(5 * 512 / 2);  // two full batches and a half
  ASSERT_TRUE(test.sink->wait_for_batches(2));
  EXPECT_THAT(test.sink->batch_sizes(), ElementsAre(512, 512));
  EXPECT_EQ(test.statistics().queue_size, 256u);
  test.add(256);
  ASSERT_TRUE(test.sink->wait_for_batches(3));
  EXPECT_THAT(test.sink->batch_sizes(), ElementsAre(512, 512, 512));
}

TEST(BatchWorker, NoticesAFullBatchAlsoAfterAFlushAtAnOddMoment) {
  const TestWorker test;
  test.add(5);
  EXPECT_TRUE(test.flush());
  test.add(512);
  ASSERT_TRUE(test.sink->wait_for_batches(2));
  EXPECT_THAT(test.sink->batch_sizes(), ElementsAre(5, 512));
}

TEST(BatchWorker, NoticesABatchThatManyThreadsFillTogether) {
  const TestWorker test;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { test.add(200); });
  ASSERT_TRUE(test.sink->wait_for_batches(1));
  EXPECT_EQ(test.sink->batch_sizes().front(), 512u);
}

TEST(BatchWorker, SendsABatchThatIsFullInBytesAtOnce) {
  const TestWorker test;
  const std::string large(100'000, 'x');
  for (int i = 0; i < 40; ++i) test.add(large);  // 4 MB
  ASSERT_TRUE(test.sink->wait_for_batches(1));
  EXPECT_THAT(test.sink->batch_sizes(), Each(AllOf(Ge(1u), testing::Le(31u))));
}

TEST(BatchWorker, SendsWhatIsThereAfterTheDelay) {
  const TestWorker test({.schedule_delay = milliseconds(5)});
  test.add(3);
  ASSERT_TRUE(test.sink->wait_for_batches(1));
}

// What fits

TEST(BatchWorker, BoundsWhatWaitsExactly) {
  BatchOptions options = never_by_time();
  options.max_queue_size = options.max_export_batch_size = 100;
  const TestWorker test(options);
  test.sink->shut();
  test.add(100);
  ASSERT_TRUE(test.sink->wait_for_requests(1));  // these no longer wait
  test.add(150);
  EXPECT_EQ(test.statistics().queue_size, 100u);
  EXPECT_EQ(test.statistics().queue_full, 50u);
  EXPECT_EQ(test.statistics().in_flight, 100u);
  test.sink->open();
  EXPECT_TRUE(test.shutdown());
  EXPECT_EQ(test.statistics().exported, 200u);
}

TEST(BatchWorker, BoundsWhatWaitsOfAllThreadsTogether) {
  BatchOptions options = never_by_time();
  options.max_queue_size = 1'000;
  options.max_export_batch_size = 100;
  const TestWorker test(options);
  test.sink->shut();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 20; ++i) threads.emplace_back([&] { test.add(200); });
  }
  EXPECT_LE(test.statistics().queue_size, 1'000u);
  EXPECT_GE(test.statistics().queue_size, 750u);  // idle threads hold back a fraction of the room
  test.sink->open();
  EXPECT_TRUE(test.shutdown());
  EXPECT_EQ(test.statistics().exported + test.statistics().dropped(), 20u * 200u);
}

TEST(BatchWorker, ThreadsThatEndGiveTheirRoomBack) {
  BatchOptions options = never_by_time();
  options.max_queue_size = 100;
  const TestWorker test(options);
  for (int i = 0; i < 200; ++i) {
    std::thread([&] { test.add(1); }).join();
    if (i % 50 == 49) {
      EXPECT_TRUE(test.flush());
    }
  }
  EXPECT_EQ(test.statistics().exported, 200u);
  test.sink->shut();
  test.add(100);
  EXPECT_EQ(test.statistics().dropped(), 0u);
  test.sink->open();
}

TEST(BatchWorker, CountsWhatFindsNoMemoryAndKeepsTheRest) {
  BatchOptions options = never_by_time();
  options.max_queue_bytes = 1 << 20;
  const TestWorker test(options);
  test.sink->shut();
  const std::string large(300'000, 'x');
  for (int i = 0; i < 20; ++i) test.add(large);
  EXPECT_GE(test.statistics().memory_full, 10u);
  EXPECT_EQ(test.statistics().queue_full, 0u);
  test.sink->open();
  EXPECT_TRUE(test.shutdown());
  EXPECT_EQ(test.statistics().exported + test.statistics().memory_full, 20u);
}

TEST(BatchWorker, ManyThreadsOfFewItemsDoNotUseUpTheMemory) {
  BatchOptions options = never_by_time();
  options.max_queue_bytes = 4 << 20;
  const TestWorker test(options);
  std::atomic<int> left{300};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 300; ++i) {
    threads.emplace_back([&] {
      test.add(1);
      left.fetch_sub(1);
      left.notify_all();
      for (int now = left.load(); now != 0; now = left.load())
        left.wait(now);  // all of them are alive at once
    });
  }
  threads.clear();
  EXPECT_EQ(test.statistics().dropped(), 0u);
}

// What the receiver refuses

TEST(BatchWorker, ABadItemIsLostAlone) {
  const TestWorker test;
  test.sink->answer_with([](std::string_view, const auto& items) {
    const bool is_bad = std::any_of(items.begin(), items.end(), [](const auto& i) { return i == "bad"; });
    return is_bad ? failed(ExportFailure::invalid) : ExportResult();
  });
  for (int i = 0; i < 500; ++i) test.add(i == 0 || i == 300 || i == 301 ? "bad" : "good");
  EXPECT_TRUE(test.flush());
  EXPECT_EQ(test.statistics().exported, 497u);
  EXPECT_EQ(test.statistics().rejected, 3u);
  EXPECT_EQ(test.statistics().submitted, 500u);
  EXPECT_LT(test.sink->requests(), 60u);
  EXPECT_THAT(test.sink->items(), AllOf(SizeIs(497), Each("good")));
}

TEST(BatchWorker, AGiantItemIsLostAlone) {
  const TestWorker test;
  test.sink->answer_with([](std::string_view request, const auto&) {
    return request.size() > 50'000 ? failed(ExportFailure::too_large) : ExportResult();
  });
  const std::string giant(100'000, 'x');
  for (int i = 0; i < 100; ++i) test.add(i == 40 ? giant : "small");
  EXPECT_TRUE(test.flush());
  EXPECT_EQ(test.statistics().exported, 99u);
  EXPECT_EQ(test.statistics().too_large, 1u);
}

TEST(BatchWorker, WhatIsRefusedWhateverItsContentIsNotSentAgain) {
  const TestWorker test;
  for (const ExportFailure failure : {ExportFailure::refused, ExportFailure::unavailable}) {
    test.sink->answer_with([&](std::string_view, const auto&) { return failed(failure); });
    test.add(100);
    EXPECT_TRUE(test.flush());
  }
  EXPECT_EQ(test.sink->requests(), 2u);
  EXPECT_EQ(test.statistics().export_failed, 200u);
}

TEST(BatchWorker, AReceiverThatRefusesEverythingIsNotAskedForEachItem) {
  const TestWorker test;
  test.sink->answer_with([](std::string_view, const auto&) { return failed(ExportFailure::invalid); });
  test.add(500);
  EXPECT_TRUE(test.flush());
  const std::size_t first = test.sink->requests();
  EXPECT_LE(first, 60u);
  test.add(500);
  EXPECT_TRUE(test.flush());
  EXPECT_EQ(test.sink->requests(), first + 1);
  EXPECT_EQ(test.statistics().rejected, 1'000u);

  test.sink->answer_with({});  // it is well again, and what is bad then is lost alone again
  test.add(1);
  EXPECT_TRUE(test.flush());
  test.sink->answer_with([](std::string_view, const auto& items) {
    return items.front() == "item 0" ? failed(ExportFailure::invalid) : ExportResult();
  });
  test.add(10);
  EXPECT_TRUE(test.flush());
  EXPECT_EQ(test.statistics().rejected, 1'001u);
}

TEST(BatchWorker, CountsWhatAReceiverRejectsOfABatch) {
  const TestWorker test;
  test.sink->answer_with([](std::string_view, const auto&) { return ExportResult{.rejected = 3}; });
  test.add(10);
  EXPECT_TRUE(test.flush());
  EXPECT_EQ(test.statistics().exported, 7u);
  EXPECT_EQ(test.statistics().rejected, 3u);
}

// Whoever records where it does no good

TEST(BatchWorker, WhatTheExporterRecordsIsNotExported) {
  const TestWorker test;
  test.sink->answer_with([&](std::string_view, const auto&) {
    test.add("of the exporter's own");
    return ExportResult();
  });
  test.add("ours");
  EXPECT_TRUE(test.flush());
  EXPECT_TRUE(test.flush());
  EXPECT_THAT(test.sink->items(), ElementsAre("ours"));
  EXPECT_EQ(test.statistics().suppressed, 1u);
}

TEST(BatchWorker, TakesWhatAThreadRecordsWhileItEnds) {
  static const TestWorker* worker = nullptr;
  struct Last {
    ~Last() { worker->add("last words"); }
  };
  const TestWorker test;
  worker = &test;
  std::thread([&] {
    static thread_local const Last last;  // before the thread's queues, so destroyed after them
    static_cast<void>(&last);
    test.add("first words");
  }).join();
  EXPECT_TRUE(test.flush());
  EXPECT_THAT(test.sink->items(), testing::UnorderedElementsAre("first words", "last words"));
}

TEST(BatchWorker, CountsWhatComesAfterShutdown) {
  const TestWorker test;
  test.add(1);
  EXPECT_TRUE(test.shutdown());
  test.add(2);
  std::thread([&] { test.add(3); }).join();
  EXPECT_EQ(test.statistics().after_shutdown, 5u);
  EXPECT_EQ(test.statistics().exported, 1u);
  EXPECT_TRUE(test.flush());
  EXPECT_TRUE(test.shutdown());
}

// Deadlines

TEST(BatchWorker, FlushAndShutdownReturnThoughTheExporterHangs) {
  const TestWorker test;
  test.sink->opens_when_cancelled = false;
  test.sink->shut();
  test.add(10);
  EXPECT_FALSE(test.worker->force_flush(in(milliseconds(5))));
  EXPECT_FALSE(test.worker->shutdown(in(milliseconds(5))));
  EXPECT_TRUE(test.sink->is_cancelled());
  const ProcessorStatistics statistics = test.statistics();
  EXPECT_EQ(statistics.queue_size + statistics.in_flight + statistics.dropped(), 10u);
  test.sink->open();
}

TEST(BatchWorker, SurvivesItsOwnersWhileTheExporterHangs) {
  TestWorker test;
  test.sink->opens_when_cancelled = false;
  test.sink->shut();
  test.add(10);
  EXPECT_FALSE(test.worker->shutdown(in(milliseconds(5))));
  test.worker.reset();
  test.sink->open();
  ASSERT_TRUE(test.sink->wait_for_batches(1));  // the thread left behind finishes on its own
}

TEST(BatchWorker, NamesItsComponent) {
  const TestWorker test({.component_name = "mine"});
  EXPECT_EQ(test.worker->component_name(), "mine");
  const TestWorker first;
  const TestWorker second;
  EXPECT_EQ(first.worker->component_name().substr(0, 15), "test_processor/");
  EXPECT_NE(first.worker->component_name(), second.worker->component_name());
}

// Exactly-once accounting

TEST(BatchWorker, AccountsForEveryItemOfManyThreadsThroughFlushesAndShutdown) {
  BatchOptions options{.schedule_delay = milliseconds(1)};
  options.max_queue_size = 300;
  options.max_export_batch_size = 50;
  const TestWorker test(options);
  std::atomic<bool> is_stopping{false};
  std::atomic<std::uint64_t> added{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (std::uint64_t n = 0; !is_stopping.load(); ++n) {
          test.add(std::to_string(i) + "/" + std::to_string(n));
          added.fetch_add(1);
        }
      });
    }
    threads.emplace_back([&] {
      while (!is_stopping.load()) {
        static_cast<void>(test.flush());
        static_cast<void>(test.statistics());
      }
    });
    EXPECT_TRUE(test.sink->wait_for_batches(50));
    EXPECT_TRUE(test.shutdown());
    is_stopping.store(true);
  }
  std::vector<std::string> items = test.sink->items();
  const ProcessorStatistics statistics = test.statistics();
  EXPECT_EQ(statistics.exported, items.size());
  EXPECT_EQ(statistics.exported + statistics.dropped(), added.load());
  std::sort(items.begin(), items.end());
  EXPECT_EQ(std::unique(items.begin(), items.end()), items.end()) << "some item was exported twice";
}

}  // namespace
}  // namespace sonde::detail
