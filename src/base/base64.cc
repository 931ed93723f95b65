#include "base/base64.h"

#include <array>
#include <cstddef>

namespace sonde::base {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t not_a_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> digit_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(not_a_digit);
  for (std::uint8_t i = 0; i < 64; ++i) values[static_cast<std::uint8_t>(alphabet[i])] = i;
  values['-'] = 62;
  values['_'] = 63;
  return values;
}();

}  // namespace

void append_base64(std::span<const std::uint8_t> bytes, std::string& out) {
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const auto group = static_cast<std::uint32_t>(bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2]);
    out += alphabet[group >> 18];
    out += alphabet[group >> 12 & 63];
    out += alphabet[group >> 6 & 63];
    out += alphabet[group & 63];
  }
  const std::size_t rest = bytes.size() - i;
  if (rest == 0) return;
  const auto group = static_cast<std::uint32_t>(bytes[i] << 16 | (rest == 2 ? bytes[i + 1] << 8 : 0));
  out += alphabet[group >> 18];
  out += alphabet[group >> 12 & 63];
  out += rest == 2 ? alphabet[group >> 6 & 63] : '=';
  out += '=';
}

bool decode_base64(std::string_view text, std::string& out) {
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  if (text.size() % 4 == 1) return false;
  const std::size_t before = out.size();
  std::uint32_t bits = 0;
  int held = 0;
  for (const char digit : text) {
    const std::uint8_t value = digit_values[static_cast<std::uint8_t>(digit)];
    if (value == not_a_digit) {
      out.resize(before);
      return false;
    }
    bits = bits << 6 | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xFF);
    }
  }
  return true;
}

}  // namespace sonde::base
