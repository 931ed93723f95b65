#pragma once

// Finished spans, read where they lie. A span is encoded once, as it is recorded; processors and exporters
// that want to look inside read those bytes through the views here, which decode what they are asked for and
// copy nothing. A view is valid as long as the bytes are.

#include <cstdint>
#include <string_view>

#include "sonde/ids.hpp"
#include "sonde/span_context.hpp"
#include "sonde/span_kind.hpp"
#include "sonde/wire_view.hpp"

namespace sonde {

namespace detail {
// The flags of spans and links as OTLP has them.
[[nodiscard]] constexpr TraceFlags trace_flags(std::uint32_t flags) noexcept {
  return {static_cast<std::uint8_t>(flags)};
}
[[nodiscard]] constexpr bool is_remote(std::uint32_t flags) noexcept { return (flags & 0x200) != 0; }
}  // namespace detail

class SpanEventView {
 public:
  explicit SpanEventView(std::string_view event) noexcept;
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  /// Nanoseconds since the Unix epoch.
  [[nodiscard]] std::uint64_t time() const noexcept { return time_; }
  [[nodiscard]] detail::WireRange<AttributeView> attributes() const noexcept;
  [[nodiscard]] std::uint32_t dropped_attributes() const noexcept { return dropped_attributes_; }

 private:
  std::string_view event_;
  std::string_view name_;
  std::uint64_t time_ = 0;
  std::uint32_t dropped_attributes_ = 0;
};

class SpanLinkView {
 public:
  explicit SpanLinkView(std::string_view link) noexcept;
  [[nodiscard]] const TraceId& trace_id() const noexcept { return trace_id_; }
  [[nodiscard]] const SpanId& span_id() const noexcept { return span_id_; }
  [[nodiscard]] std::string_view trace_state() const noexcept { return trace_state_; }
  [[nodiscard]] TraceFlags trace_flags() const noexcept { return detail::trace_flags(flags_); }
  /// Whether the linked span is another process's, as far as that is known.
  [[nodiscard]] bool is_remote() const noexcept { return detail::is_remote(flags_); }
  [[nodiscard]] detail::WireRange<AttributeView> attributes() const noexcept;
  [[nodiscard]] std::uint32_t dropped_attributes() const noexcept { return dropped_attributes_; }

 private:
  std::string_view link_;
  std::string_view trace_state_;
  TraceId trace_id_;
  SpanId span_id_;
  std::uint32_t flags_ = 0;
  std::uint32_t dropped_attributes_ = 0;
};

/// A finished span (OTLP's Span).
class SpanView {
 public:
  explicit SpanView(std::string_view span) noexcept;

  [[nodiscard]] const TraceId& trace_id() const noexcept { return trace_id_; }
  [[nodiscard]] const SpanId& span_id() const noexcept { return span_id_; }
  [[nodiscard]] const SpanId& parent_span_id() const noexcept { return parent_span_id_; }
  [[nodiscard]] std::string_view trace_state() const noexcept { return trace_state_; }
  [[nodiscard]] TraceFlags trace_flags() const noexcept { return detail::trace_flags(flags_); }
  /// Whether the parent is another process's, as far as that is known.
  [[nodiscard]] bool is_parent_remote() const noexcept { return detail::is_remote(flags_); }
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] SpanKind kind() const noexcept { return kind_; }
  /// Nanoseconds since the Unix epoch.
  [[nodiscard]] std::uint64_t start_time() const noexcept { return start_time_; }
  [[nodiscard]] std::uint64_t end_time() const noexcept { return end_time_; }
  [[nodiscard]] StatusCode status() const noexcept { return status_; }
  [[nodiscard]] std::string_view status_message() const noexcept { return status_message_; }
  [[nodiscard]] std::uint32_t dropped_attributes() const noexcept { return dropped_attributes_; }
  [[nodiscard]] std::uint32_t dropped_events() const noexcept { return dropped_events_; }
  [[nodiscard]] std::uint32_t dropped_links() const noexcept { return dropped_links_; }
  [[nodiscard]] detail::WireRange<AttributeView> attributes() const noexcept;
  [[nodiscard]] detail::WireRange<SpanEventView> events() const noexcept;
  [[nodiscard]] detail::WireRange<SpanLinkView> links() const noexcept;
  /// The Span message itself.
  [[nodiscard]] std::string_view otlp() const noexcept { return otlp_; }

 private:
  void read_status(std::string_view status) noexcept;

  std::string_view otlp_;
  std::string_view name_;
  std::string_view trace_state_;
  std::string_view status_message_;
  TraceId trace_id_;
  SpanId span_id_;
  SpanId parent_span_id_;
  std::uint64_t start_time_ = 0;
  std::uint64_t end_time_ = 0;
  std::uint32_t flags_ = 0;
  std::uint32_t dropped_attributes_ = 0;
  std::uint32_t dropped_events_ = 0;
  std::uint32_t dropped_links_ = 0;
  SpanKind kind_ = SpanKind::unspecified;
  StatusCode status_ = StatusCode::unset;
};

}  // namespace sonde
