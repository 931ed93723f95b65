#pragma once

// Floating-point numbers as text and back, whatever the program's locale. The standard library's to_chars()
// and from_chars() do it faster, but a static program pays 300 kB for their tables, and the SDK is linked
// into other people's programs.

#include <array>
#include <optional>
#include <string_view>

namespace sonde::base {

using DecimalBuffer = std::array<char, 32>;

/// The shortest decimal that reads back as `value`, as a view of the buffer. Does not allocate; thread-safe.
[[nodiscard]] std::string_view write_decimal(double value, DecimalBuffer& buffer) noexcept;

/// The number that is all of `text`, of digits, a point, an exponent and a sign; nothing else. Thread-safe.
[[nodiscard]] std::optional<double> read_decimal(std::string_view text);

}  // namespace sonde::base
