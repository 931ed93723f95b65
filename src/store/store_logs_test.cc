// Logs come back as they went in, and are found.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "store/testing/batches.h"
#include "store/testing/store_test.h"

namespace sonde::store {
namespace {

using testing::add;
using testing::describe;
using ::testing::ElementsAre;
using testing::span_id;
using testing::trace_id;

using LogsTest = StoreTest;

class Logs {
 public:
  otlp::LogRecord& add(std::uint64_t time, AttributeValue body, std::string_view service = "service") {
    otlp::LogRecord& log = batch_->items.emplace_back();
    log.resource = testing::make_resource(service, {}, batch_->arena);
    log.scope = testing::make_scope("logger", batch_->arena);
    log.time = time;
    log.body = body;
    return log;
  }
  [[nodiscard]] std::shared_ptr<const otlp::LogBatch> finish() { return std::move(batch_); }

 private:
  std::shared_ptr<otlp::LogBatch> batch_ = std::make_shared<otlp::LogBatch>();
};

TEST_P(LogsTest, GivesBackEverythingOfALogRecord) {
  static constexpr Attribute body[] = {{"message", "structured"}, {"count", 3}};
  static constexpr Attribute attributes[] = {{"code.line.number", 12}};
  Logs logs;
  otlp::LogRecord& full = logs.add(start + 9, "plain \"text\"");
  full.observed_time = start + 10;
  full.severity_number = 17;
  full.severity_text = "ERROR";
  full.event_name = "gen_ai.choice";
  full.attributes = attributes;
  full.dropped_attributes = 1;
  full.flags = 1;
  full.trace_id = trace_id(1);
  full.span_id = span_id(2);
  logs.add(start + 8, AttributeValue::map(body));
  logs.add(start + 7, "");
  logs.add(start + 6, {});
  logs.add(start + 5, 42);
  logs.add(start + 4, AttributeValue::array({}));
  const auto batch = logs.finish();
  const auto receipt = add(*store_, batch);
  ASSERT_TRUE(receipt) << receipt.error().message;

  const auto stored = store_->find_logs({});
  ASSERT_TRUE(stored) << stored.error().message;
  ASSERT_EQ((*stored)->items.size(), batch->items.size());
  for (std::size_t i = 0; i < batch->items.size(); ++i) {
    EXPECT_EQ(describe((*stored)->items[i]), describe(batch->items[i]));
  }
}

TEST_P(LogsTest, FindsLogs) {
  static constexpr Attribute body[] = {{"message", "Structured"}};
  Logs logs;
  logs.add(start + 1, "first", "a").severity_number = 9;
  logs.add(0, "Second", "b").observed_time = start + 2;  // a sender without a clock
  logs.add(start + 3, AttributeValue::map(body), "b").trace_id = trace_id(5);
  ASSERT_TRUE(add(*store_, logs.finish()));
  const auto times = [this](const LogFilter& filter) {
    std::vector<std::uint64_t> found;
    const auto stored = store_->find_logs(filter);
    EXPECT_TRUE(stored) << stored.error().message;
    for (const otlp::LogRecord& log : (*stored)->items) found.push_back(log.time == 0 ? 2 : log.time - start);
    return found;
  };
  EXPECT_THAT(times({}), ElementsAre(3, 2, 1));
  EXPECT_THAT(times({.limit = 2}), ElementsAre(3, 2));
  EXPECT_THAT(times({.trace_id = trace_id(5)}), ElementsAre(3));
  EXPECT_THAT(times({.service = "b"}), ElementsAre(3, 2));
  EXPECT_THAT(times({.text = "SECOND"}), ElementsAre(2));
  EXPECT_THAT(times({.text = "structured"}), ElementsAre(3));
  EXPECT_THAT(times({.severity_min = 9}), ElementsAre(1));
}

INSTANTIATE_TEST_SUITE_P(Implementations, LogsTest, ::testing::ValuesIn(implementations()), name_of);

}  // namespace
}  // namespace sonde::store
