#include "query/duration.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace sonde::query {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::array<std::pair<std::string_view, std::uint64_t>, 9> units{{
    {"ns", 1},
    {"us", 1'000},
    {"\u00B5s", 1'000},  // micro sign
    {"\u03BCs", 1'000},  // Greek mu
    {"ms", 1'000'000},
    {"s", second},
    {"m", 60 * second},
    {"h", 3'600 * second},
    {"d", 86'400 * second},
}};

constexpr bool is_digit(char character) noexcept { return character >= '0' && character <= '9'; }

std::string_view take_digits(std::string_view& text) noexcept {
  const auto* const end = std::ranges::find_if_not(text, is_digit);
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

/// Of the unit at the start of the text, which ends at the next number.
std::uint64_t take_unit(std::string_view& text) noexcept {
  const auto* const end = std::ranges::find_if(text, is_digit);
  const std::string_view name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(name.size());
  const auto* const unit = std::ranges::find(units, name, &std::pair<std::string_view, std::uint64_t>::first);
  return unit == units.end() ? 0 : unit->second;
}

}  // namespace

std::optional<std::uint64_t> parse_duration(std::string_view text) noexcept {
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  __extension__ using Wide = unsigned __int128;  // room for every product below
  constexpr Wide most = std::numeric_limits<std::uint64_t>::max();
  Wide total = 0;
  while (!text.empty()) {
    const std::string_view whole = take_digits(text);
    std::string_view fraction;
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      fraction = take_digits(text);
    }
    const std::uint64_t unit = take_unit(text);
    if (unit == 0 || (whole.empty() && fraction.empty())) return std::nullopt;
    Wide number = 0;
    for (const char digit : whole) {
      number = number * 10 + static_cast<unsigned>(digit - '0');
      if (number > most) return std::nullopt;
    }
    total += number * unit;
    std::uint64_t worth = unit;
    for (const char digit : fraction) {
      worth /= 10;
      total += worth * static_cast<unsigned>(digit - '0');
    }
    if (total > most) return std::nullopt;
  }
  return static_cast<std::uint64_t>(total);
}

}  // namespace sonde::query
