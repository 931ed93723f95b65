#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sonde::query {

/// Nanoseconds of a duration as people write it: numbers with units ns, us (or µs), ms, s, m, h, d, the
/// largest first or not ("1.5s", "1h30m", "7d"), or a bare "0". Nothing for anything else, negative durations
/// and those beyond 64 bits. Does not allocate.
[[nodiscard]] std::optional<std::uint64_t> parse_duration(std::string_view text) noexcept;

}  // namespace sonde::query
