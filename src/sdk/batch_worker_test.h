#pragma once

// What the tests of the batch worker share: an exporter that is told what to do, and short ways to feed it.

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/batch_worker.h"
#include "sdk/request_sink.h"
#include "sdk/scope_core.h"

namespace sonde::detail::test {

/// The items of a request, which for these tests are any strings.
inline std::vector<std::string> items_of(std::string_view request, std::size_t size) {
  std::vector<std::string> items;
  OtlpBatch<WireMessage>(request, size).for_each([&](const InstrumentationScope&, const WireMessage& item) {
    items.emplace_back(item.bytes);
  });
  return items;
}

/// Keeps what it is sent; answers as `answer` says; waits while the gate is shut.
class TestSink final : public RequestSink {
 public:
  using Answer = std::function<ExportResult(std::string_view request, const std::vector<std::string>& items)>;

  ExportResult send(std::string_view request, std::size_t size, Deadline) noexcept override {
    std::unique_lock lock(mutex_);
    ++requests_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
    const auto items = items_of(request, size);
    const ExportResult result = answer_ ? answer_(request, items) : ExportResult();
    if (result.delivered) {
      batches_.push_back(items);
      changed_.notify_all();
    }
    return result;
  }
  void cancel() noexcept override {
    const std::lock_guard lock(mutex_);
    is_cancelled_ = true;
    if (opens_when_cancelled) is_open_ = true;
    changed_.notify_all();
  }
  void after_fork() noexcept override { ++forks; }

  void answer_with(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  void shut() {
    const std::lock_guard lock(mutex_);
    is_open_ = false;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  bool wait_for_requests(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return requests_ >= count; });
  }
  bool wait_for_batches(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(60), [&] { return batches_.size() >= count; });
  }
  [[nodiscard]] std::size_t requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] bool is_cancelled() {
    const std::lock_guard lock(mutex_);
    return is_cancelled_;
  }
  [[nodiscard]] std::vector<std::size_t> batch_sizes() {
    const std::lock_guard lock(mutex_);
    std::vector<std::size_t> sizes;
    for (const auto& batch : batches_) sizes.push_back(batch.size());
    return sizes;
  }
  /// Delivered, in the order of delivery.
  [[nodiscard]] std::vector<std::string> items() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all;
    for (const auto& batch : batches_) all.insert(all.end(), batch.begin(), batch.end());
    return all;
  }

  bool opens_when_cancelled = true;
  int forks = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Answer answer_;
  std::vector<std::vector<std::string>> batches_;
  std::size_t requests_ = 0;
  bool is_open_ = true;
  bool is_cancelled_ = false;
};

/// Exports only what is full or flushed.
inline BatchOptions never_by_time() { return {.schedule_delay = std::chrono::hours(1)}; }

inline constexpr ItemNames test_names{.items = "items", .queue_size_variable = "OTEL_TEST_MAX_QUEUE_SIZE"};

inline Deadline in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

/// A worker and what it needs.
struct TestWorker {
  explicit TestWorker(const BatchOptions& options = never_by_time())
      : worker(std::make_unique<BatchWorker>(sink, options, test_names, "test_processor")) {}

  static const ScopeCore& scope() {
    static auto* const core = [] {
      auto* const resource = new ResourceCore;
      encode_resource_core(*resource, Resource({{"service.name", std::string("test")}}));
      return new ScopeCore(*resource, ScopeKey("scope", "1", "https://schema", {}));
    }();
    return *core;
  }

  void add(std::string_view item) const { worker->add(scope(), item); }
  void add(std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) add("item " + std::to_string(i));
  }
  bool flush() const { return worker->force_flush(in(std::chrono::seconds(60))); }
  bool shutdown() const { return worker->shutdown(in(std::chrono::seconds(60))); }
  [[nodiscard]] ProcessorStatistics statistics() const { return worker->statistics(); }

  std::shared_ptr<TestSink> sink = std::make_shared<TestSink>();
  std::unique_ptr<BatchWorker> worker;
};

}  // namespace sonde::detail::test
