#pragma once

// What identifies a span across threads, processes and machines: a plain value that outlives the span. This
// is what to keep when the span itself may end first (detached work), and what propagators write into
// headers.
//
// Source: specification trace/api.md, SpanContext; W3C Trace Context level 2.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "sonde/ids.hpp"
#include "sonde/trace_state.hpp"

namespace sonde {

/// The flags byte of W3C Trace Context.
struct TraceFlags {
  static constexpr std::uint8_t sampled = 0x01;
  static constexpr std::uint8_t random = 0x02;  ///< The trace id is random in its last 7 bytes.

  std::uint8_t bits = 0;

  [[nodiscard]] constexpr bool is_sampled() const noexcept { return (bits & sampled) != 0; }
  friend constexpr bool operator==(TraceFlags, TraceFlags) = default;
};

class SpanContext {
 public:
  /// The invalid context: of no span.
  SpanContext() = default;
  SpanContext(TraceId trace_id, SpanId span_id, TraceFlags flags, bool is_remote = false,
              TraceState trace_state = {}) noexcept
      : trace_id_(trace_id),
        span_id_(span_id),
        flags_(flags),
        is_remote_(is_remote),
        trace_state_(std::move(trace_state)) {}

  [[nodiscard]] const TraceId& trace_id() const noexcept { return trace_id_; }
  [[nodiscard]] const SpanId& span_id() const noexcept { return span_id_; }
  [[nodiscard]] TraceFlags trace_flags() const noexcept { return flags_; }
  [[nodiscard]] const TraceState& trace_state() const noexcept { return trace_state_; }
  /// Whether it came from another process.
  [[nodiscard]] bool is_remote() const noexcept { return is_remote_; }
  [[nodiscard]] bool is_sampled() const noexcept { return flags_.is_sampled(); }
  [[nodiscard]] bool is_valid() const noexcept { return trace_id_.is_valid() && span_id_.is_valid(); }

  friend bool operator==(const SpanContext&, const SpanContext&) = default;

 private:
  TraceId trace_id_;
  SpanId span_id_;
  TraceFlags flags_;
  bool is_remote_ = false;
  TraceState trace_state_;
};

/// The W3C traceparent header of a context, or an empty string if it is not valid.
[[nodiscard]] std::string traceparent(const SpanContext& context);

/// Reads a traceparent and, if there is one, a tracestate header. A malformed traceparent gives the invalid
/// context and a malformed tracestate the empty one, as the recommendation asks; the result is remote.
[[nodiscard]] SpanContext parse_traceparent(std::string_view traceparent, std::string_view tracestate = {});

}  // namespace sonde
