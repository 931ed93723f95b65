#include "sdk/trace/span_record.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>

#include "otlp/writer.h"
#include "sdk/diagnostics.h"

namespace sonde::detail {

constinit thread_local RecordPool record_pool;

namespace {

using otlp::WireType;
namespace fields = otlp::fields;

/// More than are ever open at once in one thread is waste.
constexpr int most_kept_records = 64;

/// Access to the pool must be as cheap as a load, so it has no destructor; the guard beside it does.
struct PoolGuard {
  PoolGuard() noexcept { record_pool.room = most_kept_records; }
  ~PoolGuard() {
    while (record_pool.first != nullptr) {
      delete std::exchange(record_pool.first, record_pool.first->next_free);
    }
    record_pool.room = 0;
    has_gone = true;
  }
  /// Constructs it on this thread.
  void touch() const noexcept {}

  static constinit thread_local bool has_gone;  ///< Spans that end later on this thread free their records.
};
constinit thread_local bool PoolGuard::has_gone = false;
thread_local PoolGuard pool_guard;

}  // namespace

// NOLINTBEGIN(cppcoreguidelines-no-malloc): realloc() grows them
SpanRecord::AttributeSlots::~AttributeSlots() { std::free(slots_); }

bool SpanRecord::AttributeSlots::grow() noexcept {
  constexpr std::uint32_t first = 32;
  const std::uint32_t target = std::max(first, 2 * capacity_);
  void* const grown = std::realloc(slots_, target * sizeof(AttributeSlot));
  if (grown == nullptr) return false;
  slots_ = static_cast<AttributeSlot*>(grown);
  capacity_ = target;
  return true;
}
// NOLINTEND(cppcoreguidelines-no-malloc)

void SpanRecord::erase(Field field) noexcept {
  const std::uint32_t behind = field.offset + field.size;
  std::memmove(data + field.offset, data + behind, size - behind);
  size -= field.size;
  const auto move = [&](Field& other) {
    if (other.offset > field.offset) other.offset -= field.size;
  };
  move(name);
  move(status);
  for (AttributeSlot& slot : attributes) move(slot.field);
}

SpanRecord* make_record() noexcept {
  if (!PoolGuard::has_gone) pool_guard.touch();
  try {
    return new SpanRecord;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void release_without_room(SpanRecord* record) noexcept {
  if (record_pool.first != nullptr || PoolGuard::has_gone) {
    delete record;
    return;
  }
  // The thread's first: spans have been started elsewhere.
  pool_guard.touch();
  release_record(record);
}

namespace {

void report_drops(const SpanRecord& record) noexcept {
  try {
    diagnose("a span of " + record.core->key.name + " went beyond its limits and lost " +
             std::to_string(record.dropped_attributes) + " attributes, " +
             std::to_string(record.dropped_events) + " events and " + std::to_string(record.dropped_links) +
             " links; see OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT, OTEL_SPAN_EVENT_COUNT_LIMIT and "
             "OTEL_SPAN_LINK_COUNT_LIMIT");
  } catch (const std::bad_alloc&) {
    return;  // the counts on the span say it too
  }
}

}  // namespace

void write_drops(SpanRecord& record) noexcept {
  report_drops(record);
  constexpr std::size_t count_size = 1 + 5;
  std::uint8_t* out = record.reserve(3 * count_size);
  if (out == nullptr) return;
  const auto write_count = [&](std::uint32_t field, std::uint32_t count) {
    if (count != 0) out = otlp::write_varint(otlp::write_tag(out, field, WireType::varint), count);
  };
  write_count(fields::span::dropped_attributes_count, record.dropped_attributes);
  write_count(fields::span::dropped_events_count, record.dropped_events);
  write_count(fields::span::dropped_links_count, record.dropped_links);
  record.commit(out);
}

}  // namespace sonde::detail
