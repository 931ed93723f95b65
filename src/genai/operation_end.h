#pragma once

#include <cstdint>
#include <exception>
#include <string_view>

#include "genai/operation_state.h"

namespace sonde::genai::detail {

/// Sets error.type and the status, unless it failed before. The lock is held.
void fail_operation(OperationState& state, std::string_view error_type, std::string_view message) noexcept;

/// On the span, in an event of its own, or both, as OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN says. The lock is
/// held.
void record_exception(OperationState& state, std::string_view type, const std::exception& exception) noexcept;

/// Uploads content, records metrics, emits the event and ends the span, unless that was done before. The lock
/// is held.
void end_operation(OperationState& state, std::uint64_t time) noexcept;

}  // namespace sonde::genai::detail
