#pragma once

// How recorded items (finished spans, log records) get from the threads that record them to the one that
// exports them. Every recording thread has a queue of its own, a list of chunks that it alone appends to and
// the exporter alone reads, so threads never contend with each other. Chunks come from a budget shared by all
// queues, which bounds the memory of the whole.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "sdk/scope_core.h"

namespace sonde::detail {

/// Bytes that waiting items may take. Thread-safe.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t bytes) noexcept : left_(static_cast<std::ptrdiff_t>(bytes)) {}

  [[nodiscard]] bool take(std::size_t bytes) noexcept {
    const auto wanted = static_cast<std::ptrdiff_t>(bytes);
    if (left_.fetch_sub(wanted, std::memory_order_relaxed) >= wanted) return true;
    give_back(bytes);
    return false;
  }
  void give_back(std::size_t bytes) noexcept {
    left_.fetch_add(static_cast<std::ptrdiff_t>(bytes), std::memory_order_relaxed);
  }

 private:
  std::atomic<std::ptrdiff_t> left_;
};

/// One producer thread, one consumer thread.
class RecordQueue {
 public:
  RecordQueue(std::shared_ptr<MemoryBudget> budget, std::size_t max_records);
  ~RecordQueue();
  RecordQueue(const RecordQueue&) = delete;
  RecordQueue& operator=(const RecordQueue&) = delete;

  /// Producer: copies the item in. False if the queue or the budget is full.
  [[nodiscard]] bool push(const ScopeCore& core, std::string_view otlp) noexcept;

  /// Producer: items pushed so far.
  [[nodiscard]] std::uint64_t pushed() const noexcept { return pushed_.load(std::memory_order_relaxed); }

  struct Entry {
    const ScopeCore* core = nullptr;
    std::string_view otlp;
  };
  /// Consumer: the oldest item, valid until pop(); false if there is none.
  [[nodiscard]] bool front(Entry& entry) noexcept;
  void pop() noexcept;

  /// Consumer: items pushed and not popped.
  [[nodiscard]] std::uint64_t pending() const noexcept {
    return pushed_.load(std::memory_order_acquire) - popped_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t chunk_size = 64 * 1024;

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
  [[nodiscard]] Chunk* add_chunk(std::size_t at_least) noexcept;
  void free_chunk(Chunk* chunk) noexcept;

  std::shared_ptr<MemoryBudget> budget_;
  const std::uint64_t max_records_;

  // The producer's cache line.
  alignas(64) Chunk* tail_ = nullptr;
  std::uint64_t known_popped_ = 0;
  std::atomic<std::uint64_t> pushed_{0};

  // The consumer's. A spent chunk is handed back through `spare_`, so that a steady flow allocates nothing.
  alignas(64) std::atomic<Chunk*> head_{nullptr};
  std::atomic<std::uint64_t> popped_{0};
  std::atomic<Chunk*> spare_{nullptr};
};

}  // namespace sonde::detail
