#pragma once

// The arena of one span that is being recorded: OTLP bytes, growing front to back, and the little bookkeeping
// that lets an attribute, the name or the status be replaced. Records belong to threads, which keep a few of
// them, so that starting a span allocates nothing once a thread has warmed up.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "sdk/trace/tracer_core.h"
#include "sonde/attribute.hpp"
#include "sonde/span.hpp"

namespace sonde::detail {

struct SpanWatch;

struct SpanRecord {
  static constexpr std::size_t initial_capacity = 1024;
  /// A record that grew beyond this gives its memory back when it is recycled.
  static constexpr std::size_t most_kept_capacity = 64 * 1024;
  /// No span grows beyond this; what does not fit is counted as dropped.
  static constexpr std::size_t max_size = 64u << 20;

  /// Where a field lies in the bytes; size 0: not there.
  struct Field {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };
  struct AttributeSlot {
    std::uint32_t fingerprint = 0;
    Field field;
  };

  SpanRecord();
  ~SpanRecord();
  SpanRecord(const SpanRecord&) = delete;
  SpanRecord& operator=(const SpanRecord&) = delete;

  /// Room for `size` more bytes at the end, or null if there is none; not part of the span until commit().
  [[nodiscard]] std::uint8_t* reserve(std::size_t count) noexcept {
    if (capacity - size < count && !grow(count)) return nullptr;
    return data + size;
  }
  void commit(const std::uint8_t* end) noexcept { size = static_cast<std::uint32_t>(end - data); }

  /// Bookkeeping for one more attribute, or null if memory is exhausted.
  [[nodiscard]] AttributeSlot* add_attribute_slot() noexcept {
    if (attributes.size() == attributes.capacity() && !grow_attributes()) return nullptr;
    return &attributes.emplace_back();
  }

  /// Takes a field out of the bytes and moves what lies behind it down.
  void erase(Field field) noexcept;

  /// Ready for the next span.
  void recycle() noexcept;

  [[nodiscard]] std::string_view bytes() const noexcept {
    return {reinterpret_cast<const char*>(data), size};
  }

  const TracerCore* core = nullptr;
  SpanWatch* watch = nullptr;  ///< Null: no other thread reads this record; see span_watch.h.
  std::uint8_t* data = nullptr;
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;
  std::uint64_t start_time = 0;
  Field name;
  Field status;
  StatusCode status_code = StatusCode::unset;
  bool is_sampled = true;
  std::uint32_t event_count = 0;
  std::uint32_t link_count = 0;
  std::uint32_t dropped_attributes = 0;
  std::uint32_t dropped_events = 0;
  std::uint32_t dropped_links = 0;
  std::vector<AttributeSlot> attributes;
  SpanRecord* next_free = nullptr;

 private:
  [[nodiscard]] bool grow(std::size_t count) noexcept;
  [[nodiscard]] bool grow_attributes() noexcept;
};

/// A record of this thread's, or a new one; null if memory is exhausted.
[[nodiscard]] SpanRecord* acquire_record() noexcept;
/// Gives it to the calling thread, which need not be the one it came from.
void release_record(SpanRecord* record) noexcept;

/// What is known when a span starts.
struct SpanStart {
  const SpanContext& context;
  const SpanContext* parent;  ///< Null: a root.
  std::string_view name;
  SpanKind kind;
  std::uint64_t time;
};
/// Writes it. False if there is no memory for it.
[[nodiscard]] bool begin_record(SpanRecord& record, const SpanStart& start) noexcept;

/// Writes the end time.
void write_end_time(SpanRecord& record, std::uint64_t end_time) noexcept;
/// Writes how much was dropped, if anything, and reports it. With the end time the record then holds a
/// complete Span message.
void write_dropped_counts(SpanRecord& record) noexcept;

}  // namespace sonde::detail
