#include "sonde/span.hpp"

#include <cxxabi.h>

#include <cstring>
#include <new>
#include <string>
#include <typeinfo>
#include <vector>

#include "base/clock.h"
#include "otlp/writer.h"
#include "sdk/limited_attributes.h"
#include "sdk/trace/span_record.h"
#include "sdk/trace/span_watch.h"
#include "sdk/type_name.h"

namespace sonde::detail {

constinit thread_local CurrentContext current;
constinit thread_local const unsigned* uncaught_exception_count = nullptr;

void find_uncaught_exception_count() noexcept {
  /// Itanium C++ ABI: Exception Handling, 2.2.2. A thread's own, for as long as it lives.
  struct ExceptionGlobals {
    void* caught;
    unsigned uncaught;
  };
  uncaught_exception_count = &reinterpret_cast<const ExceptionGlobals*>(abi::__cxa_get_globals())->uncaught;
}

CurrentContext& current_context_of_thread() noexcept { return current; }

namespace {

using otlp::ValueLimits;
using otlp::WireType;
namespace fields = otlp::fields;

std::uint64_t or_now(std::uint64_t time) noexcept { return time != 0 ? time : base::Clock::now(); }

ValueLimits value_limits(const SpanRecord& record) noexcept {
  return {record.limits->attribute_value_length, record.limits->attribute_value_depth};
}

/// Makes a recording call while the watcher is kept off. Out of the way of those that are not watched.
template <class Call>
[[gnu::noinline, gnu::cold]] void unwatched(SpanRecord& record, Call call) noexcept {
  const WatchPause pause(record);
  call();
}

/// Tells almost all different keys apart without looking at their bytes.
std::uint32_t fingerprint(std::string_view key) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(key[i]); };
  if (key.empty()) return 0;
  return static_cast<std::uint32_t>(key.size()) << 24 | static_cast<std::uint32_t>(at(0)) << 16 |
         static_cast<std::uint32_t>(at(key.size() / 2)) << 8 | at(key.size() - 1);
}

/// Whether the KeyValue field at `bytes` (tag and length included) has this key.
[[gnu::noinline]] bool has_key(const std::uint8_t* bytes, std::string_view key) noexcept {
  do ++bytes;  // over the tag and the length of the KeyValue
  while ((*bytes & 0x80) != 0);
  ++bytes;
  std::uint8_t expected[12];
  const auto header = static_cast<std::size_t>(
      otlp::write_delimited_header(expected, fields::key_value::key, key.size()) - expected);
  return std::memcmp(bytes, expected, header) == 0 &&
         std::memcmp(bytes + header, key.data(), key.size()) == 0;
}

/// The attribute of that key, or null.
[[gnu::always_inline]] inline SpanRecord::AttributeSlot* find_attribute(SpanRecord& record,
                                                                        std::string_view key,
                                                                        std::uint32_t print) noexcept {
  if (!record.attributes.may_have(print)) return nullptr;
  for (SpanRecord::AttributeSlot& slot : record.attributes) {
    if (slot.fingerprint == print && has_key(record.data + slot.field.offset, key)) [[unlikely]]
      return &slot;
  }
  return nullptr;
}

void drop_attribute(SpanRecord& record) noexcept { ++record.dropped_attributes; }

/// Room for an attribute's field of that size: in its old place if it has one and fits, else at the end. Null
/// if a limit stands against it. Makes the slot if there is none.
std::uint8_t* place_attribute(SpanRecord& record, SpanRecord::AttributeSlot*& slot, std::uint32_t print,
                              std::size_t field_size) noexcept {
  if (slot != nullptr && slot->field.size == field_size) return record.data + slot->field.offset;
  if (slot == nullptr && record.attributes.size() >= record.limits->attribute_count) return nullptr;
  if (record.reserve(field_size) == nullptr) return nullptr;
  if (slot != nullptr) {
    record.erase(slot->field);
  } else if (slot = record.attributes.add(print); slot == nullptr) {
    return nullptr;
  }
  slot->field = {record.size, static_cast<std::uint32_t>(field_size)};
  record.size += static_cast<std::uint32_t>(field_size);
  return record.data + slot->field.offset;
}

/// Also long attributes, nested ones, and those that replace another.
[[gnu::noinline]] void set_any_attribute(SpanRecord& record, std::string_view key,
                                         const AttributeValue& value) noexcept {
  if (key.empty()) return drop_attribute(record);
  const ValueLimits limits = value_limits(record);
  const std::size_t value_size = otlp::value_size(value, limits);
  const std::size_t content = otlp::key_value_size(key, value_size);
  const std::size_t field_size = otlp::delimited_size(fields::span::attributes, content);

  const std::uint32_t print = fingerprint(key);
  SpanRecord::AttributeSlot* slot = find_attribute(record, key, print);
  std::uint8_t* out = place_attribute(record, slot, print, field_size);
  if (out == nullptr) return drop_attribute(record);
  out = otlp::write_delimited_header(out, fields::span::attributes, content);
  out = otlp::write_delimited(out, fields::key_value::key, key);
  out = otlp::write_delimited_header(out, fields::key_value::value, value_size);
  otlp::write_value(out, value_size, value, limits);
}

std::size_t count_size(std::uint32_t count) noexcept { return count == 0 ? 0 : 1 + otlp::varint_size(count); }

std::uint8_t* write_count(std::uint8_t* out, std::uint32_t field, std::uint32_t count) noexcept {
  return count == 0 ? out : otlp::write_varint(otlp::write_tag(out, field, WireType::varint), count);
}

/// An event whose name and attributes are short, and whose length takes one byte or two.
constexpr std::size_t most_short_attributes = 8;
constexpr std::size_t most_short_name = 127;
constexpr std::size_t most_of_short_event =
    3 + 9 + 2 + most_short_name + most_short_attributes * otlp::short_key_value_size;

bool is_short_event(std::string_view name, Attributes attributes, const SpanLimits& limits) noexcept {
  if (name.size() > most_short_name || attributes.size() > most_short_attributes ||
      attributes.size() > limits.event_attribute_count)
    return false;
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const auto& [key, value] = attributes[i];
    if (key.empty() || !otlp::is_short_key_value(key, value, limits.attribute_value_length)) return false;
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (attributes[earlier].key == key) return false;
    }
  }
  return true;
}

std::uint8_t* write_short_event(std::uint8_t* const out, std::string_view name, std::uint64_t time,
                                Attributes attributes) noexcept {
  std::uint8_t* const content = out + 2;  // where it begins if its length takes one byte
  std::uint8_t* end = otlp::write_tag(content, fields::event::time_unix_nano, WireType::fixed64);
  end = otlp::write_fixed(end, time);
  end = otlp::write_delimited(end, fields::event::name, name);
  for (const auto& [key, value] : attributes) {
    end = otlp::write_short_key_value(end, fields::event::attributes, key, value);
  }
  const auto size = static_cast<std::size_t>(end - content);
  std::uint8_t* const begin = out + 1 + otlp::varint_size(size);
  if (begin != content) std::memmove(begin, content, size);
  otlp::write_delimited_header(out, fields::span::events, size);
  return begin + size;
}

/// Also events whose attributes are long, nested, many, or given twice.
[[gnu::noinline]] void add_any_event(SpanRecord& record, std::string_view name, std::uint64_t time,
                                     Attributes attributes) noexcept {
  const SpanLimits& span_limits = *record.limits;
  const ValueLimits limits = value_limits(record);
  const LimitedAttributes limited(attributes, span_limits.event_attribute_count);
  const std::size_t content = 9 + otlp::delimited_size(fields::event::name, name.size()) +
                              otlp::key_values_size(fields::event::attributes, limited.kept(), limits) +
                              count_size(limited.dropped());
  std::uint8_t* out = nullptr;
  if (record.event_count >= span_limits.event_count ||
      (out = record.reserve(otlp::delimited_size(fields::span::events, content))) == nullptr) {
    ++record.dropped_events;
    return;
  }
  ++record.event_count;
  out = otlp::write_delimited_header(out, fields::span::events, content);
  out = otlp::write_tag(out, fields::event::time_unix_nano, WireType::fixed64);
  out = otlp::write_fixed(out, or_now(time));
  out = otlp::write_delimited(out, fields::event::name, name);
  out = otlp::write_key_values(out, fields::event::attributes, limited.kept(), limits);
  record.commit(write_count(out, fields::event::dropped_attributes_count, limited.dropped()));
}

void add_exception_event(SpanRecord& record, std::string_view type, std::string_view message,
                         Attributes attributes) {
  std::vector<Attribute> all = {{"exception.type", type}, {"exception.message", message}};
  all.insert(all.end(), attributes.begin(), attributes.end());  // the last of a key is the one that counts
  add_event(record, "exception", 0, Attributes(all));
}

}  // namespace

void set_attribute(SpanRecord& record, std::string_view key, const AttributeValue& value) noexcept {
  if (record.watch != nullptr) [[unlikely]]
    return unwatched(record, [&] { set_attribute(record, key, value); });
  if (key.empty() || !otlp::is_short_key_value(key, value, record.limits->attribute_value_length))
    return set_any_attribute(record, key, value);
  const std::uint32_t print = fingerprint(key);
  if (find_attribute(record, key, print) != nullptr) [[unlikely]]
    return set_any_attribute(record, key, value);
  if (record.attributes.size() >= record.limits->attribute_count) return drop_attribute(record);
  std::uint8_t* const out = record.reserve(otlp::short_key_value_size);
  if (out == nullptr) return drop_attribute(record);
  SpanRecord::AttributeSlot* const slot = record.attributes.add(print);
  if (slot == nullptr) return drop_attribute(record);
  const std::uint8_t* const end = otlp::write_short_key_value(out, fields::span::attributes, key, value);
  slot->field = {record.size, static_cast<std::uint32_t>(end - out)};
  record.commit(end);
}

void set_attributes(SpanRecord& record, Attributes attributes) noexcept {
  for (const auto& [key, value] : attributes) set_attribute(record, key, value);
}

void add_event(SpanRecord& record, std::string_view name, std::uint64_t time,
               Attributes attributes) noexcept {
  if (record.watch != nullptr) [[unlikely]]
    return unwatched(record, [&] { add_event(record, name, time, attributes); });
  if (!is_short_event(name, attributes, *record.limits)) return add_any_event(record, name, time, attributes);
  std::uint8_t* const out = record.reserve(most_of_short_event);
  if (out == nullptr || record.event_count >= record.limits->event_count) {
    ++record.dropped_events;
    return;
  }
  ++record.event_count;
  record.commit(write_short_event(out, name, or_now(time), attributes));
}

void add_link(SpanRecord& record, const SpanContext& context, Attributes attributes) noexcept {
  if (record.watch != nullptr) [[unlikely]]
    return unwatched(record, [&] { add_link(record, context, attributes); });
  const SpanLimits& span_limits = *record.limits;
  const ValueLimits limits = value_limits(record);
  const std::string_view trace_state = context.trace_state().header();
  const LimitedAttributes limited(attributes, span_limits.link_attribute_count);
  const std::size_t trace_state_size =
      trace_state.empty() ? 0 : otlp::delimited_size(fields::link::trace_state, trace_state.size());
  const std::size_t content = 18 + 10 + 5 + trace_state_size +
                              otlp::key_values_size(fields::link::attributes, limited.kept(), limits) +
                              count_size(limited.dropped());
  std::uint8_t* out = nullptr;
  if (!context.is_valid() || record.link_count >= span_limits.link_count ||
      (out = record.reserve(otlp::delimited_size(fields::span::links, content))) == nullptr) {
    ++record.dropped_links;
    return;
  }
  ++record.link_count;
  const std::uint32_t flags = context.trace_flags().bits | fields::span_flags::has_is_remote |
                              (context.is_remote() ? fields::span_flags::is_remote : 0);
  out = otlp::write_delimited_header(out, fields::span::links, content);
  out = otlp::write_delimited(out, fields::link::trace_id, context.trace_id().bytes.data(), TraceId::size);
  out = otlp::write_delimited(out, fields::link::span_id, context.span_id().bytes.data(), SpanId::size);
  out = otlp::write_fixed(otlp::write_tag(out, fields::link::flags, WireType::fixed32), flags);
  if (!trace_state.empty()) out = otlp::write_delimited(out, fields::link::trace_state, trace_state);
  out = otlp::write_key_values(out, fields::link::attributes, limited.kept(), limits);
  record.commit(write_count(out, fields::link::dropped_attributes_count, limited.dropped()));
}

void set_status(SpanRecord& record, StatusCode code, std::string_view message) noexcept {
  if (record.watch != nullptr) [[unlikely]]
    return unwatched(record, [&] { set_status(record, code, message); });
  if (code == StatusCode::unset || record.status_code == StatusCode::ok) return;
  if (record.status.size != 0) record.erase(std::exchange(record.status, {}));
  record.status_code = code;
  if (code != StatusCode::error) message = {};
  const std::size_t message_size =
      message.empty() ? 0 : otlp::delimited_size(fields::status::message, message.size());
  const std::size_t content = message_size + 2;
  const std::size_t field_size = otlp::delimited_size(fields::span::status, content);
  std::uint8_t* out = record.reserve(field_size);
  if (out == nullptr) return;
  record.status = {record.size, static_cast<std::uint32_t>(field_size)};
  out = otlp::write_delimited_header(out, fields::span::status, content);
  if (!message.empty()) out = otlp::write_delimited(out, fields::status::message, message);
  out = otlp::write_tag(out, fields::status::code, WireType::varint);
  *out++ = static_cast<std::uint8_t>(code);
  record.commit(out);
}

void update_name(SpanRecord& record, std::string_view name) noexcept {
  if (record.watch != nullptr) [[unlikely]]
    return unwatched(record, [&] { update_name(record, name); });
  const std::size_t field_size = otlp::delimited_size(fields::span::name, name.size());
  if (record.reserve(field_size) == nullptr) return;
  if (record.name.size != 0) record.erase(std::exchange(record.name, {}));
  record.name = {record.size, static_cast<std::uint32_t>(field_size)};
  record.commit(otlp::write_delimited(record.data + record.size, fields::span::name, name));
}

void record_exception(SpanRecord& record, const std::exception& exception, Attributes attributes) noexcept {
  try {
    add_exception_event(record, type_name(typeid(exception)), exception.what(), attributes);
  } catch (...) {  // out of memory: the application must not hear of it
    ++record.dropped_events;
  }
}

void record_exception(SpanRecord& record, const std::exception_ptr& exception,
                      Attributes attributes) noexcept {
  if (exception == nullptr) return;
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& caught) {
    record_exception(record, caught, attributes);
  } catch (...) {
    try {
      const std::type_info* const type = abi::__cxa_current_exception_type();
      add_exception_event(record, type == nullptr ? "unknown" : type_name(*type), "", attributes);
    } catch (...) {
      ++record.dropped_events;
    }
  }
}

void fail_by_exception(SpanRecord& record) noexcept {
  if (record.status_code != StatusCode::unset) return;
  // Which exception cannot be known while it flies; record_exception() in a handler tells.
  set_status(record, StatusCode::error,
             current.is_abandoned ? "the coroutine was destroyed before its end"
                                  : "an exception left the span's scope");
}

namespace {
/// What few pipelines ask for.
[[gnu::noinline]] void before_end(SpanRecord& record) noexcept {
  const TracerPipeline& pipeline = *record.core->pipeline;
  if (pipeline.interest.on_ending) {
    RecordingSpan ending(record);
    for (const auto& processor : pipeline.processors) processor->on_ending(ending);
  }
  if (pipeline.counters != nullptr) pipeline.counters->count_end(record.is_sampled);
}
}  // namespace

void end(SpanRecord* record, std::uint64_t time) noexcept {
  if (record->watch != nullptr) [[unlikely]]
    stop_watching(*record);
  const TracerPipeline& pipeline = *record->core->pipeline;
  write_end_time(*record, or_now(time));
  if (!pipeline.ends_plainly) [[unlikely]]
    before_end(*record);
  write_dropped_counts(*record);
  const FinishedSpan finished(*record->core, record->bytes(), record->is_sampled);
  for (const auto& processor : pipeline.processors) processor->on_end(finished);
  release_record(record);
}

}  // namespace sonde::detail
