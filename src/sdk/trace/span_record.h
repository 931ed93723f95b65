#pragma once

// The arena of one span that is being recorded: OTLP bytes, growing front to back, and the little bookkeeping
// that lets an attribute, the name or the status be replaced. Records belong to threads, which keep a few of
// them, so that starting a span allocates nothing once a thread has warmed up.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "otlp/writer.h"
#include "sdk/growing_bytes.h"
#include "sdk/trace/tracer_core.h"
#include "sonde/attribute.hpp"
#include "sonde/span.hpp"

namespace sonde::detail {

struct SpanWatch;

/// What does not fit is counted as dropped.
struct SpanRecord : GrowingBytes {
  /// Where a field lies in the bytes; size 0: not there.
  struct Field {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };
  struct AttributeSlot {
    std::uint32_t fingerprint = 0;
    Field field;
  };

  /// The attributes that the record has, in their order. As a vector, but lean where they are added.
  class AttributeSlots {
   public:
    AttributeSlots() = default;
    ~AttributeSlots();
    AttributeSlots(const AttributeSlots&) = delete;
    AttributeSlots& operator=(const AttributeSlots&) = delete;

    /// Whether there may be one of that fingerprint; mostly rightly so. For not looking through all of them.
    [[nodiscard]] bool may_have(std::uint32_t fingerprint) const noexcept {
      return (seen_ & bit_of(fingerprint)) != 0;
    }
    /// One more, or null if memory is exhausted.
    [[nodiscard]] AttributeSlot* add(std::uint32_t fingerprint) noexcept {
      if (size_ == capacity_ && !grow()) [[unlikely]]
        return nullptr;
      seen_ |= bit_of(fingerprint);
      AttributeSlot& added = slots_[size_++];
      added.fingerprint = fingerprint;
      return &added;
    }
    void clear() noexcept {
      size_ = 0;
      seen_ = 0;
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] AttributeSlot* begin() noexcept { return slots_; }
    [[nodiscard]] AttributeSlot* end() noexcept { return slots_ + size_; }

   private:
    static std::uint64_t bit_of(std::uint32_t fingerprint) noexcept {
      return std::uint64_t{1} << (fingerprint * 0x9E3779B1U >> 26);
    }
    [[nodiscard]] bool grow() noexcept;

    std::uint64_t seen_ = 0;  ///< A bit for each fingerprint, some of which share one.
    AttributeSlot* slots_ = nullptr;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = 0;
  };

  SpanRecord() noexcept : GrowingBytes(most_of_record) {}

  /// Takes a field out of the bytes and moves what lies behind it down.
  void erase(Field field) noexcept;

  /// Ready for the next span.
  void recycle() noexcept {
    clear(most_kept_of_record);
    status = {};
    event_count = link_count = dropped_attributes = dropped_events = dropped_links = 0;
    status_code = StatusCode::unset;
    attributes.clear();
  }

  const TracerCore* core = nullptr;
  const SpanLimits* limits = nullptr;
  SpanWatch* watch = nullptr;  ///< Null: no other thread reads this record; see span_watch.h.
  std::uint64_t start_time = 0;
  Field name;
  bool is_sampled = true;
  // Together, for recycle() to clear them at one stroke.
  StatusCode status_code = StatusCode::unset;
  std::uint32_t event_count = 0;
  std::uint32_t link_count = 0;
  std::uint32_t dropped_attributes = 0;
  std::uint32_t dropped_events = 0;
  std::uint32_t dropped_links = 0;
  Field status;
  AttributeSlots attributes;
  SpanRecord* next_free = nullptr;
};

/// Records that a thread has at hand for its next spans.
struct RecordPool {
  SpanRecord* first = nullptr;
  int room = 0;  ///< For so many more.
};
[[gnu::tls_model("initial-exec")]] extern constinit thread_local RecordPool record_pool;

[[nodiscard]] SpanRecord* make_record() noexcept;
void release_without_room(SpanRecord* record) noexcept;

/// A record of this thread's, or a new one; null if memory is exhausted.
[[nodiscard]] inline SpanRecord* acquire_record() noexcept {
  RecordPool& pool = record_pool;
  SpanRecord* const record = pool.first;
  if (record == nullptr) [[unlikely]]
    return make_record();
  pool.first = record->next_free;
  ++pool.room;
  return record;
}

/// Gives it to the calling thread, which need not be the one it came from.
inline void release_record(SpanRecord* record) noexcept {
  RecordPool& pool = record_pool;
  if (pool.room == 0) [[unlikely]]
    return release_without_room(record);
  --pool.room;
  record->recycle();
  record->next_free = std::exchange(pool.first, record);
}

/// Writes the end time.
inline void write_end_time(SpanRecord& record, std::uint64_t end_time) noexcept {
  std::uint8_t* out = record.reserve(9);
  if (out == nullptr) return;
  *out++ =
      static_cast<std::uint8_t>(otlp::tag(otlp::fields::span::end_time_unix_nano, otlp::WireType::fixed64));
  record.commit(otlp::write_fixed(out, std::max(end_time, record.start_time)));
}
/// Writes how much was dropped, if anything, and reports it. With the end time the record then holds a
/// complete Span message.
void write_drops(SpanRecord& record) noexcept;
inline void write_dropped_counts(SpanRecord& record) noexcept {
  if ((record.dropped_attributes | record.dropped_events | record.dropped_links) != 0) [[unlikely]]
    write_drops(record);
}

}  // namespace sonde::detail
