#pragma once

// Pieces of header values that the propagators have in common.

#include <string>
#include <string_view>

namespace sonde::detail {

/// RFC 7230 section 3.2.6: at least one letter, digit or one of !#$%&'*+-.^_`|~
[[nodiscard]] bool is_token(std::string_view text) noexcept;

/// Appends the character as it is or as %XX.
void append_percent_encoded(char character, bool as_it_is, std::string& out);

}  // namespace sonde::detail
