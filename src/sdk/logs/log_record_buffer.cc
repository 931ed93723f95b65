#include "sdk/logs/log_record_buffer.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/clock.h"
#include "sdk/limited_attributes.h"
#include "sdk/logs/logger_core.h"
#include "sonde/wire_view.hpp"

namespace sonde::detail {
namespace {

using otlp::WireType;
namespace fields = otlp::fields::log_record;

constexpr std::size_t ids_size = 2 + TraceId::size + 2 + SpanId::size + 5;

std::size_t text_size(std::uint32_t field, std::string_view text) noexcept {
  return text.empty() ? 0 : otlp::delimited_size(field, text.size());
}
std::uint8_t* write_text(std::uint8_t* out, std::uint32_t field, std::string_view text) noexcept {
  return text.empty() ? out : otlp::write_delimited(out, field, text);
}

std::uint8_t* write_ids(std::uint8_t* out, const SpanContext& context) noexcept {
  out = otlp::write_delimited(out, fields::trace_id, context.trace_id().bytes.data(), TraceId::size);
  out = otlp::write_delimited(out, fields::span_id, context.span_id().bytes.data(), SpanId::size);
  return otlp::write_fixed(otlp::write_tag(out, fields::flags, WireType::fixed32),
                           std::uint32_t{context.trace_flags().bits});
}

std::uint8_t* write_time(std::uint8_t* out, std::uint32_t field, std::uint64_t time) noexcept {
  return otlp::write_fixed(otlp::write_tag(out, field, WireType::fixed64), time);
}

/// A body that is not given is no field, but an empty value given is none either: they mean the same.
std::size_t body_size(const AttributeValue& body, std::size_t value_size) noexcept {
  return body.type() == AttributeValue::Type::empty ? 0 : otlp::delimited_size(fields::body, value_size);
}
std::uint8_t* write_body(std::uint8_t* out, const AttributeValue& body, std::size_t value_size) noexcept {
  if (body.type() == AttributeValue::Type::empty) return out;
  return otlp::write_value(otlp::write_delimited_header(out, fields::body, value_size), value_size, body);
}

/// The one buffer that a thread keeps; a processor that emits needs another for that time.
struct Spare {
  LogRecordBuffer* buffer = nullptr;
  bool is_guarded = false;
  bool is_gone = false;
};
constinit thread_local Spare spare;

struct SpareGuard {
  ~SpareGuard() {
    spare.is_gone = true;
    delete std::exchange(spare.buffer, nullptr);
  }
  void touch() const noexcept {}
};
thread_local SpareGuard spare_guard;

}  // namespace

otlp::ValueLimits LogRecordBuffer::value_limits() const noexcept {
  const LogRecordLimits& limits = core->pipeline->limits;
  return {limits.attribute_value_length, limits.attribute_value_depth};
}

bool LogRecordBuffer::write(const LoggerCore& logger, const LogRecord& record,
                            const SpanContext* context) noexcept {
  core = &logger;
  size = 0;
  const otlp::ValueLimits limits = value_limits();
  const LimitedAttributes attributes(record.attributes, core->pipeline->limits.attribute_count);
  dropped_attributes = attributes.dropped();
  const std::size_t value_size = otlp::value_size(record.body);
  const std::size_t needed = 9 + 9 + 2 + 6 + text_size(fields::severity_text, record.severity_text) +
                             text_size(fields::event_name, record.event_name) +
                             body_size(record.body, value_size) +
                             otlp::key_values_size(fields::attributes, attributes.kept(), limits) + ids_size;
  std::uint8_t* out = reserve(needed);
  if (out == nullptr) return false;
  if (record.time != 0) out = write_time(out, fields::time_unix_nano, record.time);
  out = write_time(out, fields::observed_time_unix_nano,
                   record.observed_time != 0 ? record.observed_time : base::Clock::now());
  if (record.severity != Severity::unspecified) {
    out = otlp::write_tag(out, fields::severity_number, WireType::varint);
    *out++ = static_cast<std::uint8_t>(record.severity);
  }
  out = write_text(out, fields::severity_text, record.severity_text);
  out = write_text(out, fields::event_name, record.event_name);
  out = write_body(out, record.body, value_size);
  out = otlp::write_key_values(out, fields::attributes, attributes.kept(), limits);
  if (dropped_attributes != 0) {
    out = otlp::write_tag(out, fields::dropped_attributes_count, WireType::varint);
    out = otlp::write_varint(out, dropped_attributes);
  }
  if (context != nullptr) out = write_ids(out, *context);
  commit(out);
  return true;
}

LogRecordBuffer::Place LogRecordBuffer::place_between(const char* begin, const char* end) const noexcept {
  return {static_cast<std::uint32_t>(begin - bytes().data()), static_cast<std::uint32_t>(end - begin)};
}

LogRecordBuffer::Place LogRecordBuffer::find(std::uint32_t field) const noexcept {
  std::string_view rest = bytes();
  while (true) {
    const char* const begin = rest.data();
    const WireField found = take_field(rest);
    if (found.number == 0) return {};
    if (found.number == field) return place_between(begin, rest.data());
  }
}

LogRecordBuffer::Place LogRecordBuffer::find_attribute(std::string_view key) const noexcept {
  std::string_view rest = bytes();
  while (true) {
    const char* const begin = rest.data();
    const WireField found = take_field(rest);
    if (found.number == 0) return {};
    if (found.number == fields::attributes && AttributeView(found.content).key() == key)
      return place_between(begin, rest.data());
  }
}

void LogRecordBuffer::erase(Place place) noexcept {
  if (place.size == 0) return;
  const std::size_t behind = place.offset + place.size;
  std::memmove(data + place.offset, data + behind, size - behind);
  size -= place.size;
}

std::uint8_t* LogRecordBuffer::replace(Place place, std::size_t count) noexcept {
  if (reserve(count) == nullptr) return nullptr;
  erase(place);
  size += static_cast<std::uint32_t>(count);
  return data + size - count;
}

void LogRecordBuffer::set_fixed64(std::uint32_t field, std::uint64_t value) noexcept {
  if (value == 0) return erase(find(field));
  std::uint8_t* const out = replace(find(field), 1 + sizeof value);
  if (out != nullptr) otlp::write_fixed(otlp::write_tag(out, field, WireType::fixed64), value);
}

void LogRecordBuffer::set_varint(std::uint32_t field, std::uint64_t value) noexcept {
  if (value == 0) return erase(find(field));
  std::uint8_t* const out = replace(find(field), 1 + otlp::varint_size(value));
  if (out != nullptr) otlp::write_varint(otlp::write_tag(out, field, WireType::varint), value);
}

void LogRecordBuffer::set_text(std::uint32_t field, std::string_view text) noexcept {
  std::uint8_t* const out = replace(find(field), text_size(field, text));
  if (out != nullptr) write_text(out, field, text);
}

void LogRecordBuffer::set_body(const AttributeValue& body) noexcept {
  const std::size_t value_size = otlp::value_size(body);
  std::uint8_t* const out = replace(find(fields::body), body_size(body, value_size));
  if (out != nullptr) write_body(out, body, value_size);
}

void LogRecordBuffer::set_span_context(const SpanContext& context) noexcept {
  if (reserve(ids_size) == nullptr) return;
  for (const std::uint32_t field : {fields::trace_id, fields::span_id, fields::flags}) erase(find(field));
  if (context.is_valid()) commit(write_ids(data + size, context));
}

void LogRecordBuffer::set_attribute(std::string_view key, const AttributeValue& value) noexcept {
  const Place place = find_attribute(key);
  const Attribute attribute{key, value};
  const Attributes one(std::span(&attribute, 1));
  const otlp::ValueLimits limits = value_limits();
  std::uint8_t* out = nullptr;
  if (!key.empty() && (place.size != 0 || may_add_attribute()))
    out = replace(place, otlp::key_values_size(fields::attributes, one, limits));
  if (out != nullptr) {
    otlp::write_key_values(out, fields::attributes, one, limits);
  } else {
    set_varint(fields::dropped_attributes_count, ++dropped_attributes);
  }
}

void LogRecordBuffer::remove_attribute(std::string_view key) noexcept { erase(find_attribute(key)); }

bool LogRecordBuffer::may_add_attribute() const noexcept {
  const auto attributes = LogRecordView(bytes()).attributes();
  return static_cast<std::size_t>(std::ranges::distance(attributes.begin(), attributes.end())) <
         core->pipeline->limits.attribute_count;
}

LogRecordBuffer* acquire_log_record_buffer() noexcept {
  if (spare.buffer != nullptr) [[likely]]
    return std::exchange(spare.buffer, nullptr);
  return new (std::nothrow) LogRecordBuffer;
}

void release_log_record_buffer(LogRecordBuffer* buffer) noexcept {
  if (spare.buffer != nullptr || spare.is_gone || buffer->capacity > LogRecordBuffer::most_kept_of_record) {
    delete buffer;
    return;
  }
  if (!spare.is_guarded) {
    spare_guard.touch();  // constructs the guard on this thread
    spare.is_guarded = true;
  }
  spare.buffer = buffer;
}

}  // namespace sonde::detail
