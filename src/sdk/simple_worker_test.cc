#include "sdk/simple_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sdk/batch_worker_test.h"

namespace sonde::detail {
namespace {

using std::chrono::milliseconds;
using test::in;
using test::TestSink;
using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

struct TestSimpleWorker {
  void add(std::string_view item) { worker.add(test::TestWorker::scope(), item); }

  std::shared_ptr<TestSink> sink = std::make_shared<TestSink>();
  SimpleWorker worker{sink, "", test::test_names, "test_simple_processor"};
};

TEST(SimpleWorker, ExportsEachItemBeforeItReturns) {
  TestSimpleWorker test;
  test.add("one");
  EXPECT_THAT(test.sink->items(), ElementsAre("one"));
  test.add("two");
  EXPECT_THAT(test.sink->batch_sizes(), ElementsAre(1, 1));
  EXPECT_EQ(test.worker.statistics().exported, 2u);
  EXPECT_EQ(test.worker.statistics().in_flight, 0u);
}

TEST(SimpleWorker, ExportsTheItemsOfManyThreadsOneAtATime) {
  TestSimpleWorker test;
  std::atomic<int> inside{0};
  test.sink->answer_with([&](std::string_view, const auto&) {
    EXPECT_EQ(inside.fetch_add(1), 0);
    inside.fetch_sub(1);
    return ExportResult();
  });
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 100; ++n) test.add("item");
      });
    }
  }
  EXPECT_THAT(test.sink->batch_sizes(), testing::AllOf(SizeIs(400), Each(1)));
}

TEST(SimpleWorker, WhatTheExporterRecordsIsNotExported) {
  TestSimpleWorker test;
  test.sink->answer_with([&](std::string_view, const auto&) {
    test.add("of the exporter's own");
    EXPECT_TRUE(test.worker.force_flush(in(milliseconds(0))));
    return ExportResult();
  });
  test.add("ours");
  EXPECT_THAT(test.sink->items(), ElementsAre("ours"));
  EXPECT_EQ(test.worker.statistics().suppressed, 1u);
}

TEST(SimpleWorker, FlushAndShutdownReturnThoughTheExporterHangs) {
  TestSimpleWorker test;
  test.sink->opens_when_cancelled = false;
  test.sink->shut();
  std::jthread recording([&] { test.add("stuck"); });
  ASSERT_TRUE(test.sink->wait_for_requests(1));
  EXPECT_FALSE(test.worker.force_flush(in(milliseconds(5))));
  EXPECT_FALSE(test.worker.shutdown(in(milliseconds(5))));
  EXPECT_TRUE(test.sink->is_cancelled());
  EXPECT_EQ(test.worker.statistics().in_flight, 1u);
  test.sink->open();
}

TEST(SimpleWorker, CountsWhatComesAfterShutdown) {
  TestSimpleWorker test;
  test.add("in time");
  EXPECT_TRUE(test.worker.shutdown(in(milliseconds(1'000))));
  test.add("too late");
  EXPECT_EQ(test.worker.statistics().after_shutdown, 1u);
  EXPECT_EQ(test.worker.statistics().exported, 1u);
}

}  // namespace
}  // namespace sonde::detail
