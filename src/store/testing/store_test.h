#pragma once

// What every store must do, whatever it keeps things in: the tests of store_*_test.cc, each run against every
// implementation. A new one is one more line in `implementations` (store_test.cc).

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"
#include "store/testing/batches.h"

namespace sonde::store {

inline constexpr std::uint64_t second = 1'000'000'000;
inline constexpr std::uint64_t start = 1'790'000'000 * second;

struct Implementation {
  std::string name;
  /// Opens a new, empty store whose queue holds so many bytes.
  std::function<std::unique_ptr<Store>(std::size_t max_pending_bytes)> open;
};

[[nodiscard]] const std::vector<Implementation>& implementations();

inline void PrintTo(const Implementation& implementation, std::ostream* out) { *out << implementation.name; }
inline std::string name_of(const ::testing::TestParamInfo<Implementation>& info) { return info.param.name; }

class StoreTest : public ::testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override { open(std::size_t{64} << 20); }

  void open(std::size_t max_pending_bytes) {
    store_ = GetParam().open(max_pending_bytes);
    ASSERT_NE(store_, nullptr);
  }

  void add_spans(testing::Spans& spans) {
    const auto receipt = testing::add(*store_, spans.finish());
    ASSERT_TRUE(receipt) << receipt.error().message;
    EXPECT_EQ(receipt->rejected, 0);
  }

  /// A trace of one span.
  void add_trace(std::uint64_t trace, std::uint64_t start_time, std::string_view service = "service") {
    testing::Spans spans(service);
    spans.add(trace, trace, 0, "root", start_time);
    add_spans(spans);
  }

  [[nodiscard]] std::shared_ptr<const otlp::TraceBatch> trace(std::uint64_t number) {
    auto batch = store_->trace(testing::trace_id(number));
    EXPECT_TRUE(batch) << batch.error().message;
    return batch ? *batch : std::make_shared<otlp::TraceBatch>();
  }

  [[nodiscard]] std::vector<TraceSummary> find(const TraceFilter& filter = {}) {
    auto summaries = store_->find_traces(filter);
    EXPECT_TRUE(summaries) << summaries.error().message;
    return summaries ? *std::move(summaries) : std::vector<TraceSummary>();
  }

  /// The numbers of the traces found, in order.
  [[nodiscard]] std::vector<std::uint64_t> find_numbers(const TraceFilter& filter = {}) {
    std::vector<std::uint64_t> numbers;
    for (const TraceSummary& summary : find(filter)) {
      std::uint64_t number = 0;
      for (std::size_t i = 0; i < 8; ++i) number = number << 8 | summary.trace_id.bytes[8 + i];
      numbers.push_back(number);
    }
    return numbers;
  }

  std::unique_ptr<Store> store_;
};

}  // namespace sonde::store
