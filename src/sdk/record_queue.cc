#include "sdk/record_queue.h"

#include <algorithm>
#include <new>

namespace sonde::detail {

RecordQueue::RecordQueue(std::shared_ptr<QueueRoom> room) : room_(std::move(room)) {
  room_->queue_count.fetch_add(1, std::memory_order_relaxed);
}

RecordQueue::~RecordQueue() {
  room_->queue_count.fetch_sub(1, std::memory_order_relaxed);
  room_->records.give_back(permits_ + pending());
  free_chunks(head_.load(std::memory_order_acquire));
  free_chunks(spares_.load(std::memory_order_acquire));
  free_chunks(own_spares_);
}

bool RecordQueue::take_block() noexcept {
  constexpr std::size_t most = 16;
  // Blocks end where the consumer waits for them to, so that it learns of a full batch at once; and they are
  // small when threads are many, so that what idle threads hold is a fraction of the whole.
  const std::uint64_t pushed = room_->pushed.load(std::memory_order_relaxed);
  const std::uint64_t mark = room_->wake_at_pushed.load(std::memory_order_relaxed);
  const std::size_t until_mark = mark > pushed ? static_cast<std::size_t>(mark - pushed) : 1;
  const std::size_t share = room_->largest_block / room_->queue_count.load(std::memory_order_relaxed);
  block_ = room_->records.take_up_to(std::max<std::size_t>(std::min({most, until_mark, share}), 1));
  permits_ = block_;
  return permits_ != 0;
}

bool RecordQueue::publish_block() noexcept {
  return room_->pushed.fetch_add(block_) + block_ >= room_->wake_at_pushed.load();
}

RecordQueue::Chunk* RecordQueue::add_chunk(std::size_t at_least) noexcept {
  Chunk* chunk = at_least <= chunk_size ? take_spare() : nullptr;
  if (chunk == nullptr) {
    const std::size_t usual = tail_ == nullptr
                                  ? first_chunk_size
                                  : std::min<std::size_t>(2 * std::size_t{tail_->capacity}, chunk_size);
    const std::size_t capacity = std::max(at_least, usual);
    if (!room_->bytes.take(sizeof(Chunk) + capacity)) return nullptr;
    void* const memory = ::operator new(sizeof(Chunk) + capacity, std::nothrow);
    if (memory == nullptr) {
      room_->bytes.give_back(sizeof(Chunk) + capacity);
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

RecordQueue::Chunk* RecordQueue::take_spare() noexcept {
  if (own_spares_ == nullptr) own_spares_ = spares_.exchange(nullptr, std::memory_order_acquire);
  Chunk* const spare = own_spares_;
  if (spare == nullptr) return nullptr;
  own_spares_ = spare->next.exchange(nullptr, std::memory_order_relaxed);
  spare_count_.fetch_sub(1, std::memory_order_relaxed);
  return spare;
}

void RecordQueue::recycle(Chunk* chunk) noexcept {
  if (chunk->capacity != chunk_size || spare_count_.load(std::memory_order_relaxed) >= most_spares) {
    return free_chunk(chunk);
  }
  spare_count_.fetch_add(1, std::memory_order_relaxed);
  chunk->read = 0;
  chunk->written.store(0, std::memory_order_relaxed);
  Chunk* first = spares_.load(std::memory_order_relaxed);
  do {
    chunk->next.store(first, std::memory_order_relaxed);
  } while (
      !spares_.compare_exchange_weak(first, chunk, std::memory_order_release, std::memory_order_relaxed));
}

void RecordQueue::free_chunk(Chunk* chunk) noexcept {
  room_->bytes.give_back(sizeof(Chunk) + chunk->capacity);
  chunk->~Chunk();
  ::operator delete(chunk);
}

void RecordQueue::free_chunks(Chunk* first) noexcept {
  while (first != nullptr) {
    Chunk* const next = first->next.load(std::memory_order_acquire);
    free_chunk(first);
    first = next;
  }
}

PushResult RecordQueue::push(const ScopeCore& core, std::string_view otlp) noexcept {
  if (permits_ == 0 && !take_block()) return PushResult::queue_full;
  bool is_due = false;
  const std::size_t size = entry_size(otlp.size());
  Chunk* chunk = tail_;
  std::uint32_t written = chunk == nullptr ? 0 : chunk->written.load(std::memory_order_relaxed);
  if (chunk == nullptr || chunk->capacity - written < size) {
    chunk = add_chunk(size);
    if (chunk == nullptr) return PushResult::memory_full;
    is_due = room_->bytes.used() >= room_->wake_at_bytes.load();
    written = 0;
  }
  std::uint8_t* const out = chunk->data() + written;
  const Header header{&core, otlp.size()};
  std::memcpy(out, &header, sizeof header);
  std::memcpy(out + sizeof header, otlp.data(), otlp.size());
  chunk->written.store(written + static_cast<std::uint32_t>(size), std::memory_order_release);
  pushed_.store(pushed_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  if (--permits_ == 0 && publish_block()) is_due = true;
  return is_due ? PushResult::queued_and_due : PushResult::queued;
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
    recycle(chunk);
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
