#include "sonde/ids.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace sonde::detail {
namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::uint8_t not_a_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> digit_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(not_a_digit);
  for (std::uint8_t i = 0; i < 16; ++i) {
    values[static_cast<std::uint8_t>(digits[i])] = i;
    if (i >= 10) values[static_cast<std::size_t>('A' + i - 10)] = i;
  }
  return values;
}();

}  // namespace

void to_hex(const std::uint8_t* bytes, std::size_t size, char* out) noexcept {
  for (std::size_t i = 0; i < size; ++i) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 0xF];
  }
}

bool from_hex(std::string_view text, std::uint8_t* bytes, std::size_t size) noexcept {
  if (text.size() != 2 * size) return false;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint8_t high = digit_values[static_cast<std::uint8_t>(text[2 * i])];
    const std::uint8_t low = digit_values[static_cast<std::uint8_t>(text[2 * i + 1])];
    if ((high | low) > 0xF) return false;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

}  // namespace sonde::detail
