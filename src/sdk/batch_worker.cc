#include "sdk/batch_worker.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace sonde::detail {
namespace {

using std::chrono::milliseconds;

BatchOptions bounded(BatchOptions options) {
  constexpr milliseconds longest = std::chrono::hours(24 * 365);  // a deadline must not overflow
  options.max_queue_size = std::max<std::size_t>(options.max_queue_size, 1);
  options.max_export_batch_size =
      std::clamp<std::size_t>(options.max_export_batch_size, 1, options.max_queue_size);
  options.schedule_delay = std::clamp(options.schedule_delay, milliseconds(1), longest);
  options.export_timeout = std::clamp(options.export_timeout, milliseconds(0), longest);
  return options;
}

std::uint64_t next_worker_id() noexcept {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

std::string component_name(std::string given, std::string_view component_type) {
  if (!given.empty()) return given;
  using Numbers = std::map<std::string, int, std::less<>>;
  static constinit Immortal<Numbers> numbers;
  const std::lock_guard lock(process_local_mutex());
  auto number = numbers.get().try_emplace(std::string(component_type)).first;
  return std::string(component_type) + "/" + std::to_string(number->second++);
}

/// All queues of this thread; each is shared with its loop, and goes when both have let go of it.
struct BatchWorker::ThreadQueues {
  enum class Life : std::uint8_t { before, during, after };
  struct Entry {
    std::uint64_t worker_id;
    const BatchLoop* loop;  ///< A forked child has another one.
    std::shared_ptr<RecordQueue> queue;
  };

  ThreadQueues() noexcept { life = Life::during; }
  ~ThreadQueues() {
    life = Life::after;
    forget_cached();
    for (const Entry& entry : entries) entry.queue->retire();
  }
  ThreadQueues(const ThreadQueues&) = delete;
  ThreadQueues& operator=(const ThreadQueues&) = delete;

  static void forget_cached() noexcept { std::fill_n(queue_cache, queue_cache_size, QueueCache()); }

  std::vector<Entry> entries;

  static constinit thread_local Life life;  ///< Outlives the object: threads record while they end, too.
};

constinit thread_local BatchWorker::QueueCache BatchWorker::queue_cache[queue_cache_size];
constinit thread_local BatchWorker::ThreadQueues::Life BatchWorker::ThreadQueues::life = Life::before;

BatchWorker::BatchWorker(std::shared_ptr<RequestSink> sink, BatchOptions options, const ItemNames& names,
                         std::string_view component_type)
    : id_(next_worker_id()),
      options_([&] {
        options.component_name = detail::component_name(std::move(options.component_name), component_type);
        return bounded(std::move(options));
      }()),
      names_(names),
      sink_(std::move(sink)),
      loop_(make_loop()) {
  call_after_fork(ThreadQueues::forget_cached);  // so that the child comes by add_slowly()
}

BatchWorker::~BatchWorker() { shutdown(std::chrono::steady_clock::now() + std::chrono::seconds(5)); }

std::shared_ptr<BatchLoop> BatchWorker::make_loop() const {
  auto loop = std::make_shared<BatchLoop>(sink_, options_, names_);
  if (is_open_.load(std::memory_order_relaxed)) loop->start();
  return loop;
}

RecordQueue* BatchWorker::find_queue(BatchLoop& loop) const {
  if (ThreadQueues::life == ThreadQueues::Life::after) return nullptr;
  static thread_local ThreadQueues thread_queues;
  auto& entries = thread_queues.entries;
  auto found = std::find_if(entries.begin(), entries.end(),
                            [&](const auto& entry) { return entry.worker_id == id_ && entry.loop == &loop; });
  if (found == entries.end()) {
    std::erase_if(entries, [](const auto& entry) { return entry.queue.use_count() == 1; });  // loop gone
    found = entries.insert(entries.end(), {id_, &loop, loop.add_queue()});
  }
  queue_cache[id_ % queue_cache_size] = {id_, found->queue.get()};
  return found->queue.get();
}

void BatchWorker::add_slowly(const ScopeCore& core, std::string_view otlp) noexcept {
  try {
    const std::shared_ptr<BatchLoop> loop = loop_.get_or_make([&] {
      sink_->after_fork();
      return make_loop();
    });
    if (!is_open_.load(std::memory_order_relaxed)) return loop->count_after_shutdown();
    if (is_exporting()) return loop->count_suppressed();
    RecordQueue* const queue = find_queue(*loop);
    after_push(queue != nullptr ? queue->push(core, otlp) : loop->push_shared(core, otlp));
  } catch (const std::bad_alloc&) {
    after_push(PushResult::memory_full);
  }
}

void BatchWorker::after_push(PushResult result) noexcept {
  if (result == PushResult::queued) return;
  const std::shared_ptr<BatchLoop> loop = loop_.get();
  if (loop == nullptr) return;  // a child without the memory for one
  result == PushResult::queued_and_due ? loop->wake() : loop->count_no_room(result);
}

bool BatchWorker::force_flush(Deadline deadline) noexcept {
  const std::shared_ptr<BatchLoop> loop = loop_.get();
  return loop == nullptr || loop->force_flush(deadline);
}

bool BatchWorker::shutdown(Deadline deadline) noexcept {
  is_open_.store(false, std::memory_order_relaxed);
  const std::shared_ptr<BatchLoop> loop = loop_.get();
  return loop == nullptr || loop->shutdown(deadline);
}

ProcessorStatistics BatchWorker::statistics() const noexcept {
  const std::shared_ptr<BatchLoop> loop = loop_.get();
  return loop == nullptr ? ProcessorStatistics{.queue_capacity = options_.max_queue_size}
                         : loop->statistics();
}

}  // namespace sonde::detail
