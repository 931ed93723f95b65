#pragma once

// How recorded items (finished spans, log records) get from the threads that record them to the one that
// exports them. Every recording thread has a queue of its own, a list of chunks that it alone appends to and
// the exporter alone reads, so threads never contend with each other. How many items wait, and how much
// memory they take, is bounded for all queues together; a thread takes its share of that room in blocks.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
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

/// Memory that items wait in. Written by the producer alone, so that its cache lines need not travel to and
/// fro.
struct RecordChunk {
  [[nodiscard]] std::uint8_t* data() noexcept { return reinterpret_cast<std::uint8_t*>(this + 1); }

  std::atomic<RecordChunk*> next{nullptr};
  std::uint32_t capacity = 0;
  std::uint32_t used = 0;  ///< Known to the consumer when there is a next one.
};

/// Chunks for the queues of one processor. Spent ones are used again in turn, the longest unused first: to
/// write where another core has just read costs a journey of each cache line, which is over once that core's
/// cache has dropped it. So a steady flow allocates nothing, but goes round in a megabyte or two.
/// Thread-safe.
class ChunkPool {
 public:
  explicit ChunkPool(std::size_t max_bytes) noexcept
      : bytes(max_bytes), rotation_(std::clamp<std::size_t>(max_bytes / 4 / usual_size, 2, 32)) {}
  ~ChunkPool();
  ChunkPool(const ChunkPool&) = delete;
  ChunkPool& operator=(const ChunkPool&) = delete;

  /// A thread's first chunk, and the size that each further one approaches by doubling.
  static constexpr std::size_t first_size = 4 * 1024;
  static constexpr std::size_t usual_size = 64 * 1024;

  /// An empty chunk of that capacity or more; null if there is no memory, or no more is allowed.
  [[nodiscard]] RecordChunk* take(std::size_t capacity) noexcept;
  void give_back(RecordChunk* chunk) noexcept;

  Budget bytes;  ///< Of all chunks there are.

 private:
  [[nodiscard]] RecordChunk* make(std::size_t capacity) noexcept;
  void free(RecordChunk* chunk) noexcept;

  const std::size_t rotation_;  ///< So many chunks of the usual size are kept.
  std::mutex mutex_;            ///< Guards what follows. A thread takes it once a chunk.
  std::size_t made_ = 0;        ///< And not freed, of the usual size.
  RecordChunk* oldest_ = nullptr;
  RecordChunk* newest_ = nullptr;
};

/// What the queues of one processor share. The consumer sets marks at which it wants to be woken.
struct QueueRoom {
  QueueRoom(std::size_t max_records, std::size_t max_bytes, std::size_t max_batch) noexcept
      : records(max_records),
        chunks(max_bytes),
        all_blocks(max_records / 8),
        largest_block(std::clamp<std::size_t>(max_batch / 8, 1, 64)) {}

  Budget records;
  ChunkPool chunks;
  const std::size_t all_blocks;  ///< That all threads together may hold unused.
  /// Part of a batch, which may be noticed so much too late. Not small, for a thread that takes or gives up a
  /// block waits until all it has written has reached its cache.
  const std::size_t largest_block;
  std::atomic<std::size_t> queue_count{0};
  std::atomic<std::uint64_t> pushed{0};  ///< Items, as far as their blocks are used up.
  std::atomic<std::uint64_t> wake_at_pushed{0};
  std::atomic<std::size_t> wake_at_bytes{0};  ///< Of chunks.bytes.used().
  std::atomic<bool> is_short{false};          ///< An item was dropped for lack of room.
  std::atomic<bool> is_awake{false};          ///< The consumer is at work, or has been woken.
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
  [[nodiscard]] PushResult push(const ScopeCore& core, std::string_view otlp) noexcept {
    const std::size_t size = entry_size(otlp.size());
    if (permits_ == 0 || size > left_) [[unlikely]]
      return push_slowly(core, otlp);
    write(core, otlp, size);
    return permits_ == 0 && publish_block() ? PushResult::queued_and_due : PushResult::queued;
  }

  /// Producer: no more will be pushed.
  void retire() noexcept;

  struct Entry {
    const ScopeCore* core = nullptr;
    std::string_view otlp;
  };
  /// Consumer: the oldest item, valid until pop(); false if there is none.
  [[nodiscard]] bool front(Entry& entry) noexcept;
  /// Consumer: forgets it, which front() gave. Its room is free again when the consumer gives it back.
  void pop(const Entry& entry) noexcept;

  /// Consumer: items pushed and not popped.
  [[nodiscard]] std::uint64_t pending() const noexcept {
    return pushed_.load(std::memory_order_acquire) - popped_.load(std::memory_order_relaxed);
  }

 private:
  struct Header {
    const ScopeCore* core;
    std::uint64_t size;
  };
  static std::size_t entry_size(std::size_t otlp_size) noexcept {
    return (sizeof(Header) + otlp_size + alignof(Header) - 1) / alignof(Header) * alignof(Header);
  }
  [[gnu::always_inline]] void write(const ScopeCore& core, std::string_view otlp, std::size_t size) noexcept {
    std::uint8_t* const out = place_;
    const Header header{&core, otlp.size()};
    std::memcpy(out, &header, sizeof header);
    std::memcpy(out + sizeof header, otlp.data(), otlp.size());
    place_ = out + size;
    left_ -= size;
    --permits_;
    pushed_.store(pushed_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  [[nodiscard]] PushResult push_slowly(const ScopeCore& core, std::string_view otlp) noexcept;
  /// Takes permits to push from the room; false if there are none.
  [[nodiscard]] bool take_block() noexcept;
  /// Tells that a block is used up; whether the consumer should be woken.
  [[nodiscard]] bool publish_block() noexcept;
  [[nodiscard]] bool add_chunk(std::size_t at_least) noexcept;

  const std::shared_ptr<QueueRoom> room_;

  // The producer's cache line.
  alignas(64) std::uint8_t* place_ = nullptr;  ///< In the last chunk.
  std::size_t left_ = 0;                       ///< Bytes of it.
  std::size_t permits_ = 0;                    ///< What is left of the block.
  std::atomic<std::uint64_t> pushed_{0};
  std::size_t block_ = 0;
  RecordChunk* tail_ = nullptr;

  // The consumer's.
  alignas(64) std::atomic<RecordChunk*> head_{nullptr};
  std::size_t read_ = 0;  ///< Bytes of that chunk.
  std::atomic<std::uint64_t> popped_{0};
};

}  // namespace sonde::detail
