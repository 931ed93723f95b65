#pragma once

// What the SDK tells of itself: problems with its configuration, telemetry that was lost.
//
// Source: specification error-handling.md, Self-diagnostics.

#include <cstdint>

namespace sonde {

/// How much is told: what is of this level or more severe (OTEL_LOG_LEVEL).
enum class DiagnosticLevel : std::uint8_t { none, error, warning, info, debug };

}  // namespace sonde
