#include "sdk/trace/sampling_threshold.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace sonde::detail {
namespace {

constexpr int digits_in_all = 14;
constexpr int bits_a_digit = 4;
constexpr std::string_view open_telemetry_key = "ot";

/// Takes the next `key:value` off the front of the member `ot`.
std::string_view take_part(std::string_view& parts) noexcept {
  const std::size_t end = std::min(parts.find(';'), parts.size());
  const std::string_view part = parts.substr(0, end);
  parts.remove_prefix(std::min(end + 1, parts.size()));
  return part;
}

/// How many hexadecimal digits a fraction begins with that are 0.
int leading_zeros(double fraction) noexcept {
  int exponent = 0;
  std::frexp(fraction, &exponent);
  return std::max(0, -exponent / bits_a_digit);
}

}  // namespace

std::uint64_t sampling_threshold(double ratio) noexcept {
  constexpr double all = 0x1p56;
  if (!(ratio >= 1 / all)) return threshold_of_nothing;
  if (ratio >= 1) return 0;
  std::uint64_t threshold = threshold_of_nothing - static_cast<std::uint64_t>(std::round(ratio * all));
  // Digits f or 0 at the front tell little, so they do not count among the significant ones.
  constexpr int significant = 4;
  const int digits =
      std::min(digits_in_all, significant + std::max(leading_zeros(ratio), leading_zeros(1 - ratio)));
  if (const int cut = bits_a_digit * (digits_in_all - digits); cut > 0) {
    threshold = (threshold + (std::uint64_t{1} << (cut - 1))) >> cut << cut;
  }
  return threshold;
}

std::string threshold_digits(std::uint64_t threshold) {
  std::string digits(digits_in_all, '0');
  for (int i = digits_in_all - 1; threshold != 0; --i, threshold >>= bits_a_digit) {
    digits[static_cast<std::size_t>(i)] = "0123456789abcdef"[threshold & 0xF];
  }
  digits.erase(std::max<std::size_t>(digits.find_last_not_of('0') + 1, 1));
  return digits;
}

std::optional<std::uint64_t> explicit_randomness(const TraceState& state) noexcept {
  for (std::string_view parts = state.get(open_telemetry_key); !parts.empty();) {
    const std::string_view part = take_part(parts);
    if (!part.starts_with("rv:")) continue;
    const std::string_view digits = part.substr(3);
    if (digits.size() != digits_in_all ||
        digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
      return std::nullopt;
    }
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
  }
  return std::nullopt;
}

std::uint64_t trace_randomness(const TraceId& trace_id) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = TraceId::size - 7; i < TraceId::size; ++i) value = value << 8 | trace_id.bytes[i];
  return value;
}

TraceState with_threshold(const TraceState& state, std::string_view digits) {
  std::string changed = "th:";
  changed += digits;
  for (std::string_view parts = state.get(open_telemetry_key); !parts.empty();) {
    const std::string_view part = take_part(parts);
    if (part.empty() || part.starts_with("th:")) continue;
    changed += ';';
    changed += part;
  }
  return state.set(open_telemetry_key, changed);
}

}  // namespace sonde::detail
