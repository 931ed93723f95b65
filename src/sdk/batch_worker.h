#pragma once

// What is behind the batch processors of spans and of log records: recording threads put encoded items into
// queues of their own, and one thread gathers them into requests for the exporter. Recording threads take a
// lock only to wake it, once a batch.
//
// Nothing of the worker survives a fork but its options and its exporter: the child begins with empty queues
// and zero counts when it first records something.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sdk/batch_loop.h"
#include "sdk/fork.h"
#include "sdk/record_queue.h"
#include "sdk/request_delivery.h"
#include "sonde/batch_options.hpp"

namespace sonde::detail {

class BatchWorker {
 public:
  /// `component_type` is what the semantic conventions have for otel.component.type.
  BatchWorker(std::shared_ptr<RequestSink> sink, BatchOptions options, const ItemNames& names,
              std::string_view component_type);
  ~BatchWorker();  ///< Shuts down, allowing five seconds.
  BatchWorker(const BatchWorker&) = delete;
  BatchWorker& operator=(const BatchWorker&) = delete;

  /// Takes a copy of the item, or counts it as dropped. Any thread; blocks only to wake the worker.
  [[gnu::always_inline]] void add(const ScopeCore& core, std::string_view otlp) noexcept {
    const QueueCache& cached = queue_cache[id_ % queue_cache_size];
    if (cached.worker_id == id_ && is_open_.load(std::memory_order_relaxed)) [[likely]] {
      const PushResult result = cached.queue->push(core, otlp);
      if (result != PushResult::queued) [[unlikely]]
        after_push(result);
    } else {
      add_slowly(core, otlp);
    }
  }

  /// Exports what was added before. False if that was not done by the deadline.
  bool force_flush(Deadline deadline) noexcept;

  /// Flushes, cancels the exporter if that takes too long, and ends the worker. False if something was left
  /// at the deadline. Returns at most a tenth of a second after it.
  bool shutdown(Deadline deadline) noexcept;

  [[nodiscard]] ProcessorStatistics statistics() const noexcept;
  [[nodiscard]] const std::string& component_name() const noexcept { return options_.component_name; }

 private:
  /// Queues of this thread, so that finding one costs a comparison: ids are consecutive, so that the
  /// processors of a program do not get in each other's way.
  struct QueueCache {
    std::uint64_t worker_id = 0;
    RecordQueue* queue = nullptr;
  };
  static constexpr std::size_t queue_cache_size = 4;
  static constinit thread_local QueueCache queue_cache[queue_cache_size];
  struct ThreadQueues;

  void after_push(PushResult result) noexcept;
  void add_slowly(const ScopeCore& core, std::string_view otlp) noexcept;
  /// This thread's queue, or null if the thread is ending and has none.
  [[nodiscard]] RecordQueue* find_queue(BatchLoop& loop) const;
  [[nodiscard]] std::shared_ptr<BatchLoop> make_loop() const;

  const std::uint64_t id_;
  const BatchOptions options_;
  const ItemNames names_;
  const std::shared_ptr<RequestSink> sink_;
  std::atomic<bool> is_open_{true};
  ProcessLocal<BatchLoop> loop_;
};

/// The name in `given`, or a new one of the form type/number.
[[nodiscard]] std::string component_name(std::string given, std::string_view component_type);

}  // namespace sonde::detail
