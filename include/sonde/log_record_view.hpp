#pragma once

// Log records, read where they lie: what SpanView is for spans.

#include <cstdint>
#include <string_view>

#include "sonde/ids.hpp"
#include "sonde/severity.hpp"
#include "sonde/span_context.hpp"
#include "sonde/wire_view.hpp"

namespace sonde {

/// An emitted log record (OTLP's LogRecord). Valid as long as the bytes are.
class LogRecordView {
 public:
  explicit LogRecordView(std::string_view log_record) noexcept;

  /// Nanoseconds since the Unix epoch; 0: not known.
  [[nodiscard]] std::uint64_t time() const noexcept { return time_; }
  [[nodiscard]] std::uint64_t observed_time() const noexcept { return observed_time_; }
  [[nodiscard]] Severity severity() const noexcept { return severity_; }
  [[nodiscard]] std::string_view severity_text() const noexcept { return severity_text_; }
  [[nodiscard]] std::string_view event_name() const noexcept { return event_name_; }
  [[nodiscard]] ValueView body() const noexcept { return ValueView(body_); }
  [[nodiscard]] detail::WireRange<AttributeView> attributes() const noexcept;
  [[nodiscard]] std::uint32_t dropped_attributes() const noexcept { return dropped_attributes_; }
  /// Of the span it belongs to; zero if there is none.
  [[nodiscard]] const TraceId& trace_id() const noexcept { return trace_id_; }
  [[nodiscard]] const SpanId& span_id() const noexcept { return span_id_; }
  [[nodiscard]] TraceFlags trace_flags() const noexcept { return trace_flags_; }
  /// The LogRecord message itself.
  [[nodiscard]] std::string_view otlp() const noexcept { return otlp_; }

 private:
  std::string_view otlp_;
  std::string_view severity_text_;
  std::string_view event_name_;
  std::string_view body_;
  TraceId trace_id_;
  SpanId span_id_;
  std::uint64_t time_ = 0;
  std::uint64_t observed_time_ = 0;
  std::uint32_t dropped_attributes_ = 0;
  TraceFlags trace_flags_;
  Severity severity_ = Severity::unspecified;
};

}  // namespace sonde
