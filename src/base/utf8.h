#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sonde::base {

/// What stands for a byte that is no UTF-8: U+FFFD.
inline constexpr std::string_view utf8_replacement = "\xEF\xBF\xBD";

/// The length of the well-formed UTF-8 sequence at the start of `text`, which is not empty; 0 if there is
/// none (Unicode table 3-7).
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text) noexcept;

/// The text with every byte that is part of no well-formed sequence replaced.
[[nodiscard]] std::string to_utf8(std::string text);

}  // namespace sonde::base
