#include "sonde/log_record_view.hpp"

#include "otlp/fields.h"
#include "sdk/wire_fields.h"

namespace sonde {

namespace fields = otlp::fields::log_record;

LogRecordView::LogRecordView(std::string_view log_record) noexcept : otlp_(log_record) {
  detail::for_each_field(log_record, [this](const detail::WireField& field) {
    switch (field.number) {
      case fields::time_unix_nano: time_ = field.integer; break;
      case fields::observed_time_unix_nano: observed_time_ = field.integer; break;
      case fields::severity_number: severity_ = static_cast<Severity>(field.integer); break;
      case fields::severity_text: severity_text_ = field.content; break;
      case fields::event_name: event_name_ = field.content; break;
      case fields::body: body_ = field.content; break;
      case fields::dropped_attributes_count:
        dropped_attributes_ = static_cast<std::uint32_t>(field.integer);
        break;
      case fields::trace_id: detail::read_id(field.content, trace_id_); break;
      case fields::span_id: detail::read_id(field.content, span_id_); break;
      case fields::flags: trace_flags_ = {static_cast<std::uint8_t>(field.integer)}; break;
      default: break;
    }
  });
}

detail::WireRange<AttributeView> LogRecordView::attributes() const noexcept {
  return {otlp_, fields::attributes};
}

std::string_view short_name(Severity severity) noexcept {
  static constexpr std::string_view names[] = {
      "",       "TRACE",  "TRACE2", "TRACE3", "TRACE4", "DEBUG",  "DEBUG2", "DEBUG3", "DEBUG4",
      "INFO",   "INFO2",  "INFO3",  "INFO4",  "WARN",   "WARN2",  "WARN3",  "WARN4",  "ERROR",
      "ERROR2", "ERROR3", "ERROR4", "FATAL",  "FATAL2", "FATAL3", "FATAL4"};
  const auto number = static_cast<std::size_t>(severity);
  return number < std::size(names) ? names[number] : std::string_view();
}

}  // namespace sonde
