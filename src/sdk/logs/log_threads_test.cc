// Many threads that log while the provider is flushed, shut down and destroyed.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sonde/in_memory_exporter.hpp"
#include "sonde/logger_provider.hpp"

namespace sonde {
namespace {

/// Counts what gets through a logger, in front of the batch processor.
class CountingProcessor final : public LogRecordProcessor {
 public:
  explicit CountingProcessor(std::shared_ptr<std::atomic<std::uint64_t>> count) : count_(std::move(count)) {}
  void on_emit(EmittedLogRecord& record, const Parent&) noexcept override {
    count_->fetch_add(1);
    record.set_attribute("counted", true);
  }
  bool force_flush(Deadline) noexcept override { return true; }
  bool shutdown(Deadline) noexcept override { return true; }

 private:
  std::shared_ptr<std::atomic<std::uint64_t>> count_;
};

TEST(LogThreads, EveryRecordIsExportedOnceOrCountedThroughTheWholeLifeOfAProvider) {
  for (int round = 0; round < 5; ++round) {
    auto memory = std::make_shared<InMemoryLogRecords>();
    auto emitted = std::make_shared<std::atomic<std::uint64_t>>(0);
    BatchOptions batch{.schedule_delay = std::chrono::milliseconds(1)};
    batch.max_queue_size = 200;
    batch.max_export_batch_size = 50;
    auto owned = std::make_unique<BatchLogRecordProcessor>(make_in_memory_exporter(memory), batch);
    const BatchLogRecordProcessor& processor = *owned;  // lives as long as its records may come: for good
    LoggerProviderOptions options;
    options.processors.push_back(std::make_unique<CountingProcessor>(emitted));
    options.processors.push_back(std::move(owned));
    auto provider = std::make_unique<LoggerProvider>(std::move(options));
    const Logger logger = provider->get_logger("test");
    std::atomic<bool> is_stopping{false};
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
          for (int n = 0; !is_stopping.load(); ++n)
            logger.emit({.body = std::to_string(i) + "/" + std::to_string(n)});
        });
      }
      for (int i = 0; i < 10; ++i) EXPECT_TRUE(provider->force_flush());
      provider.reset();
      is_stopping.store(true);
    }
    const ProcessorStatistics statistics = processor.statistics();
    auto records = memory->log_records();
    EXPECT_EQ(statistics.exported, records.size());
    EXPECT_EQ(statistics.exported + statistics.dropped(), emitted->load());
    std::sort(records.begin(), records.end());
    EXPECT_EQ(std::unique(records.begin(), records.end()), records.end());
  }
}

}  // namespace
}  // namespace sonde
