#include "sonde/span_view.hpp"

#include <bit>
#include <cstring>

#include "otlp/writer.h"
#include "sonde/span_exporter.hpp"

namespace sonde {

namespace fields = otlp::fields;
using otlp::WireType;

namespace detail {
namespace {

bool take_varint(std::string_view& message, std::uint64_t& value) noexcept {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !message.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(message.front());
    message.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7Fu} << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

template <class Integer>
bool take_fixed(std::string_view& message, std::uint64_t& value) noexcept {
  Integer fixed = 0;
  if (message.size() < sizeof fixed) return false;
  std::memcpy(&fixed, message.data(), sizeof fixed);
  message.remove_prefix(sizeof fixed);
  value = fixed;
  return true;
}

bool take_content(std::string_view& message, WireType type, WireField& field) noexcept {
  switch (type) {
    case WireType::varint: return take_varint(message, field.integer);
    case WireType::fixed64: return take_fixed<std::uint64_t>(message, field.integer);
    case WireType::fixed32: return take_fixed<std::uint32_t>(message, field.integer);
    case WireType::delimited: {
      std::uint64_t size = 0;
      if (!take_varint(message, size) || size > message.size()) return false;
      field.content = message.substr(0, size);
      message.remove_prefix(size);
      return true;
    }
    default: return false;
  }
}

}  // namespace

WireField take_field(std::string_view& message) noexcept {
  WireField field;
  std::uint64_t tag = 0;
  if (message.empty() || !take_varint(message, tag) ||
      !take_content(message, static_cast<WireType>(tag & 7), field)) {
    message = {};
    return {};
  }
  field.number = static_cast<std::uint32_t>(tag >> 3);
  return field;
}

}  // namespace detail

namespace {

/// Calls visit(field) for each field of a message.
template <class Visit>
void for_each_field(std::string_view message, Visit visit) {
  for (detail::WireField field = detail::take_field(message); field.number != 0;
       field = detail::take_field(message)) {
    visit(field);
  }
}

template <class Id>
void read_id(std::string_view content, Id& id) noexcept {
  if (content.size() == Id::size) std::memcpy(id.bytes.data(), content.data(), Id::size);
}

}  // namespace

ValueView::ValueView(std::string_view any_value) noexcept {
  using Type = AttributeValue::Type;
  const detail::WireField field = detail::take_field(any_value);
  integer_ = field.integer;
  content_ = field.content;
  switch (field.number) {
    case fields::any_value::string_value: type_ = Type::string; break;
    case fields::any_value::bool_value: type_ = Type::boolean; break;
    case fields::any_value::int_value: type_ = Type::integer; break;
    case fields::any_value::double_value: type_ = Type::floating; break;
    case fields::any_value::array_value: type_ = Type::array; break;
    case fields::any_value::kvlist_value: type_ = Type::map; break;
    case fields::any_value::bytes_value: type_ = Type::bytes; break;
    default: break;
  }
}

double ValueView::as_floating() const noexcept { return std::bit_cast<double>(integer_); }

detail::WireRange<ValueView> ValueView::elements() const noexcept {
  return {content_, fields::array_value::values};
}

detail::WireRange<AttributeView> ValueView::entries() const noexcept {
  return {content_, fields::key_value_list::values};
}

AttributeView::AttributeView(std::string_view key_value) noexcept {
  for_each_field(key_value, [this](const detail::WireField& field) {
    if (field.number == fields::key_value::key) key_ = field.content;
    if (field.number == fields::key_value::value) value_ = field.content;
  });
}

SpanEventView::SpanEventView(std::string_view event) noexcept : event_(event) {
  for_each_field(event, [this](const detail::WireField& field) {
    if (field.number == fields::event::time_unix_nano) time_ = field.integer;
    if (field.number == fields::event::name) name_ = field.content;
  });
}

detail::WireRange<AttributeView> SpanEventView::attributes() const noexcept {
  return {event_, fields::event::attributes};
}

SpanLinkView::SpanLinkView(std::string_view link) noexcept : link_(link) {
  for_each_field(link, [this](const detail::WireField& field) {
    if (field.number == fields::link::trace_id) read_id(field.content, trace_id_);
    if (field.number == fields::link::span_id) read_id(field.content, span_id_);
  });
}

detail::WireRange<AttributeView> SpanLinkView::attributes() const noexcept {
  return {link_, fields::link::attributes};
}

SpanView::SpanView(std::string_view span) noexcept : otlp_(span) {
  for_each_field(span, [this](const detail::WireField& field) {
    switch (field.number) {
      case fields::span::trace_id: read_id(field.content, trace_id_); break;
      case fields::span::span_id: read_id(field.content, span_id_); break;
      case fields::span::parent_span_id: read_id(field.content, parent_span_id_); break;
      case fields::span::trace_state: trace_state_ = field.content; break;
      case fields::span::name: name_ = field.content; break;
      case fields::span::kind: kind_ = static_cast<SpanKind>(field.integer); break;
      case fields::span::start_time_unix_nano: start_time_ = field.integer; break;
      case fields::span::end_time_unix_nano: end_time_ = field.integer; break;
      case fields::span::status: read_status(field.content); break;
      case fields::span::dropped_attributes_count:
        dropped_attributes_ = static_cast<std::uint32_t>(field.integer);
        break;
      case fields::span::dropped_events_count:
        dropped_events_ = static_cast<std::uint32_t>(field.integer);
        break;
      case fields::span::dropped_links_count:
        dropped_links_ = static_cast<std::uint32_t>(field.integer);
        break;
      default: break;
    }
  });
}

void SpanView::read_status(std::string_view status) noexcept {
  for_each_field(status, [this](const detail::WireField& field) {
    if (field.number == fields::status::message) status_message_ = field.content;
    if (field.number == fields::status::code) status_ = static_cast<StatusCode>(field.integer);
  });
}

detail::WireRange<AttributeView> SpanView::attributes() const noexcept {
  return {otlp_, fields::span::attributes};
}
detail::WireRange<SpanEventView> SpanView::events() const noexcept { return {otlp_, fields::span::events}; }
detail::WireRange<SpanLinkView> SpanView::links() const noexcept { return {otlp_, fields::span::links}; }

SpanBatch::ScopeSpans::ScopeSpans(std::string_view content) noexcept : message(content) {
  for_each_field(content, [this](const detail::WireField& field) {
    if (field.number != fields::scope_items::scope) return;
    for_each_field(field.content, [this](const detail::WireField& part) {
      if (part.number == fields::instrumentation_scope::name) scope.name = part.content;
      if (part.number == fields::instrumentation_scope::version) scope.version = part.content;
    });
  });
}

}  // namespace sonde
