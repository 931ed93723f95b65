#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// What an exporter under test was given, and a gate that holds it up.
struct Exported {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::size_t> batches;
  std::multiset<std::string> span_ids;
  std::size_t largest_request = 0;
  bool is_open = true;
  bool is_cancelled = false;
  ExportResult result;

  void open() {
    const std::lock_guard lock(mutex);
    is_open = true;
    changed.notify_all();
  }
  bool wait_for_batches(std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, seconds(20), [&] { return batches.size() >= count; });
  }
};

class GatedExporter final : public SpanExporter {
 public:
  explicit GatedExporter(std::shared_ptr<Exported> exported) : exported_(std::move(exported)) {}

  ExportResult export_batch(const SpanBatch& batch, Deadline) noexcept override {
    std::unique_lock lock(exported_->mutex);
    exported_->changed.wait(lock, [&] { return exported_->is_open || exported_->is_cancelled; });
    batch.for_each([&](const InstrumentationScope&, const SpanView& span) {
      exported_->span_ids.insert(span.span_id().to_hex());
    });
    exported_->batches.push_back(batch.size());
    exported_->largest_request = std::max(exported_->largest_request, batch.otlp_request().size());
    exported_->changed.notify_all();
    return exported_->result;
  }
  void cancel() noexcept override {
    const std::lock_guard lock(exported_->mutex);
    exported_->is_cancelled = true;
    exported_->changed.notify_all();
  }

 private:
  const std::shared_ptr<Exported> exported_;
};

struct BatchTracing {
  explicit BatchTracing(const BatchOptions& options) {
    auto owned = std::make_unique<BatchSpanProcessor>(std::make_unique<GatedExporter>(exported), options);
    processor = owned.get();
    TracerProviderOptions provider_options;
    provider_options.processors.push_back(std::move(owned));
    provider = std::make_unique<TracerProvider>(std::move(provider_options));
    tracer = provider->get_tracer("batch_test");
  }

  void record(int spans) const {
    for (int i = 0; i < spans; ++i) tracer.start_span("span").set_attribute("index", i);
  }

  std::shared_ptr<Exported> exported = std::make_shared<Exported>();
  BatchSpanProcessor* processor = nullptr;
  std::unique_ptr<TracerProvider> provider;
  Tracer tracer;
};

BatchOptions never_by_time() {
  BatchOptions options;
  options.schedule_delay = std::chrono::hours(1);
  return options;
}

TEST(BatchSpanProcessor, ExportsAFullBatchWithoutWaitingForTheDelay) {
  BatchTracing tracing(never_by_time());
  tracing.record(512);
  ASSERT_TRUE(tracing.exported->wait_for_batches(1));
  EXPECT_EQ(tracing.exported->batches.front(), 512u);
}

TEST(BatchSpanProcessor, ExportsAPartialBatchAfterTheDelay) {
  BatchOptions options;
  options.schedule_delay = milliseconds(20);
  BatchTracing tracing(options);
  tracing.record(3);
  ASSERT_TRUE(tracing.exported->wait_for_batches(1));
  EXPECT_TRUE(tracing.provider->force_flush());
  EXPECT_EQ(tracing.exported->span_ids.size(), 3u);
}

TEST(BatchSpanProcessor, FlushExportsWhatHasEnded) {
  BatchTracing tracing(never_by_time());
  tracing.record(5);
  EXPECT_TRUE(tracing.provider->force_flush());
  EXPECT_EQ(tracing.exported->span_ids.size(), 5u);
}

TEST(BatchSpanProcessor, FlushGivesUpAtItsDeadline) {
  BatchTracing tracing(never_by_time());
  tracing.exported->is_open = false;
  tracing.record(1);
  EXPECT_FALSE(tracing.provider->force_flush(milliseconds(20)));
  tracing.exported->open();
  EXPECT_TRUE(tracing.provider->force_flush());
}

TEST(BatchSpanProcessor, ShutdownDeliversAFullQueue) {
  BatchTracing tracing(never_by_time());
  tracing.exported->is_open = false;
  tracing.record(2'048);
  tracing.exported->open();
  EXPECT_TRUE(tracing.provider->shutdown());
  EXPECT_EQ(tracing.exported->span_ids.size(), 2'048u);
  EXPECT_EQ(tracing.processor->exported(), 2'048u);
  EXPECT_EQ(tracing.processor->dropped(), 0u);
}

TEST(BatchSpanProcessor, ShutdownGivesUpOnAStuckExporter) {
  BatchTracing tracing(never_by_time());
  tracing.exported->is_open = false;
  tracing.record(1);
  EXPECT_FALSE(tracing.provider->shutdown(milliseconds(20)));
  EXPECT_TRUE(tracing.exported->is_cancelled);
}

TEST(BatchSpanProcessor, DropsAndCountsWhatDoesNotFit) {
  BatchOptions options = never_by_time();
  options.max_queue_size = 100;
  options.max_export_batch_size = 10;
  BatchTracing tracing(options);
  tracing.exported->is_open = false;
  tracing.record(1'000);
  tracing.exported->open();
  EXPECT_TRUE(tracing.provider->shutdown());
  EXPECT_EQ(tracing.processor->exported() + tracing.processor->dropped(), 1'000u);
  EXPECT_GE(tracing.processor->exported(), 100u);
  EXPECT_GE(tracing.processor->dropped(), 1u);
  EXPECT_EQ(tracing.exported->span_ids.size(), tracing.processor->exported());
}

TEST(BatchSpanProcessor, StaysWithinItsMemory) {
  BatchOptions options = never_by_time();
  options.max_queue_bytes = 1 << 20;
  options.max_export_batch_bytes = 300'000;
  BatchTracing tracing(options);
  tracing.exported->is_open = false;
  const std::string content(100'000, 'x');
  for (int i = 0; i < 100; ++i) tracing.tracer.start_span("large").set_attribute("content", content);
  EXPECT_GE(tracing.processor->dropped(), 80u);  // ten in the queue, a batch or two on the way
  tracing.exported->open();
  EXPECT_TRUE(tracing.provider->shutdown());
  EXPECT_EQ(tracing.processor->exported() + tracing.processor->dropped(), 100u);
}

TEST(BatchSpanProcessor, SplitsBatchesBySize) {
  BatchOptions options = never_by_time();
  options.max_export_batch_bytes = 300'000;
  BatchTracing tracing(options);
  const std::string content(100'000, 'x');
  for (int i = 0; i < 10; ++i) tracing.tracer.start_span("large").set_attribute("content", content);
  const std::string giant(1'000'000, 'x');  // goes alone: it costs its neighbours nothing
  tracing.tracer.start_span("giant").set_attribute("content", giant);
  EXPECT_TRUE(tracing.provider->force_flush());
  EXPECT_EQ(tracing.exported->span_ids.size(), 11u);
  EXPECT_GE(tracing.exported->batches.size(), 5u);
  EXPECT_EQ(tracing.exported->batches.back(), 1u);
}

TEST(BatchSpanProcessor, CountsWhatTheExporterLoses) {
  BatchTracing tracing(never_by_time());
  tracing.exported->result = {.delivered = false, .message = "refused by the test"};
  tracing.record(3);
  EXPECT_TRUE(tracing.provider->force_flush());
  EXPECT_EQ(tracing.processor->dropped(), 3u);
  tracing.exported->result = {.delivered = true, .rejected = 1, .message = "one was bad"};
  tracing.record(3);
  EXPECT_TRUE(tracing.provider->force_flush());
  EXPECT_EQ(tracing.processor->dropped(), 4u);
  EXPECT_EQ(tracing.processor->exported(), 2u);
}

TEST(BatchSpanProcessor, DeliversEverySpanOfManyThreadsOnce) {
  BatchOptions options;
  options.schedule_delay = milliseconds(1);
  options.max_queue_size = 100'000;
  BatchTracing tracing(options);
  constexpr int threads = 8;
  constexpr int spans = 2'000;
  {
    std::vector<std::jthread> recording;
    for (int i = 0; i < threads; ++i) recording.emplace_back([&] { tracing.record(spans); });
  }
  EXPECT_TRUE(tracing.provider->shutdown());
  EXPECT_EQ(tracing.exported->span_ids.size(), std::size_t{threads} * spans);
  EXPECT_EQ(
      std::set<std::string>(tracing.exported->span_ids.begin(), tracing.exported->span_ids.end()).size(),
      std::size_t{threads} * spans);
}

TEST(BatchSpanProcessor, ShutdownWhileThreadsRecordLosesNothingUncounted) {
  BatchTracing tracing(BatchOptions{.schedule_delay = milliseconds(1)});
  std::atomic<bool> is_stopping{false};
  std::atomic<std::uint64_t> recorded{0};
  {
    std::vector<std::jthread> recording;
    for (int i = 0; i < 4; ++i) {
      recording.emplace_back([&] {
        while (!is_stopping.load()) {
          auto span = tracing.tracer.start_span("span");
          if (span.is_recording()) recorded.fetch_add(1);
        }
      });
    }
    ASSERT_TRUE(tracing.exported->wait_for_batches(5));
    EXPECT_TRUE(tracing.provider->shutdown());
    is_stopping.store(true);
  }
  EXPECT_EQ(tracing.processor->exported() + tracing.processor->dropped(), recorded.load());
}

}  // namespace
}  // namespace sonde
