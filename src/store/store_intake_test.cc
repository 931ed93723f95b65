// Taking batches: full, closed, and many at once.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "store/testing/batches.h"
#include "store/testing/store_test.h"

namespace sonde::store {
namespace {

using testing::add;
using ::testing::ElementsAre;
using testing::Spans;

using IntakeTest = StoreTest;

TEST_P(IntakeTest, AcknowledgesABatchOfNothing) {
  EXPECT_TRUE(add(*store_, std::shared_ptr<const otlp::TraceBatch>(std::make_shared<otlp::TraceBatch>())));
  EXPECT_TRUE(add(*store_, std::shared_ptr<const otlp::LogBatch>(std::make_shared<otlp::LogBatch>())));
  EXPECT_TRUE(add(*store_, std::shared_ptr<const otlp::MetricBatch>(std::make_shared<otlp::MetricBatch>())));
}

TEST_P(IntakeTest, AnswersUnavailableAtOnceWhenFull) {
  open(1);
  // The first batch's answer holds the writer up until it is let go.
  std::promise<void> let_go;
  std::promise<void> is_held;
  Spans first;
  first.add(1, 1, 0, "first", start);
  store_->consume(first.finish(), [&](const Expected<otlp::Receipt>& receipt) {
    EXPECT_TRUE(receipt);
    is_held.set_value();
    let_go.get_future().wait();
  });
  is_held.get_future().wait();

  std::promise<Expected<otlp::Receipt>> second_answer;
  Spans waiting;
  waiting.add(2, 1, 0, "second", start);
  store_->consume(waiting.finish(),
                  [&](Expected<otlp::Receipt> receipt) { second_answer.set_value(std::move(receipt)); });

  Spans refused;
  refused.add(3, 1, 0, "third", start);
  std::optional<Expected<otlp::Receipt>> third_answer;
  store_->consume(refused.finish(),
                  [&](Expected<otlp::Receipt> receipt) { third_answer = std::move(receipt); });
  ASSERT_TRUE(third_answer.has_value()) << "a full store must answer before consume() returns";
  ASSERT_FALSE(*third_answer);
  EXPECT_EQ(third_answer->error().code, ErrorCode::unavailable);

  let_go.set_value();
  EXPECT_TRUE(second_answer.get_future().get());
  EXPECT_THAT(find_numbers(), ElementsAre(1, 2));
}

TEST_P(IntakeTest, WritesWhatWasTakenBeforeItCloses) {
  constexpr int batches = 50;
  std::atomic<int> acknowledged = 0;
  for (int i = 0; i < batches; ++i) {
    Spans spans;
    spans.add(1, static_cast<std::uint64_t>(i + 1), 0, "span", start);
    store_->consume(spans.finish(),
                    [&](const Expected<otlp::Receipt>& receipt) { acknowledged += receipt ? 1 : 0; });
  }
  store_->close();
  EXPECT_EQ(acknowledged, batches);
}

TEST_P(IntakeTest, AnswersUnavailableAfterClosing) {
  store_->close();
  store_->close();
  Spans spans;
  spans.add(1, 1, 0, "late", start);
  const auto receipt = add(*store_, spans.finish());
  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::unavailable);
  const auto found = store_->find_traces({});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::unavailable);
}

TEST_P(IntakeTest, ReadersSeeWhatIsAcknowledgedWhileOthersWrite) {
  constexpr std::uint64_t writers = 2;
  constexpr std::uint64_t traces_each = 40;
  std::atomic<std::uint64_t> finished = 0;
  std::vector<std::thread> threads;
  for (std::uint64_t writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&, writer] {
      for (std::uint64_t i = 0; i < traces_each; ++i) {
        const std::uint64_t number = writer * traces_each + i + 1;
        Spans spans;
        for (std::uint64_t span = 1; span <= 20; ++span)
          spans.add(number, span, span - 1, "span", start + number);
        EXPECT_TRUE(add(*store_, spans.finish()));
        EXPECT_EQ(trace(number)->items.size(), 20U);
      }
      ++finished;
    });
  }
  for (int reader = 0; reader < 2; ++reader) {
    threads.emplace_back([&] {
      std::size_t last = 0;
      while (finished < writers) {
        const auto summaries = find({.service = "service", .limit = 1'000});
        EXPECT_GE(summaries.size(), last);
        last = summaries.size();
        for (const TraceSummary& summary : summaries) EXPECT_EQ(summary.span_count, 20U) << "half a batch";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(find({.limit = 1'000}).size(), writers * traces_each);
}

INSTANTIATE_TEST_SUITE_P(Implementations, IntakeTest, ::testing::ValuesIn(implementations()), name_of);

}  // namespace
}  // namespace sonde::store
