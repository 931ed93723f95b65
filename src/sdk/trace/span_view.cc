#include "sonde/span_view.hpp"

#include "otlp/fields.h"
#include "sdk/wire_fields.h"

namespace sonde {

namespace fields = otlp::fields;
using detail::for_each_field;
using detail::read_id;

SpanEventView::SpanEventView(std::string_view event) noexcept : event_(event) {
  for_each_field(event, [this](const detail::WireField& field) {
    if (field.number == fields::event::time_unix_nano) time_ = field.integer;
    if (field.number == fields::event::name) name_ = field.content;
    if (field.number == fields::event::dropped_attributes_count)
      dropped_attributes_ = static_cast<std::uint32_t>(field.integer);
  });
}

detail::WireRange<AttributeView> SpanEventView::attributes() const noexcept {
  return {event_, fields::event::attributes};
}

SpanLinkView::SpanLinkView(std::string_view link) noexcept : link_(link) {
  for_each_field(link, [this](const detail::WireField& field) {
    if (field.number == fields::link::trace_id) read_id(field.content, trace_id_);
    if (field.number == fields::link::span_id) read_id(field.content, span_id_);
    if (field.number == fields::link::trace_state) trace_state_ = field.content;
    if (field.number == fields::link::flags) flags_ = static_cast<std::uint32_t>(field.integer);
    if (field.number == fields::link::dropped_attributes_count)
      dropped_attributes_ = static_cast<std::uint32_t>(field.integer);
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
      case fields::span::flags: flags_ = static_cast<std::uint32_t>(field.integer); break;
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

}  // namespace sonde
