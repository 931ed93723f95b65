#pragma once

// Every thread that records has a small number, and every storage has a place for each number, so a thread
// finds its own cells with two loads and writes them without contention. The number of a thread that ended
// goes to the next one that begins, and with it the cells: they only ever grow, so it does not matter who
// goes on with them.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

namespace sonde::detail {

/// Guards what recording threads and collections share: thread numbers, cells and series coming and going.
/// Held for short times only, by recording threads only when something is seen for the first time. Held over
/// fork() too.
std::mutex& recording_mutex() noexcept;

inline constexpr std::uint32_t no_thread_index = std::numeric_limits<std::uint32_t>::max();
/// This thread's number, if it has one yet; where there is none, ThreadIndex gets one.
/// Its place is known when the program starts, and needs no look-up, even from a shared library.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local std::uint32_t current_thread_index;

/// In a forked child: the thread goes through `handler` before it records next.
void forget_thread_index(void (*handler)() noexcept) noexcept;

/// The calling thread's number while this lives. Threads keep theirs to their end; what records after that,
/// from destructors of other thread-local objects, borrows one.
class ThreadIndex {
 public:
  ThreadIndex() noexcept : value_(current_thread_index) {
    if (value_ == no_thread_index) acquire();
  }
  ~ThreadIndex() {
    if (is_borrowed_) give_back();
  }
  ThreadIndex(const ThreadIndex&) = delete;
  ThreadIndex& operator=(const ThreadIndex&) = delete;

  [[nodiscard]] std::uint32_t value() const noexcept { return value_; }

 private:
  void acquire() noexcept;
  void give_back() const noexcept;

  std::uint32_t value_;
  bool is_borrowed_ = false;
};

/// A pointer for each thread number, null at first. Reading is lock-free; writing needs the recording mutex.
template <class T>
class PerThread {
 public:
  PerThread() = default;
  ~PerThread() = default;
  PerThread(const PerThread&) = delete;
  PerThread& operator=(const PerThread&) = delete;

  /// Null for no_thread_index, too.
  [[nodiscard]] T* get(std::uint32_t index) const noexcept {
    return index < few ? first_[index].load(std::memory_order_acquire) : get_later(index);
  }

  /// The recording mutex is held. Throws std::bad_alloc.
  void set(std::uint32_t index, T* value) {
    if (index >= few && index - few >= size_of(later_.load(std::memory_order_relaxed))) grow(index);
    auto& slot = index < few ? first_[index] : later_.load(std::memory_order_relaxed)->slots[index - few];
    slot.store(value, std::memory_order_release);
  }

 private:
  static constexpr std::uint32_t few = 16;
  struct Table {
    explicit Table(std::size_t count) : size(count), slots(std::make_unique<std::atomic<T*>[]>(count)) {}
    const std::size_t size;
    const std::unique_ptr<std::atomic<T*>[]> slots;
  };

  static std::size_t size_of(const Table* table) noexcept { return table == nullptr ? 0 : table->size; }

  [[nodiscard]] T* get_later(std::uint32_t index) const noexcept {
    const Table* const table = later_.load(std::memory_order_acquire);
    return index - few < size_of(table) ? table->slots[index - few].load(std::memory_order_acquire) : nullptr;
  }

  void grow(std::uint32_t index) {
    const Table* const old = later_.load(std::memory_order_relaxed);
    std::size_t size = few;
    while (size <= index - few) size *= 2;
    auto table = std::make_unique<Table>(size);
    for (std::size_t i = 0; i < size_of(old); ++i) {
      table->slots[i].store(old->slots[i].load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
    // Others may be reading the old table, so it stays; all old ones together are no larger than the newest.
    tables_.push_back(std::move(table));
    later_.store(tables_.back().get(), std::memory_order_release);
  }

  std::array<std::atomic<T*>, few> first_{};
  std::atomic<const Table*> later_{nullptr};
  std::vector<std::unique_ptr<Table>> tables_;
};

}  // namespace sonde::detail
