#include "sdk/trace/span_record.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>

#include "otlp/writer.h"
#include "sdk/diagnostics.h"

namespace sonde::detail {
namespace {

using otlp::tag;
using otlp::WireType;
namespace fields = otlp::fields;

/// Records a thread holds for its next spans. More than are ever open at once in one thread is waste.
constexpr int most_kept_records = 64;

struct RecordPool {
  SpanRecord* first = nullptr;
  int count = 0;
  bool is_guarded = false;
};

/// Access must be as cheap as a load, so the pool itself has no destructor; the guard beside it does.
constinit thread_local RecordPool pool;

struct PoolGuard {
  ~PoolGuard() {
    while (pool.first != nullptr) delete std::exchange(pool.first, pool.first->next_free);
    pool.count = most_kept_records;  // spans that end later on this thread free their records at once
  }
  void touch() const noexcept {}
};
thread_local PoolGuard pool_guard;

constexpr std::uint8_t byte_tag(std::uint32_t field, WireType type) noexcept {
  return static_cast<std::uint8_t>(tag(field, type));
}

}  // namespace

SpanRecord::SpanRecord() { attributes.reserve(32); }

SpanRecord::~SpanRecord() { std::free(data); }  // NOLINT(cppcoreguidelines-no-malloc): realloc() grows it

bool SpanRecord::grow(std::size_t count) noexcept {
  const std::size_t needed = size + count;
  if (needed > max_size) return false;
  const std::size_t target = std::max({needed, std::size_t{capacity} * 2, initial_capacity});
  void* const grown = std::realloc(data, std::min(target, max_size));  // NOLINT(cppcoreguidelines-no-malloc)
  if (grown == nullptr) return false;
  data = static_cast<std::uint8_t*>(grown);
  capacity = static_cast<std::uint32_t>(std::min(target, max_size));
  return true;
}

bool SpanRecord::grow_attributes() noexcept {
  try {
    attributes.reserve(2 * attributes.capacity());
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

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

void SpanRecord::recycle() noexcept {
  size = 0;
  name = status = {};
  status_code = StatusCode::unset;
  event_count = link_count = dropped_attributes = dropped_events = dropped_links = 0;
  attributes.clear();
  if (capacity > most_kept_capacity) {
    std::free(data);  // NOLINT(cppcoreguidelines-no-malloc)
    data = nullptr;
    capacity = 0;
  }
}

SpanRecord* acquire_record() noexcept {
  if (SpanRecord* const record = pool.first; record != nullptr) {
    pool.first = record->next_free;
    --pool.count;
    return record;
  }
  try {
    return new SpanRecord;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void release_record(SpanRecord* record) noexcept {
  if (pool.count >= most_kept_records) {
    delete record;
    return;
  }
  if (!pool.is_guarded) {
    pool_guard.touch();  // constructs the guard on this thread
    pool.is_guarded = true;
  }
  record->recycle();
  record->next_free = std::exchange(pool.first, record);
  ++pool.count;
}

bool begin_record(SpanRecord& record, const SpanStart& start) noexcept {
  const std::string_view trace_state = start.context.trace_state().header();
  const std::size_t name_size = otlp::delimited_size(fields::span::name, start.name.size());
  constexpr std::size_t fixed_size = 18 + 10 + 10 + 2 + 9 + 6;
  std::uint8_t* out = record.reserve(fixed_size + name_size +
                                     otlp::delimited_size(fields::span::trace_state, trace_state.size()));
  if (out == nullptr) return false;
  *out++ = byte_tag(fields::span::trace_id, WireType::delimited);
  *out++ = TraceId::size;
  out = otlp::write_fixed(out, start.context.trace_id().bytes);
  *out++ = byte_tag(fields::span::span_id, WireType::delimited);
  *out++ = SpanId::size;
  out = otlp::write_fixed(out, start.context.span_id().bytes);
  std::uint32_t flags = start.context.trace_flags().bits | fields::span_flags::has_is_remote;
  if (start.parent != nullptr) {
    *out++ = byte_tag(fields::span::parent_span_id, WireType::delimited);
    *out++ = SpanId::size;
    out = otlp::write_fixed(out, start.parent->span_id().bytes);
    if (start.parent->is_remote()) flags |= fields::span_flags::is_remote;
  }
  *out++ = byte_tag(fields::span::kind, WireType::varint);
  *out++ = static_cast<std::uint8_t>(start.kind);
  *out++ = byte_tag(fields::span::start_time_unix_nano, WireType::fixed64);
  out = otlp::write_fixed(out, start.time);
  out = otlp::write_fixed(otlp::write_tag(out, fields::span::flags, WireType::fixed32), flags);
  if (!trace_state.empty()) out = otlp::write_delimited(out, fields::span::trace_state, trace_state);
  record.name = {static_cast<std::uint32_t>(out - record.data), static_cast<std::uint32_t>(name_size)};
  out = otlp::write_delimited(out, fields::span::name, start.name);
  record.start_time = start.time;
  record.is_sampled = start.context.is_sampled();
  record.commit(out);
  return true;
}

void write_end_time(SpanRecord& record, std::uint64_t end_time) noexcept {
  std::uint8_t* out = record.reserve(9);
  if (out == nullptr) return;
  *out++ = byte_tag(fields::span::end_time_unix_nano, WireType::fixed64);
  record.commit(otlp::write_fixed(out, std::max(end_time, record.start_time)));
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

void write_dropped_counts(SpanRecord& record) noexcept {
  if ((record.dropped_attributes | record.dropped_events | record.dropped_links) == 0) return;
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
