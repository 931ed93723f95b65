#pragma once

#include <cstdint>
#include <string_view>

#include "genai/operation_state.h"

namespace sonde::genai::detail {

/// Sets error.type and the status, unless it failed before. The lock is held.
void fail_operation(OperationState& state, std::string_view error_type, std::string_view message) noexcept;

/// Uploads content, records metrics and ends the span, unless that was done before. The lock is held.
void end_operation(OperationState& state, std::uint64_t time) noexcept;

}  // namespace sonde::genai::detail
