#pragma once

// The thread that exports, of one batch processor in one process. It sleeps until the schedule delay has
// passed, the queues hold a full batch (when much is recorded it looks for one in time, rather than being
// woken), or somebody asks for a flush. When a batch is full it takes full batches only; what is left waits
// for others until the delay has passed.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "sdk/record_queue.h"
#include "sdk/request_builder.h"
#include "sdk/request_delivery.h"
#include "sonde/batch_options.hpp"

namespace sonde::detail {

/// All members are thread-safe.
class BatchLoop : public std::enable_shared_from_this<BatchLoop> {
 public:
  /// `options` must be within bounds; see BatchWorker.
  BatchLoop(std::shared_ptr<RequestSink> sink, const BatchOptions& options, const ItemNames& names);

  /// Starts the thread, which keeps the loop alive. Without a thread all that is added is lost, and counted.
  void start() noexcept;

  /// A queue that the loop empties from now on.
  [[nodiscard]] std::shared_ptr<RecordQueue> add_queue();

  /// Puts an item into a queue that threads share which have none of their own.
  [[nodiscard]] PushResult push_shared(const ScopeCore& core, std::string_view otlp) noexcept;

  void wake() noexcept;

  // Dropped before they got into a queue.
  void count_no_room(PushResult result) noexcept;  ///< And asks the thread to make some.
  void count_after_shutdown() noexcept { count(after_shutdown_); }
  void count_suppressed() noexcept { count(suppressed_); }

  bool force_flush(Deadline deadline) noexcept;
  bool shutdown(Deadline deadline) noexcept;
  [[nodiscard]] ProcessorStatistics statistics() noexcept;

 private:
  using Count = std::atomic<std::uint64_t>;
  using Queues = std::vector<std::shared_ptr<RecordQueue>>;

  /// What the thread has to do next.
  struct Round {
    std::uint64_t most_items = 0;
    std::uint64_t flushes = 0;  ///< That it serves.
    bool is_last = false;
  };

  static void count(Count& what) noexcept { what.fetch_add(1, std::memory_order_relaxed); }

  void run() noexcept;
  [[nodiscard]] Round wait_for_work() noexcept;
  void finish(const Round& round) noexcept;
  [[nodiscard]] std::optional<Deadline> nap_until(Deadline now) const noexcept;
  [[nodiscard]] bool is_due(std::size_t wake_at) noexcept;
  void set_byte_mark() noexcept;
  void measure_pace() noexcept;
  void take_queues() noexcept;
  void drop_abandoned_queues();
  [[nodiscard]] std::uint64_t pending() const noexcept;

  void export_queues(const Round& round) noexcept;
  void add(const RecordQueue::Entry& entry) noexcept;
  void export_batch() noexcept;
  [[nodiscard]] Deadline export_deadline() noexcept;
  void report_drops() noexcept;

  const BatchOptions options_;
  const ItemNames names_;
  const std::shared_ptr<QueueRoom> room_;
  RequestDelivery delivery_;

  // The thread's own.
  RequestBuilder builder_;
  const ResourceCore* resource_ = nullptr;
  Queues round_queues_;
  std::uint64_t popped_ = 0;       ///< From all queues.
  std::uint64_t round_items_ = 0;  ///< Of them, in this round.
  Deadline last_round_{};
  Deadline::duration pace_ = Deadline::duration::max();  ///< The time from one item to the next, lately.
  std::size_t room_to_give_back_ = 0;
  std::uint64_t reported_queue_full_ = 0;
  std::uint64_t reported_memory_full_ = 0;

  Count queue_full_{0};
  Count memory_full_{0};
  Count after_shutdown_{0};
  Count suppressed_{0};

  std::mutex mutex_;  ///< Guards what follows.
  std::condition_variable wake_thread_;
  std::condition_variable round_done_;
  std::thread thread_;
  Queues queues_;
  std::shared_ptr<RecordQueue> shared_queue_;
  std::uint64_t flushes_asked_ = 0;
  std::uint64_t flushes_done_ = 0;
  Deadline next_export_;
  Deadline shutdown_deadline_;
  bool is_shut_down_ = false;
  bool has_finished_ = true;  ///< The thread; or it was never started.
};

}  // namespace sonde::detail
