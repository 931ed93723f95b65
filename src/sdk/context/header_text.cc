#include "sdk/context/header_text.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/percent.h"
#include "base/utf8.h"

namespace sonde::detail {

bool is_token(std::string_view text) noexcept {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  const auto is_allowed = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, is_allowed);
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  if (!base::percent_decode(text, decoded)) return std::string(text);
  return base::to_utf8(std::move(decoded));
}

void append_percent_encoded(char character, bool as_it_is, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  if (as_it_is) {
    out += character;
    return;
  }
  const auto byte = static_cast<std::uint8_t>(character);
  out += '%';
  out += digits[byte >> 4];
  out += digits[byte & 0xF];
}

}  // namespace sonde::detail
