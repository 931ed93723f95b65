#include "sdk/record_queue.h"

#include <algorithm>
#include <new>
#include <utility>

namespace sonde::detail {

ChunkPool::~ChunkPool() {
  while (oldest_ != nullptr) free(std::exchange(oldest_, oldest_->next.load(std::memory_order_relaxed)));
}

RecordChunk* ChunkPool::make(std::size_t capacity) noexcept {
  const std::size_t size = sizeof(RecordChunk) + capacity;
  if (!bytes.take(size)) return nullptr;
  void* const memory = ::operator new(size, std::nothrow);
  if (memory == nullptr) {
    bytes.give_back(size);
    return nullptr;
  }
  auto* const chunk = new (memory) RecordChunk;
  chunk->capacity = static_cast<std::uint32_t>(capacity);
  return chunk;
}

void ChunkPool::free(RecordChunk* chunk) noexcept {
  bytes.give_back(sizeof(RecordChunk) + chunk->capacity);
  chunk->~RecordChunk();
  ::operator delete(chunk);
}

RecordChunk* ChunkPool::take(std::size_t capacity) noexcept {
  if (capacity != usual_size) return make(capacity);
  const std::lock_guard lock(mutex_);
  RecordChunk* chunk = made_ < rotation_ || oldest_ == nullptr ? make(capacity) : nullptr;
  if (chunk != nullptr) {
    ++made_;
  } else if (oldest_ != nullptr) {
    chunk = oldest_;
    oldest_ = chunk->next.exchange(nullptr, std::memory_order_relaxed);
  }
  return chunk;
}

void ChunkPool::give_back(RecordChunk* chunk) noexcept {
  if (chunk->capacity != usual_size) return free(chunk);
  const std::lock_guard lock(mutex_);
  if (made_ > rotation_) {
    --made_;
    return free(chunk);
  }
  chunk->next.store(nullptr, std::memory_order_relaxed);
  if (oldest_ == nullptr) {
    oldest_ = chunk;
  } else {
    newest_->next.store(chunk, std::memory_order_relaxed);
  }
  newest_ = chunk;
}

RecordQueue::RecordQueue(std::shared_ptr<QueueRoom> room) : room_(std::move(room)) {
  room_->queue_count.fetch_add(1, std::memory_order_relaxed);
}

RecordQueue::~RecordQueue() {
  room_->queue_count.fetch_sub(1, std::memory_order_relaxed);
  retire();
  room_->records.give_back(pending());
  RecordChunk* chunk = head_.load(std::memory_order_acquire);
  while (chunk != nullptr) {
    room_->chunks.give_back(std::exchange(chunk, chunk->next.load(std::memory_order_acquire)));
  }
}

void RecordQueue::retire() noexcept {
  room_->pushed.fetch_add(block_ - permits_);
  room_->records.give_back(permits_);
  block_ = permits_ = 0;
}

bool RecordQueue::take_block() noexcept {
  // Blocks end where the consumer waits for them to, so that it learns of a full batch at once; and they are
  // small when threads are many, so that what idle threads hold is a fraction of the whole.
  const std::uint64_t pushed = room_->pushed.load(std::memory_order_relaxed);
  const std::uint64_t mark = room_->wake_at_pushed.load(std::memory_order_relaxed);
  const std::size_t until_mark =
      mark > pushed ? static_cast<std::size_t>(mark - pushed) : room_->largest_block;
  const std::size_t share = room_->all_blocks / room_->queue_count.load(std::memory_order_relaxed);
  block_ = room_->records.take_up_to(
      std::max<std::size_t>(std::min({room_->largest_block, until_mark, share}), 1));
  permits_ = block_;
  return permits_ != 0;
}

bool RecordQueue::publish_block() noexcept {
  const std::uint64_t pushed = room_->pushed.fetch_add(block_) + block_;
  block_ = 0;
  return pushed >= room_->wake_at_pushed.load() && !room_->is_awake.load();
}

bool RecordQueue::add_chunk(std::size_t at_least) noexcept {
  const std::size_t usual =
      tail_ == nullptr ? ChunkPool::first_size
                       : std::min<std::size_t>(2 * std::size_t{tail_->capacity}, ChunkPool::usual_size);
  RecordChunk* const chunk = room_->chunks.take(std::max(at_least, usual));
  if (chunk == nullptr) return false;
  if (tail_ == nullptr) {
    head_.store(chunk, std::memory_order_release);
  } else {
    tail_->used = static_cast<std::uint32_t>(place_ - tail_->data());
    tail_->next.store(chunk, std::memory_order_release);
  }
  tail_ = chunk;
  place_ = chunk->data();
  left_ = chunk->capacity;
  return true;
}

PushResult RecordQueue::push_slowly(const ScopeCore& core, std::string_view otlp) noexcept {
  if (permits_ == 0 && !take_block()) return PushResult::queue_full;
  bool is_due = false;
  const std::size_t size = entry_size(otlp.size());
  if (size > left_) {
    if (!add_chunk(size)) return PushResult::memory_full;
    is_due = room_->chunks.bytes.used() >= room_->wake_at_bytes.load() && !room_->is_awake.load();
  }
  write(core, otlp, size);
  if (permits_ == 0 && publish_block()) is_due = true;
  return is_due ? PushResult::queued_and_due : PushResult::queued;
}

bool RecordQueue::front(Entry& entry) noexcept {
  if (pending() == 0) return false;
  RecordChunk* chunk = head_.load(std::memory_order_relaxed);
  RecordChunk* const next = chunk->next.load(std::memory_order_acquire);
  if (next != nullptr && read_ == chunk->used) {
    head_.store(next, std::memory_order_relaxed);
    read_ = 0;
    room_->chunks.give_back(std::exchange(chunk, next));
  }
  Header header;
  std::memcpy(&header, chunk->data() + read_, sizeof header);
  const auto* const bytes = reinterpret_cast<const char*>(chunk->data() + read_ + sizeof header);
  entry = {header.core, {bytes, header.size}};
  return true;
}

void RecordQueue::pop(const Entry& entry) noexcept {
  read_ += entry_size(entry.otlp.size());
  popped_.store(popped_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

}  // namespace sonde::detail
