#include "sdk/fork.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>

namespace sonde::detail {
namespace {

struct Forks {
  struct Lock {
    std::mutex* mutex;
    ForkLockRank rank;
  };

  std::mutex mutex;  ///< Guards what follows, and is itself held across a fork.
  std::vector<Lock> locks;
  std::vector<void (*)() noexcept> handlers;
};

std::atomic<std::uint64_t> generation{1};

Forks& forks();

void before_fork() {
  Forks& all = forks();
  all.mutex.lock();
  for (const auto& lock : all.locks) lock.mutex->lock();
}

void release_locks() {
  Forks& all = forks();
  for (auto lock = all.locks.rbegin(); lock != all.locks.rend(); ++lock) lock->mutex->unlock();
  all.mutex.unlock();
}

void after_fork_in_child() {
  generation.fetch_add(1, std::memory_order_relaxed);
  for (auto* const handler : forks().handlers) handler();
  release_locks();
}

Forks& forks() {
  static auto* const instance = [] {
    auto* const made = new Forks;  // outlives every static destructor
    pthread_atfork(before_fork, release_locks, after_fork_in_child);
    return made;
  }();
  return *instance;
}

}  // namespace

std::uint64_t fork_generation() noexcept { return generation.load(std::memory_order_relaxed); }

void hold_across_fork(std::mutex& mutex, ForkLockRank rank) {
  Forks& all = forks();
  const std::lock_guard lock(all.mutex);
  const auto behind = std::upper_bound(all.locks.begin(), all.locks.end(), rank,
                                       [](ForkLockRank a, const Forks::Lock& b) { return a < b.rank; });
  all.locks.insert(behind, {&mutex, rank});
}

void call_after_fork(void (*handler)() noexcept) {
  Forks& all = forks();
  const std::lock_guard lock(all.mutex);
  all.handlers.push_back(handler);
}

std::mutex& process_local_mutex() noexcept {
  static auto* const instance = [] {
    auto* const made = new std::mutex;
    hold_across_fork(*made, ForkLockRank::processors);
    return made;
  }();
  return *instance;
}

}  // namespace sonde::detail
