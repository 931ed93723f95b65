#pragma once

// How long a span took, or has been running.

#include <algorithm>
#include <cstdint>

#include "otlp/model.h"

namespace sonde::otlp {

/// Whether it has not ended: what was sent is a snapshot of a span that is running, or was when its process
/// came to its end.
[[nodiscard]] inline bool is_running(const Span& span) noexcept {
  return span.end_time == 0 && span.start_time != 0;
}

/// When it ended; of a running span, when it was last known to run. Never before its start. Nanoseconds since
/// the Unix epoch.
[[nodiscard]] inline std::uint64_t last_known_time(const Span& span) noexcept {
  std::uint64_t time = span.end_time;
  if (is_running(span)) {
    const AttributeValue* const taken = find(span.attributes, "sonde.span.snapshot_time");
    if (taken != nullptr && taken->type() == AttributeValue::Type::integer && taken->as_integer() > 0) {
      time = static_cast<std::uint64_t>(taken->as_integer());
    }
  }
  return std::max(span.start_time, time);
}

/// Nanoseconds.
[[nodiscard]] inline std::uint64_t duration_of(const Span& span) noexcept {
  return last_known_time(span) - span.start_time;
}

}  // namespace sonde::otlp
