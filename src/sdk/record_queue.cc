#include "sdk/record_queue.h"

#include <algorithm>
#include <new>

namespace sonde::detail {

RecordQueue::RecordQueue(std::shared_ptr<MemoryBudget> budget, std::size_t max_records)
    : budget_(std::move(budget)), max_records_(max_records) {}

RecordQueue::~RecordQueue() {
  Chunk* chunk = head_.load(std::memory_order_acquire);
  while (chunk != nullptr) {
    Chunk* const next = chunk->next.load(std::memory_order_acquire);
    free_chunk(chunk);
    chunk = next;
  }
  if (Chunk* const spare = spare_.load(std::memory_order_acquire); spare != nullptr) free_chunk(spare);
}

RecordQueue::Chunk* RecordQueue::add_chunk(std::size_t at_least) noexcept {
  Chunk* chunk = at_least <= chunk_size ? spare_.exchange(nullptr, std::memory_order_acquire) : nullptr;
  if (chunk == nullptr) {
    const std::size_t capacity = std::max(at_least, chunk_size);
    if (!budget_->take(sizeof(Chunk) + capacity)) return nullptr;
    void* const memory = ::operator new(sizeof(Chunk) + capacity, std::nothrow);
    if (memory == nullptr) {
      budget_->give_back(sizeof(Chunk) + capacity);
      return nullptr;
    }
    chunk = new (memory) Chunk;
    chunk->capacity = static_cast<std::uint32_t>(capacity);
  }
  if (tail_ == nullptr) {
    head_.store(chunk, std::memory_order_release);
  } else {
    tail_->next.store(chunk, std::memory_order_release);
  }
  tail_ = chunk;
  return chunk;
}

void RecordQueue::free_chunk(Chunk* chunk) noexcept {
  budget_->give_back(sizeof(Chunk) + chunk->capacity);
  chunk->~Chunk();
  ::operator delete(chunk);
}

bool RecordQueue::push(const ScopeCore& core, std::string_view otlp) noexcept {
  const std::uint64_t pushed = pushed_.load(std::memory_order_relaxed);
  if (pushed - known_popped_ >= max_records_) {
    known_popped_ = popped_.load(std::memory_order_relaxed);
    if (pushed - known_popped_ >= max_records_) return false;
  }
  const std::size_t size = entry_size(otlp.size());
  Chunk* chunk = tail_;
  std::uint32_t written = chunk == nullptr ? 0 : chunk->written.load(std::memory_order_relaxed);
  if (chunk == nullptr || chunk->capacity - written < size) {
    chunk = add_chunk(size);
    if (chunk == nullptr) return false;
    written = 0;
  }
  std::uint8_t* const out = chunk->data() + written;
  const Header header{&core, otlp.size()};
  std::memcpy(out, &header, sizeof header);
  std::memcpy(out + sizeof header, otlp.data(), otlp.size());
  chunk->written.store(written + static_cast<std::uint32_t>(size), std::memory_order_release);
  pushed_.store(pushed + 1, std::memory_order_release);
  return true;
}

bool RecordQueue::front(Entry& entry) noexcept {
  Chunk* chunk = head_.load(std::memory_order_acquire);
  while (chunk != nullptr && chunk->read == chunk->written.load(std::memory_order_acquire)) {
    Chunk* const next = chunk->next.load(std::memory_order_acquire);
    // The producer writes into a chunk until it has linked the next one, and may have written since we
    // looked.
    if (next == nullptr || chunk->read != chunk->written.load(std::memory_order_acquire)) {
      if (next == nullptr) return false;
      continue;
    }
    head_.store(next, std::memory_order_release);
    chunk->read = 0;
    chunk->written.store(0, std::memory_order_relaxed);
    chunk->next.store(nullptr, std::memory_order_relaxed);
    if (chunk->capacity == chunk_size) {
      chunk = spare_.exchange(chunk, std::memory_order_acq_rel);
    }
    if (chunk != nullptr) free_chunk(chunk);
    chunk = next;
  }
  if (chunk == nullptr) return false;
  Header header;
  std::memcpy(&header, chunk->data() + chunk->read, sizeof header);
  const auto* const bytes = reinterpret_cast<const char*>(chunk->data() + chunk->read + sizeof header);
  entry = {header.core, {bytes, header.size}};
  return true;
}

void RecordQueue::pop() noexcept {
  Chunk* const chunk = head_.load(std::memory_order_relaxed);
  Header header;
  std::memcpy(&header, chunk->data() + chunk->read, sizeof header);
  chunk->read += static_cast<std::uint32_t>(entry_size(header.size));
  popped_.store(popped_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

}  // namespace sonde::detail
