#include "sdk/fork.h"

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstddef>

namespace sonde::detail {
namespace {

/// What fork() holds. Of static storage and without destructors, so there is no moment at which it is not
/// ready.
struct Forks {
  struct Lock {
    std::mutex* mutex = nullptr;
    ForkLockRank rank{};
  };
  using Handler = void (*)() noexcept;

  std::array<Lock, 16> locks{};
  std::array<Handler, 4> handlers{};
  std::size_t lock_count = 0;
  std::size_t handler_count = 0;
  std::size_t held_count = 0;  ///< Of locks, by the fork under way.
};

constinit std::atomic<std::uint64_t> generation{1};
constinit std::mutex making_mutex;  ///< Guards `forks`, and the making of immortals; the last to be taken.
constinit std::mutex process_mutex;
constinit Forks forks{.locks = {{{&process_mutex, ForkLockRank::processors}}}, .lock_count = 1};

template <class Visit>
void for_each_lock(std::size_t count, Visit visit) {
  for (const ForkLockRank rank : fork_lock_ranks) {
    for (std::size_t i = 0; i < count; ++i) {
      if (forks.locks[i].rank == rank) visit(*forks.locks[i].mutex);
    }
  }
}

void release_locks() {
  making_mutex.unlock();
  for_each_lock(forks.held_count, [](std::mutex& mutex) { mutex.unlock(); });
}

void before_fork() {
  while (true) {
    making_mutex.lock();
    const std::size_t count = forks.lock_count;
    making_mutex.unlock();
    for_each_lock(count, [](std::mutex& mutex) { mutex.lock(); });
    making_mutex.lock();
    forks.held_count = count;
    if (forks.lock_count == count) return;
    release_locks();  // one more has appeared meanwhile
  }
}

void after_fork_in_child() {
  generation.fetch_add(1, std::memory_order_relaxed);
  for (std::size_t i = 0; i < forks.handler_count; ++i) forks.handlers[i]();
  release_locks();
}

/// Before main(), while there is one thread.
[[maybe_unused]] const int registered = pthread_atfork(before_fork, release_locks, after_fork_in_child);

}  // namespace

std::uint64_t fork_generation() noexcept { return generation.load(std::memory_order_relaxed); }

std::mutex& immortal_making_mutex() noexcept { return making_mutex; }

void hold_across_fork_while_making(std::mutex& mutex, ForkLockRank rank) noexcept {
  if (forks.lock_count < forks.locks.size()) forks.locks[forks.lock_count++] = {&mutex, rank};
}

void call_after_fork(void (*handler)() noexcept) noexcept {
  const std::lock_guard lock(making_mutex);
  for (std::size_t i = 0; i < forks.handler_count; ++i) {
    if (forks.handlers[i] == handler) return;
  }
  if (forks.handler_count < forks.handlers.size()) forks.handlers[forks.handler_count++] = handler;
}

std::mutex& process_local_mutex() noexcept { return process_mutex; }

}  // namespace sonde::detail
