#pragma once

// Consistent probability sampling: a trace is sampled if its 56 bits of randomness reach a threshold. What of
// this is handed on stands in the tracestate's member `ot`: the threshold as `th`, and as `rv` a randomness
// that replaces the trace id's.
//
// Source: specification trace/tracestate-probability-sampling.md, trace/tracestate-handling.md.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sonde/ids.hpp"
#include "sonde/trace_state.hpp"

namespace sonde::detail {

/// No randomness reaches it.
inline constexpr std::uint64_t threshold_of_nothing = std::uint64_t{1} << 56;

/// The threshold that lets that part of all traces pass (0 to 1), to four significant hexadecimal digits.
[[nodiscard]] std::uint64_t sampling_threshold(double ratio) noexcept;

/// As the value of `th`: hexadecimal digits without the zeros at the end. Not for threshold_of_nothing.
[[nodiscard]] std::string threshold_digits(std::uint64_t threshold);

/// The randomness that `rv` sets explicitly.
[[nodiscard]] std::optional<std::uint64_t> explicit_randomness(const TraceState& state) noexcept;

/// The last 56 bits of a trace id.
[[nodiscard]] std::uint64_t trace_randomness(const TraceId& trace_id) noexcept;

/// With `th` set to those digits. Unchanged if there is no room for it.
[[nodiscard]] TraceState with_threshold(const TraceState& state, std::string_view digits);

}  // namespace sonde::detail
