// The worker sleeps until the schedule delay has passed, a queue has a batch's worth of spans, or somebody
// asks for a flush. Recording threads never take its lock except to wake it, once a batch.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sdk/diagnostics.h"
#include "sdk/record_queue.h"
#include "sdk/request_builder.h"
#include "sdk/trace/tracer_core.h"
#include "sonde/span_processor.hpp"

namespace sonde {
namespace {

using detail::MemoryBudget;
using detail::RecordQueue;

BatchOptions sanitized(BatchOptions options) {
  options.max_queue_size = std::max<std::size_t>(options.max_queue_size, 1);
  options.max_export_batch_size =
      std::clamp<std::size_t>(options.max_export_batch_size, 1, options.max_queue_size);
  options.schedule_delay = std::max(options.schedule_delay, std::chrono::milliseconds(1));
  return options;
}

/// This thread's queue of the processor it used last, so that finding it costs one comparison.
struct QueueCache {
  std::uint64_t processor = 0;
  RecordQueue* queue = nullptr;
};
constinit thread_local QueueCache queue_cache;

/// All queues of this thread; each is shared with its processor, and goes when both have let go of it.
struct ThreadQueues {
  struct Entry {
    std::uint64_t processor;
    std::shared_ptr<RecordQueue> queue;
  };
  std::vector<Entry> entries;

  ~ThreadQueues() { queue_cache = {}; }
};
thread_local ThreadQueues thread_queues;

}  // namespace

class BatchSpanProcessor::State : public std::enable_shared_from_this<BatchSpanProcessor::State> {
 public:
  State(std::unique_ptr<SpanExporter> exporter, const BatchOptions& options)
      : options_(sanitized(options)),
        exporter_(std::move(exporter)),
        budget_(std::make_shared<MemoryBudget>(options_.max_queue_bytes)) {}

  void start() noexcept {
    try {
      worker_ = std::thread([self = shared_from_this()] { self->run(); });
    } catch (const std::exception& failure) {
      detail::diagnose(std::string("spans will be dropped: no thread to export them: ") + failure.what());
      is_shut_down_.store(true, std::memory_order_relaxed);
      has_finished_ = true;
    }
  }

  void on_end(const FinishedSpan& span) noexcept {
    RecordQueue* const queue = queue_cache.processor == id_ ? queue_cache.queue : find_queue();
    if (queue == nullptr || is_shut_down_.load(std::memory_order_relaxed) ||
        !queue->push(span.core(), span.otlp())) {
      refused_.fetch_add(1, std::memory_order_relaxed);
      wake();
      return;
    }
    if (queue->pushed() % options_.max_export_batch_size == 0) wake();
  }

  bool force_flush(Deadline deadline) noexcept {
    std::unique_lock lock(mutex_);
    if (has_finished_) return true;
    const std::uint64_t ticket = ++flushes_asked_;
    wake_worker_.notify_one();
    return flush_done_.wait_until(lock, deadline, [&] { return flushes_done_ >= ticket || has_finished_; });
  }

  bool shutdown(Deadline deadline) noexcept {
    std::unique_lock lock(mutex_);
    is_shut_down_.store(true, std::memory_order_relaxed);
    shutdown_deadline_ = deadline;
    wake_worker_.notify_one();
    const auto finished = [this] { return has_finished_; };
    const bool in_time = flush_done_.wait_until(lock, deadline, finished);
    if (!in_time) {
      // The exporter is stuck. It is told to give up; if it does not, the worker is left behind with what it
      // holds.
      exporter_->cancel();
      flush_done_.wait_for(lock, std::chrono::milliseconds(100), finished);
    }
    std::thread worker = std::exchange(worker_, std::thread());
    const bool has_finished = has_finished_;
    lock.unlock();
    if (worker.joinable()) has_finished ? worker.join() : worker.detach();
    return in_time;
  }

  [[nodiscard]] std::uint64_t dropped() noexcept {
    std::uint64_t dropped = lost_.load(std::memory_order_relaxed) + refused_.load(std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    if (!has_finished_) return dropped;
    for (const auto& queue : queues_) dropped += queue->pending();  // pushed just as the worker left
    return dropped;
  }
  [[nodiscard]] std::uint64_t exported() const noexcept { return exported_.load(std::memory_order_relaxed); }

 private:
  RecordQueue* find_queue() noexcept {
    try {
      auto& entries = thread_queues.entries;
      auto found =
          std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.processor == id_; });
      if (found == entries.end()) {
        std::erase_if(entries,
                      [](const auto& entry) { return entry.queue.use_count() == 1; });  // processor gone
        auto queue = std::make_shared<RecordQueue>(budget_, options_.max_queue_size);
        {
          const std::lock_guard lock(mutex_);
          queues_.push_back(queue);
        }
        found = entries.insert(entries.end(), {id_, std::move(queue)});
      }
      queue_cache = {id_, found->queue.get()};
      return queue_cache.queue;
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }

  void wake() noexcept {
    if (is_awake_.exchange(true, std::memory_order_relaxed)) return;
    const std::lock_guard lock(mutex_);
    wake_worker_.notify_one();
  }

  void run() noexcept {
    bool is_last = false;
    while (!is_last) {
      std::uint64_t flushes = 0;
      std::vector<std::shared_ptr<RecordQueue>> queues;
      Deadline deadline;
      {
        std::unique_lock lock(mutex_);
        wake_worker_.wait_for(lock, options_.schedule_delay, [&] {
          return is_awake_.load(std::memory_order_relaxed) || flushes_asked_ > flushes_done_ ||
                 is_shut_down_.load(std::memory_order_relaxed);
        });
        is_awake_.store(false, std::memory_order_relaxed);
        is_last = is_shut_down_.load(std::memory_order_relaxed);
        flushes = flushes_asked_;
        drop_abandoned_queues();
        queues = queues_;
        deadline = std::chrono::steady_clock::now() + options_.export_timeout;
        if (is_last) deadline = std::min(deadline, shutdown_deadline_);
      }
      export_all(queues, deadline, is_last);
      report_refused();
      const std::lock_guard lock(mutex_);
      flushes_done_ = flushes;
      has_finished_ = is_last;
      flush_done_.notify_all();
    }
  }

  /// Queues whose thread has ended and that have been emptied. The lock is held.
  void drop_abandoned_queues() {
    std::erase_if(queues_, [](const auto& queue) { return queue.use_count() == 1 && queue->pending() == 0; });
  }

  /// Exports what was in the queues when it began, in full batches as far as it goes.
  void export_all(const std::vector<std::shared_ptr<RecordQueue>>& queues, Deadline deadline,
                  bool is_last) noexcept {
    for (const auto& queue : queues) {
      RecordQueue::Entry entry;
      for (std::uint64_t left = queue->pending(); (left > 0 || is_last) && queue->front(entry); --left) {
        add(entry, deadline);
        queue->pop();
      }
    }
    export_batch(deadline);
  }

  void add(const RecordQueue::Entry& entry, Deadline deadline) noexcept {
    constexpr std::size_t headers = 16;
    const bool is_full = builder_.size() >= options_.max_export_batch_size ||
                         (builder_.size() > 0 &&
                          builder_.bytes() + entry.otlp.size() + headers > options_.max_export_batch_bytes) ||
                         (resource_ != nullptr && resource_ != entry.core->resource);
    if (is_full) export_batch(deadline);
    resource_ = entry.core->resource;
    try {
      builder_.add(*entry.core, entry.otlp);
    } catch (const std::bad_alloc&) {
      lost_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  void export_batch(Deadline deadline) noexcept {
    const std::size_t count = builder_.size();
    if (count == 0) return;
    try {
      const ExportResult result = exporter_->export_batch(SpanBatch(builder_.finish(), count), deadline);
      const std::uint64_t lost = result.delivered ? std::min<std::uint64_t>(result.rejected, count) : count;
      exported_.fetch_add(count - lost, std::memory_order_relaxed);
      lost_.fetch_add(lost, std::memory_order_relaxed);
      if (lost != 0) {
        detail::diagnose("export lost " + std::to_string(lost) + " of " + std::to_string(count) +
                         " spans: " + result.message);
      }
    } catch (const std::bad_alloc&) {
      lost_.fetch_add(count, std::memory_order_relaxed);
    }
    resource_ = nullptr;
  }

  void report_refused() noexcept {
    const std::uint64_t refused = refused_.load(std::memory_order_relaxed);
    if (refused == reported_refused_) return;
    try {
      detail::diagnose("dropped " + std::to_string(refused - reported_refused_) +
                       " spans: the queue was full; see OTEL_BSP_MAX_QUEUE_SIZE");
    } catch (const std::bad_alloc&) {
      return;
    }
    reported_refused_ = refused;
  }

  const std::uint64_t id_ = next_id.fetch_add(1, std::memory_order_relaxed);
  static inline std::atomic<std::uint64_t> next_id{1};

  const BatchOptions options_;
  const std::unique_ptr<SpanExporter> exporter_;
  const std::shared_ptr<MemoryBudget> budget_;

  // The worker's own.
  detail::RequestBuilder builder_;
  const detail::ResourceCore* resource_ = nullptr;
  std::uint64_t reported_refused_ = 0;

  std::atomic<std::uint64_t> refused_{0};  ///< Found the queue full, or came after shutdown.
  std::atomic<std::uint64_t> lost_{0};     ///< Could not be exported.
  std::atomic<std::uint64_t> exported_{0};
  std::atomic<bool> is_awake_{false};
  std::atomic<bool> is_shut_down_{false};

  std::mutex mutex_;  ///< Guards what follows.
  std::condition_variable wake_worker_;
  std::condition_variable flush_done_;
  std::thread worker_;
  std::vector<std::shared_ptr<RecordQueue>> queues_;
  std::uint64_t flushes_asked_ = 0;
  std::uint64_t flushes_done_ = 0;
  Deadline shutdown_deadline_;
  bool has_finished_ = false;
};

BatchSpanProcessor::BatchSpanProcessor(std::unique_ptr<SpanExporter> exporter, const BatchOptions& options)
    : state_(std::make_shared<State>(std::move(exporter), options)) {
  state_->start();
}

BatchSpanProcessor::~BatchSpanProcessor() {
  shutdown(std::chrono::steady_clock::now() + std::chrono::seconds(5));
}

void BatchSpanProcessor::on_end(const FinishedSpan& span) noexcept {
  if (span.is_sampled()) state_->on_end(span);
}
bool BatchSpanProcessor::force_flush(Deadline deadline) noexcept { return state_->force_flush(deadline); }
bool BatchSpanProcessor::shutdown(Deadline deadline) noexcept { return state_->shutdown(deadline); }
std::uint64_t BatchSpanProcessor::dropped() const noexcept { return state_->dropped(); }
std::uint64_t BatchSpanProcessor::exported() const noexcept { return state_->exported(); }

}  // namespace sonde
