#pragma once

// What the SDK has to say to whoever runs the application: problems with its configuration, spans it lost. It
// says it through one callback, a few sentences a minute at most, and never through an exception.

#include <string_view>

#include "sonde/diagnostics.hpp"

namespace sonde::detail {

/// Reports something, unless it is below the level; at most ten in any minute, then one line that says how
/// many were left out. Thread-safe. Calls the handler on the calling thread, one message at a time: while a
/// call is under way, others leave their messages to that thread, so a handler that hangs holds up one
/// thread, once.
void diagnose(std::string_view message, DiagnosticLevel level = DiagnosticLevel::warning) noexcept;

/// What is told from here on: messages of this level and more severe ones. At first info. Thread-safe.
void set_diagnostic_level(DiagnosticLevel level) noexcept;

/// Who is told; null: stderr. Thread-safe.
void set_diagnostic_handler(DiagnosticHandler handler);

}  // namespace sonde::detail
