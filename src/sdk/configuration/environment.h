#pragma once

// Environment variables as the specification reads them: an empty one is as good as unset, and one that
// cannot be understood is ignored, with a line in `problems` that names it and says what it may be. Not while
// another thread writes the environment.
//
// Source: specification configuration/sdk-environment-variables.md, configuration/common.md.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/configuration/variable_table.h"

namespace sonde::detail {

/// The value without blanks around it, or nothing if unset or empty.
[[nodiscard]] std::optional<std::string_view> environment(const Variable& variable) noexcept;
/// The same of a variable that is not the SDK's own, such as NO_COLOR.
[[nodiscard]] std::optional<std::string_view> environment(const char* foreign_name) noexcept;

/// True only for "true" in any case; another value than "true" or "false" is a problem.
[[nodiscard]] bool environment_boolean(const Variable& variable, std::vector<std::string>& problems);

/// A whole number from the row's least up to 2^31 - 1.
[[nodiscard]] std::optional<std::uint32_t> environment_number(const Variable& variable,
                                                              std::vector<std::string>& problems);

/// Of a duration or a timeout. A timeout of 0, which is no limit, gives 2^31 - 1 milliseconds: 24 days, and
/// may still be added to a point of time.
[[nodiscard]] std::optional<std::chrono::milliseconds> environment_time(const Variable& variable,
                                                                        std::vector<std::string>& problems);

/// One of the row's choices, written as there.
[[nodiscard]] std::optional<std::string_view> environment_choice(const Variable& variable,
                                                                 std::vector<std::string>& problems);

/// Those of the row's choices that are listed, each once; nothing if the variable is unset or names none.
[[nodiscard]] std::vector<std::string_view> environment_list(const Variable& variable,
                                                             std::vector<std::string>& problems);

/// Those of the row's choices that `text` lists, each once. `name` is what problems call it.
[[nodiscard]] std::vector<std::string_view> parse_list(const Variable& variable, std::string_view name,
                                                       std::string_view text,
                                                       std::vector<std::string>& problems);

[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
/// Without blanks and tabs at its ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
/// Takes what stands before the next `separator` off the front of `text`, trimmed.
[[nodiscard]] std::string_view take_until(char separator, std::string_view& text) noexcept;

}  // namespace sonde::detail
