#pragma once

// What it takes to survive fork(). The child has one thread, the one that forked; whatever other threads were
// in the midst of stays so for good, and locks they held are never released. So locks that guard little are
// held by the forking thread across the fork, and what has threads of its own is left behind untouched and
// made anew when the child first needs it.

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace sonde::detail {

/// Counts the forks this process descends from. Cheap; changes only while there is one thread.
[[nodiscard]] std::uint64_t fork_generation() noexcept;

/// Locks taken together are taken in this order, by fork() too.
enum class ForkLockRank : std::uint8_t { providers, processors, diagnostics };

/// From now on fork() waits for this mutex, and a child finds it unlocked. The mutex must be immortal.
void hold_across_fork(std::mutex& mutex, ForkLockRank rank);

/// Calls `handler` in every child, on its only thread, within fork(): it must not lock or allocate.
void call_after_fork(void (*handler)() noexcept);

/// Guards every ProcessLocal: held for a moment at a time.
[[nodiscard]] std::mutex& process_local_mutex() noexcept;

/// A State that belongs to the process which made it. A child sees none until it makes its own; the parent's
/// is kept as it was, for nobody can say in which state it is. Thread-safe.
template <class State>
class ProcessLocal {
 public:
  explicit ProcessLocal(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
  ~ProcessLocal() {
    const std::lock_guard lock(process_local_mutex());
    abandon_if_inherited();
  }
  ProcessLocal(const ProcessLocal&) = delete;
  ProcessLocal& operator=(const ProcessLocal&) = delete;

  /// This process's, or null.
  [[nodiscard]] std::shared_ptr<State> get() const noexcept {
    const std::lock_guard lock(process_local_mutex());
    return generation_ == fork_generation() ? state_ : nullptr;
  }

  /// This process's; made by make(), a shared_ptr<State>, if there is none.
  template <class Make>
  [[nodiscard]] std::shared_ptr<State> get_or_make(Make make) {
    const std::lock_guard lock(process_local_mutex());
    if (generation_ != fork_generation()) {
      std::shared_ptr<State> fresh = make();
      abandon_if_inherited();
      state_ = std::move(fresh);
      generation_ = fork_generation();
    }
    return state_;
  }

 private:
  void abandon_if_inherited() {
    static auto* const abandoned = new std::vector<std::shared_ptr<State>>;  // never freed, and reachable
    if (generation_ != fork_generation()) abandoned->push_back(std::move(state_));
  }

  std::shared_ptr<State> state_;
  std::uint64_t generation_ = fork_generation();
};

}  // namespace sonde::detail
