#pragma once

// Pieces of header values that the propagators have in common.

#include <cstddef>
#include <string>
#include <string_view>

namespace sonde::detail {

/// W3C Baggage 3.3.2 asks for at least 64 entries and 8,192 bytes to be handed on; its earlier drafts, which
/// many still go by, for 180.
inline constexpr std::size_t most_baggage_entries = 180;
inline constexpr std::size_t most_baggage_bytes = 8192;

/// What may stand unencoded in a value (W3C Baggage 3.3.1, baggage-octet), but for the escape itself.
[[nodiscard]] constexpr bool is_baggage_octet(char c) noexcept {
  return c > ' ' && c < '\x7F' && c != '"' && c != ',' && c != ';' && c != '\\' && c != '%';
}

/// RFC 7230 section 3.2.6: at least one letter, digit or one of !#$%&'*+-.^_`|~
[[nodiscard]] bool is_token(std::string_view text) noexcept;

/// Decodes %XX, and replaces what is then no UTF-8; text whose escapes are malformed stays as it is.
[[nodiscard]] std::string percent_decoded(std::string_view text);

/// Appends the character as it is or as %XX.
void append_percent_encoded(char character, bool as_it_is, std::string& out);

}  // namespace sonde::detail
