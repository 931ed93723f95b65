#pragma once

// How recorded items (finished spans, log records) get from the threads that record them to the one that
// exports them. Every recording thread has a queue of its own, a list of chunks that it alone appends to and
// the exporter alone reads, so threads never contend with each other. How many items wait, and how much
// memory they take, is bounded for all queues together; a thread takes its share of that room in blocks.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "sdk/scope_core.h"

namespace sonde::detail {

/// An amount that many threads share. Thread-safe.
class Budget {
 public:
  explicit Budget(std::size_t total) noexcept : total_(total), left_(total) {}

  [[nodiscard]] bool take(std::size_t amount) noexcept { return take_between(amount, amount) == amount; }
  /// As much of `wanted` as there is, perhaps nothing; says how much.
  [[nodiscard]] std::size_t take_up_to(std::size_t wanted) noexcept { return take_between(0, wanted); }
  void give_back(std::size_t amount) noexcept { left_.fetch_add(amount, std::memory_order_relaxed); }

  [[nodiscard]] std::size_t used() const noexcept { return total_ - left_.load(); }

 private:
  std::size_t take_between(std::size_t least, std::size_t most) noexcept {
    std::size_t left = left_.load(std::memory_order_relaxed);
    while (true) {
      const std::size_t taken = left < most ? left : most;
      if (taken < least || taken == 0) return 0;
      if (left_.compare_exchange_weak(left, left - taken)) return taken;
    }
  }

  const std::size_t total_;
  std::atomic<std::size_t> left_;
};

/// What the queues of one processor share. The consumer sets marks at which it wants to be woken.
struct QueueRoom {
  QueueRoom(std::size_t max_records, std::size_t max_bytes) noexcept
      : records(max_records), bytes(max_bytes), largest_block(max_records / 8) {}

  Budget records;
  Budget bytes;
  const std::size_t largest_block;  ///< That all threads together may hold unused.
  std::atomic<std::size_t> queue_count{0};
  std::atomic<std::uint64_t> pushed{0};  ///< Items, as far as their blocks are used up.
  std::atomic<std::uint64_t> wake_at_pushed{0};
  std::atomic<std::size_t> wake_at_bytes{0};  ///< Of bytes.used().
  std::atomic<bool> is_short{false};          ///< An item was dropped for lack of room.
};

enum class PushResult : std::uint8_t {
  queued,
  queued_and_due,  ///< And the consumer should be woken.
  queue_full,
  memory_full,
};

/// One producer thread, one consumer thread.
class RecordQueue {
 public:
  explicit RecordQueue(std::shared_ptr<QueueRoom> room);
  ~RecordQueue();
  RecordQueue(const RecordQueue&) = delete;
  RecordQueue& operator=(const RecordQueue&) = delete;

  /// Producer: copies the item in, if there is room.
  [[nodiscard]] PushResult push(const ScopeCore& core, std::string_view otlp) noexcept;

  struct Entry {
    const ScopeCore* core = nullptr;
    std::string_view otlp;
  };
  /// Consumer: the oldest item, valid until pop(); false if there is none.
  [[nodiscard]] bool front(Entry& entry) noexcept;
  /// Consumer: forgets it. Its room is free again when the consumer gives it back.
  void pop() noexcept;

  /// Consumer: items pushed and not popped.
  [[nodiscard]] std::uint64_t pending() const noexcept {
    return pushed_.load(std::memory_order_acquire) - popped_.load(std::memory_order_relaxed);
  }

 private:
  /// A thread's first chunk, and the size that each further one approaches by doubling.
  static constexpr std::size_t first_chunk_size = 4 * 1024;
  static constexpr std::size_t chunk_size = 64 * 1024;
  /// A batch of spans about models fills about three.
  static constexpr std::uint32_t most_spares = 4;

  struct Header {
    const ScopeCore* core;
    std::uint64_t size;
  };
  struct Chunk {
    std::atomic<std::uint32_t> written{0};  ///< Bytes that the consumer may read.
    std::atomic<Chunk*> next{nullptr};
    std::uint32_t capacity = 0;
    std::uint32_t read = 0;  ///< The consumer's place.
    [[nodiscard]] std::uint8_t* data() noexcept { return reinterpret_cast<std::uint8_t*>(this + 1); }
  };

  static std::size_t entry_size(std::size_t otlp_size) noexcept {
    return (sizeof(Header) + otlp_size + alignof(Header) - 1) / alignof(Header) * alignof(Header);
  }
  /// Takes permits to push from the room; false if there are none.
  [[nodiscard]] bool take_block() noexcept;
  /// Tells that a block is used up; whether the consumer should be woken.
  [[nodiscard]] bool publish_block() noexcept;
  [[nodiscard]] Chunk* add_chunk(std::size_t at_least) noexcept;
  /// Producer: a spent chunk, empty again, or null.
  [[nodiscard]] Chunk* take_spare() noexcept;
  /// Consumer: for the producer to use again, or to be freed where it has enough.
  void recycle(Chunk* chunk) noexcept;
  void free_chunk(Chunk* chunk) noexcept;
  void free_chunks(Chunk* first) noexcept;

  const std::shared_ptr<QueueRoom> room_;

  // The producer's cache line.
  alignas(64) Chunk* tail_ = nullptr;
  std::size_t permits_ = 0;  ///< What is left of the block.
  std::size_t block_ = 0;
  std::atomic<std::uint64_t> pushed_{0};
  Chunk* own_spares_ = nullptr;

  // The consumer's. Spent chunks are handed back through `spares_`, so that a steady flow allocates nothing.
  alignas(64) std::atomic<Chunk*> head_{nullptr};
  std::atomic<std::uint64_t> popped_{0};
  std::atomic<Chunk*> spares_{nullptr};
  std::atomic<std::uint32_t> spare_count_{0};  ///< Both lists' together.
};

}  // namespace sonde::detail
