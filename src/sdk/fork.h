#pragma once

// What it takes to survive fork(). The child has one thread, the one that forked; whatever other threads were
// in the midst of stays so for good, and locks they held are never released. So locks that guard little are
// held by the forking thread across the fork, and what has threads of its own is left behind untouched and
// made anew when the child first needs it.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace sonde::detail {

/// Counts the forks this process descends from. Cheap; changes only while there is one thread.
[[nodiscard]] std::uint64_t fork_generation() noexcept;

/// Locks taken together are taken in this order, by fork() too.
enum class ForkLockRank : std::uint8_t { providers, processors, diagnostics };
inline constexpr ForkLockRank fork_lock_ranks[] = {ForkLockRank::providers, ForkLockRank::processors,
                                                   ForkLockRank::diagnostics};

/// Calls `handler` in every child, on its only thread, within fork(): it must not lock or allocate. Once,
/// however often it is given.
void call_after_fork(void (*handler)() noexcept) noexcept;

[[nodiscard]] std::mutex& immortal_making_mutex() noexcept;
/// From now on fork() waits for this mutex, which must be immortal, and a child finds it unlocked. With the
/// lock above held.
void hold_across_fork_while_making(std::mutex& mutex, ForkLockRank rank) noexcept;

/// An object of static storage that is made when first asked for and never destroyed. What a function-local
/// static would do, but for the guard, which a fork may leave shut for good in the child.
template <class T>
class Immortal {
 public:
  constexpr Immortal() noexcept = default;

  /// Made from the arguments, if it is not there yet. Throws what T's constructor throws, and may be asked
  /// again then.
  template <class... Arguments>
  [[nodiscard]] T& get(Arguments&&... arguments) noexcept(std::is_nothrow_constructible_v<T, Arguments...>) {
    if (T* const made = object_.load(std::memory_order_acquire); made != nullptr) return *made;
    const std::lock_guard lock(immortal_making_mutex());
    T* made = object_.load(std::memory_order_relaxed);
    if (made == nullptr)
      object_.store(made = ::new (place_) T(std::forward<Arguments>(arguments)...),
                    std::memory_order_release);
    return *made;
  }

 private:
  std::atomic<T*> object_{nullptr};
  alignas(T) std::byte place_[sizeof(T)]{};
};

/// A mutex that a child finds unlocked. Part of an Immortal.
class ForkSafeMutex : public std::mutex {
 public:
  explicit ForkSafeMutex(ForkLockRank rank) noexcept { hold_across_fork_while_making(*this, rank); }
};

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
    if (state_ == nullptr || generation_ != fork_generation()) {
      std::shared_ptr<State> fresh = make();
      abandon_if_inherited();
      state_ = std::move(fresh);
      generation_ = fork_generation();
    }
    return state_;
  }

  /// The same without a lock, unless it has to be made. For as long as this lives.
  template <class Make>
  [[nodiscard]] State& here(Make make) {
    const std::uint64_t generation = fork_generation();
    if (seen_generation_.load(std::memory_order_acquire) != generation) [[unlikely]] {
      seen_.store(get_or_make(make).get(), std::memory_order_relaxed);
      seen_generation_.store(generation, std::memory_order_release);
    }
    return *seen_.load(std::memory_order_relaxed);
  }

 private:
  void abandon_if_inherited() {
    static constinit Immortal<std::vector<std::shared_ptr<State>>> abandoned;  // so leak checkers reach it
    if (generation_ == fork_generation()) return;
    abandoned.get().push_back(std::move(state_));
  }

  std::shared_ptr<State> state_;
  std::uint64_t generation_ = fork_generation();
  std::atomic<State*> seen_{nullptr};  ///< By here().
  std::atomic<std::uint64_t> seen_generation_{0};
};

}  // namespace sonde::detail
