#include "sdk/batch_loop.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "sdk/code_pin.h"
#include "sdk/diagnostics.h"
#include "sdk/fork.h"

namespace sonde::detail {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t all_items = std::numeric_limits<std::uint64_t>::max();

}  // namespace

BatchLoop::BatchLoop(std::shared_ptr<RequestSink> sink, const BatchOptions& options, const ItemNames& names)
    : options_(options),
      names_(names),
      room_(std::make_shared<QueueRoom>(options.max_queue_size, options.max_queue_bytes,
                                        options.max_export_batch_size)),
      delivery_(std::move(sink), names) {
  set_byte_mark();
}

void BatchLoop::start() noexcept {
  try {
    const std::lock_guard lock(mutex_);
    next_export_ = steady_clock::now() + options_.schedule_delay;
    thread_ = std::thread([self = shared_from_this()] { self->run(); });
    has_finished_ = false;
  } catch (const std::exception& failure) {
    diagnose(std::string(names_.items) + " will be dropped: no thread to export them: " + failure.what());
  }
}

std::shared_ptr<RecordQueue> BatchLoop::add_queue() {
  auto queue = std::make_shared<RecordQueue>(room_);
  const std::lock_guard lock(mutex_);
  queues_.push_back(queue);
  return queue;
}

PushResult BatchLoop::push_shared(const ScopeCore& core, std::string_view otlp) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (shared_queue_ == nullptr) {
      auto queue = std::make_shared<RecordQueue>(room_);
      queues_.push_back(queue);
      shared_queue_ = std::move(queue);
    }
    return shared_queue_->push(core, otlp);
  } catch (const std::bad_alloc&) {
    return PushResult::memory_full;
  }
}

void BatchLoop::count_no_room(PushResult result) noexcept {
  count(result == PushResult::queue_full ? queue_full_ : memory_full_);
  room_->is_short.store(true);
  wake();
}

void BatchLoop::wake() noexcept {
  if (room_->is_awake.load(std::memory_order_relaxed) || room_->is_awake.exchange(true)) return;
  const std::lock_guard lock(mutex_);
  wake_thread_.notify_one();
}

bool BatchLoop::force_flush(Deadline deadline) noexcept {
  std::unique_lock lock(mutex_);
  if (has_finished_) return true;
  const std::uint64_t ticket = ++flushes_asked_;
  wake_thread_.notify_one();
  return round_done_.wait_until(lock, deadline, [&] { return flushes_done_ >= ticket || has_finished_; });
}

bool BatchLoop::shutdown(Deadline deadline) noexcept {
  std::unique_lock lock(mutex_);
  if (!std::exchange(is_shut_down_, true)) {
    shutdown_deadline_ = deadline;
  } else if (!thread_.joinable()) {
    return has_finished_;  // it was left behind, and will not be waited for twice
  }
  wake_thread_.notify_one();
  const auto has_finished = [this] { return has_finished_; };
  const bool in_time = round_done_.wait_until(lock, deadline, has_finished);
  if (!in_time) {
    // The exporter is stuck. It is told to give up; if it does not, the thread is left behind with what it
    // holds.
    lock.unlock();
    delivery_.sink().cancel();
    lock.lock();
    round_done_.wait_for(lock, std::chrono::milliseconds(100), has_finished);
  }
  std::thread thread = std::exchange(thread_, std::thread());
  const bool may_join = has_finished_ && thread.get_id() != std::this_thread::get_id();
  lock.unlock();
  if (thread.joinable()) may_join ? thread.join() : thread.detach();
  return in_time;
}

ProcessorStatistics BatchLoop::statistics() noexcept {
  ProcessorStatistics statistics;
  delivery_.read(statistics);
  statistics.queue_full = queue_full_.load(std::memory_order_relaxed);
  statistics.memory_full = memory_full_.load(std::memory_order_relaxed);
  statistics.after_shutdown = after_shutdown_.load(std::memory_order_relaxed);
  statistics.suppressed = suppressed_.load(std::memory_order_relaxed);
  statistics.queue_capacity = options_.max_queue_size;
  const std::lock_guard lock(mutex_);
  if (has_finished_) {
    statistics.after_shutdown += pending();  // pushed just as the thread left
  } else {
    statistics.queue_size = pending();
  }
  return statistics;
}

void BatchLoop::run() noexcept {
  keep_code_loaded_while_this_thread_runs();
  while (true) {
    const Round round = wait_for_work();
    export_queues(round);
    report_drops();
    finish(round);
    if (round.is_last) return;
  }
}

BatchLoop::Round BatchLoop::wait_for_work() noexcept {
  std::unique_lock lock(mutex_);
  while (true) {
    room_->is_awake.store(false);
    const Deadline now = steady_clock::now();
    const std::optional<Deadline> nap = nap_until(now);
    const std::size_t batch = options_.max_export_batch_size;
    const bool is_full = is_due(nap ? std::max(batch, options_.max_queue_size / 2) : batch);
    if (is_shut_down_ || flushes_asked_ > flushes_done_ || now >= next_export_) {
      take_queues();
      return {all_items, flushes_asked_, is_shut_down_};
    }
    if (is_full) {
      take_queues();
      const std::uint64_t items = pending() / batch * batch;
      return {items != 0 ? items : all_items, flushes_done_, false};
    }
    wake_thread_.wait_until(lock, std::min(nap.value_or(next_export_), next_export_), [&] {
      return room_->is_awake.load() || flushes_asked_ > flushes_done_ || is_shut_down_;
    });
  }
}

/// Being woken costs the recording thread that does it ten microseconds and more where this one's processor
/// has gone to sleep. So while much is recorded this thread sleeps no longer than the next batch should take
/// to fill, and is woken only if the queues are half full by then. Nothing if that is not soon. The lock is
/// held.
std::optional<Deadline> BatchLoop::nap_until(Deadline now) const noexcept {
  constexpr auto longest = std::chrono::milliseconds(20);
  constexpr auto shortest = std::chrono::microseconds(200);
  const auto waiting = static_cast<std::int64_t>(pending());
  const auto missing = static_cast<std::int64_t>(options_.max_export_batch_size) - waiting;
  if (missing <= 0) return std::nullopt;
  const Deadline::duration pace = std::max(pace_, (now - last_round_) / (waiting + 1));  // if less comes now
  if (pace > longest / missing) return std::nullopt;
  return now + std::max<Deadline::duration>(pace * missing, shortest);
}

/// Whether a batch is full, or as good as: there was no room for more. If not, sets the mark at which
/// recording threads wake this one: when so many items wait. The lock is held.
bool BatchLoop::is_due(std::size_t wake_at) noexcept {
  if (room_->is_short.exchange(false) || room_->chunks.bytes.used() >= room_->wake_at_bytes.load())
    return true;
  if (pending() >= options_.max_export_batch_size) return true;
  const std::uint64_t mark = popped_ + wake_at;
  room_->wake_at_pushed.store(mark);
  // A thread that has just passed the mark may have looked at the one before.
  return room_->pushed.load() >= mark;
}

void BatchLoop::set_byte_mark() noexcept {
  // What chunks hold now is there to stay: as many bytes more are a full batch.
  room_->wake_at_bytes.store(room_->chunks.bytes.used() +
                             std::min(options_.max_export_batch_bytes, options_.max_queue_bytes / 2));
}

void BatchLoop::take_queues() noexcept {
  try {
    round_queues_ = queues_;
  } catch (const std::bad_alloc&) {
    return;  // those it has; the others' turn comes when there is memory
  }
}

/// Queues whose thread has ended and that have been emptied. The lock is held.
void BatchLoop::drop_abandoned_queues() {
  std::erase_if(queues_, [](const auto& queue) {
    if (queue.use_count() != 1) return false;
    std::atomic_thread_fence(std::memory_order_acquire);  // what the thread pushed before it let go
    return queue->pending() == 0;
  });
}

/// The lock is held.
std::uint64_t BatchLoop::pending() const noexcept {
  std::uint64_t items = 0;
  for (const auto& queue : queues_) items += queue->pending();
  return items;
}

void BatchLoop::finish(const Round& round) noexcept {
  round_queues_.clear();
  set_byte_mark();
  measure_pace();
  const std::lock_guard lock(mutex_);
  drop_abandoned_queues();
  if (round.most_items == all_items) next_export_ = steady_clock::now() + options_.schedule_delay;
  flushes_done_ = round.flushes;
  has_finished_ = round.is_last;
  round_done_.notify_all();
}

void BatchLoop::measure_pace() noexcept {
  if (round_items_ == 0) return;
  const Deadline now = steady_clock::now();
  pace_ = (now - std::exchange(last_round_, now)) / static_cast<std::int64_t>(std::exchange(round_items_, 0));
}

/// Exports what was in the queues when it began, in full batches as far as it goes.
void BatchLoop::export_queues(const Round& round) noexcept {
  std::uint64_t most = round.most_items;
  for (const auto& queue : round_queues_) {
    RecordQueue::Entry entry;
    std::uint64_t left = round.is_last ? most : std::min(queue->pending(), most);
    for (; left > 0 && queue->front(entry); --left, --most) {
      add(entry);
      queue->pop(entry);
      ++popped_;
      ++round_items_;
      ++room_to_give_back_;
    }
  }
  export_batch();
}

void BatchLoop::add(const RecordQueue::Entry& entry) noexcept {
  constexpr std::size_t headers = 16;
  const bool is_full = builder_.size() >= options_.max_export_batch_size ||
                       (builder_.size() > 0 &&
                        builder_.bytes() + entry.otlp.size() + headers > options_.max_export_batch_bytes) ||
                       (resource_ != nullptr && resource_ != entry.core->resource);
  if (is_full) export_batch();
  resource_ = entry.core->resource;
  try {
    builder_.add(*entry.core, entry.otlp);
  } catch (const std::bad_alloc&) {
    delivery_.count_lost(1);
  }
}

void BatchLoop::export_batch() noexcept {
  room_->records.give_back(std::exchange(room_to_give_back_, 0));
  resource_ = nullptr;
  const std::size_t count = builder_.size();
  if (count == 0) return;
  try {
    delivery_.deliver(builder_.finish(), count, export_deadline());
  } catch (const std::bad_alloc&) {
    delivery_.count_lost(count);
  }
  builder_.clear();
}

Deadline BatchLoop::export_deadline() noexcept {
  const Deadline deadline = steady_clock::now() + options_.export_timeout;
  const std::lock_guard lock(mutex_);
  return is_shut_down_ ? std::min(deadline, shutdown_deadline_) : deadline;
}

void BatchLoop::report_drops() noexcept {
  const auto report = [this](const Count& counted, std::uint64_t& reported, std::string_view why,
                             std::string_view place) {
    const std::uint64_t dropped = counted.load(std::memory_order_relaxed);
    if (dropped == reported) return;
    try {
      std::string line = "dropped " + std::to_string(dropped - reported) + " ";
      line.append(names_.items).append(": ").append(why).append("; see ").append(place);
      diagnose(line);
    } catch (const std::bad_alloc&) {
      return;  // the next round says it
    }
    reported = dropped;
  };
  report(queue_full_, reported_queue_full_, "the queue was full", names_.queue_size_variable);
  report(memory_full_, reported_memory_full_, "the memory for those that wait was used up",
         "BatchOptions::max_queue_bytes");
}

}  // namespace sonde::detail
