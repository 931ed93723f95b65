#include "sdk/metrics/thread_index.h"

#include <algorithm>
#include <functional>
#include <new>
#include <utility>

#include "sdk/fork.h"

namespace sonde::detail {

constinit thread_local std::uint32_t current_thread_index = no_thread_index;

namespace {

/// The recording mutex is held. The lowest free number comes first, so the tables stay small.
struct ThreadIndexes {
  std::uint32_t next = 0;
  std::vector<std::uint32_t> free;  ///< A heap, the lowest on top.

  std::uint32_t take() noexcept {
    if (free.empty()) return next++;
    std::pop_heap(free.begin(), free.end(), std::greater<>());
    const std::uint32_t index = free.back();
    free.pop_back();
    return index;
  }
  void give_back(std::uint32_t index) noexcept {
    try {
      free.push_back(index);
      std::push_heap(free.begin(), free.end(), std::greater<>());
    } catch (const std::bad_alloc&) {
      return;  // the number is lost; the cells behind it still count
    }
  }
};

ThreadIndexes& thread_indexes() noexcept {
  static constinit Immortal<ThreadIndexes> instance;
  return instance.get();
}

constinit thread_local bool has_ended = false;

/// Of the thread that forked, as long as it has not recorded since.
constinit thread_local std::uint32_t index_before_fork = no_thread_index;
constinit std::atomic<void (*)() noexcept> fork_handler{nullptr};

/// Gives the thread's number back at its end.
struct ThreadEnd {
  ThreadEnd() noexcept = default;
  ThreadEnd(const ThreadEnd&) = delete;
  ThreadEnd& operator=(const ThreadEnd&) = delete;
  ~ThreadEnd() {
    const std::lock_guard lock(recording_mutex());
    has_ended = true;
    if (current_thread_index != no_thread_index) thread_indexes().give_back(current_thread_index);
    current_thread_index = no_thread_index;
  }
  void touch() noexcept {}
};
thread_local ThreadEnd thread_end;

}  // namespace

std::mutex& recording_mutex() noexcept {
  static constinit std::mutex mutex;
  return mutex;
}

void forget_thread_index(void (*handler)() noexcept) noexcept {
  fork_handler.store(handler, std::memory_order_relaxed);
  index_before_fork = std::exchange(current_thread_index, no_thread_index);
}

void ThreadIndex::acquire() noexcept {
  if (auto* const handler = fork_handler.exchange(nullptr, std::memory_order_relaxed); handler != nullptr) {
    handler();
  }
  if (index_before_fork != no_thread_index) {
    value_ = std::exchange(index_before_fork, no_thread_index);
  } else {
    const std::lock_guard lock(recording_mutex());
    value_ = thread_indexes().take();
  }
  is_borrowed_ = has_ended;
  if (is_borrowed_) return;
  current_thread_index = value_;
  thread_end.touch();  // constructs it on this thread
}

void ThreadIndex::give_back() const noexcept {
  const std::lock_guard lock(recording_mutex());
  thread_indexes().give_back(value_);
}

}  // namespace sonde::detail
