#pragma once

// Environment variables as the specification reads them: an empty one is as good as unset, and one that
// cannot be understood is ignored with a warning.
//
// Source: specification configuration/sdk-environment-variables.md.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sonde::detail {

/// The value, or nothing if unset or empty.
[[nodiscard]] std::optional<std::string_view> environment(const char* name) noexcept;

/// True only for "true" in any case; another value than "true" or "false" is a problem.
[[nodiscard]] bool environment_boolean(const char* name, std::vector<std::string>& problems);

/// A decimal number from `least` up, or nothing.
[[nodiscard]] std::optional<std::uint64_t> environment_number(const char* name, std::uint64_t least,
                                                              std::vector<std::string>& problems);

[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

}  // namespace sonde::detail
