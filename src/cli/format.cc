#include "cli/format.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "cli/terminal.h"
#include "store/utf8.h"

namespace sonde::cli {
namespace {

constexpr std::uint64_t microsecond = 1'000;
constexpr std::uint64_t millisecond = 1'000 * microsecond;
constexpr std::uint64_t second = 1'000 * millisecond;
constexpr std::uint64_t minute = 60 * second;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t day = 24 * hour;

template <class... Values>
std::string print(const char* format, Values... values) {
  std::array<char, 64> text;
  const int size = std::snprintf(text.data(), text.size(), format, values...);
  return {text.data(), static_cast<std::size_t>(std::clamp(size, 0, static_cast<int>(text.size()) - 1))};
}

/// "2m 05s": whole `larger` units, and whole `smaller` ones of what is left.
std::string two_units(std::uint64_t value, std::uint64_t larger, char larger_name, std::uint64_t smaller,
                      char smaller_name) {
  return print("%llu%c %02llu%c", static_cast<unsigned long long>(value / larger), larger_name,
               static_cast<unsigned long long>(value % larger / smaller), smaller_name);
}

/// Three significant digits, of a value below 1,000.
std::string three_digits(double value, const char* unit) {
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return print("%.*f %s", decimals, value, unit);
}

/// The last byte of the character that begins at `i`; text is valid UTF-8.
std::size_t end_of_character(std::string_view text, std::size_t i) {
  do ++i;
  while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80);
  return i;
}

/// How many bytes of `text` fit in `columns`, at least one character.
std::size_t bytes_that_fit(std::string_view text, std::size_t columns) {
  std::size_t width = 0;
  std::size_t fit = 0;
  while (fit < text.size()) {
    const std::size_t end = end_of_character(text, fit);
    width += display_width(text.substr(fit, end - fit));
    if (width > columns && fit > 0) break;
    fit = end;
  }
  return fit;
}

/// Takes one line of at most `columns` off the front of `text`, which has no line breaks.
std::string take_line(std::string_view& text, std::size_t columns) {
  std::size_t end = bytes_that_fit(text, columns);
  std::size_t next = end;
  if (end < text.size() && text[end] != ' ') {
    const std::size_t space = text.substr(0, end).rfind(' ');
    // A word longer than half the line is broken rather than pushed down.
    if (space != std::string_view::npos && space > end / 2) end = next = space;
  }
  while (next < text.size() && text[next] == ' ') ++next;
  std::string line(text.substr(0, end));
  text.remove_prefix(next);
  return line;
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr std::string_view replacement = "\uFFFD";
  std::string valid;
  store::append_utf8(text, valid);
  std::string clean;
  clean.reserve(valid.size());
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const auto byte = static_cast<unsigned char>(valid[i]);
    const bool is_c1_control = byte == 0xC2 && static_cast<unsigned char>(valid[i + 1]) < 0xA0;
    if (byte == '\n' || byte == '\r' || byte == '\t') {
      clean += ' ';
    } else if (byte < 0x20 || byte == 0x7F || is_c1_control) {
      clean += replacement;
    } else {
      clean += valid[i];
    }
    if (is_c1_control) ++i;
  }
  return clean;
}

std::string format_duration(std::uint64_t nanoseconds) {
  const auto value = static_cast<double>(nanoseconds);
  if (nanoseconds < microsecond) return std::to_string(nanoseconds) + " ns";
  if (value < 999.5 * microsecond) return three_digits(value / microsecond, "µs");
  if (value < 999.5 * millisecond) return three_digits(value / millisecond, "ms");
  if (value < 59.95 * second) return three_digits(value / second, "s");
  const std::uint64_t rounded = std::max(minute, nanoseconds);
  if (rounded < hour) return two_units(rounded, minute, 'm', second, 's');
  if (rounded < day) return two_units(rounded, hour, 'h', minute, 'm');
  return two_units(rounded, day, 'd', hour, 'h');
}

std::string format_count(std::uint64_t count) {
  if (count < 1'000) return std::to_string(count);
  auto value = static_cast<double>(count) / 1'000;
  constexpr std::array<char, 5> units{'k', 'M', 'G', 'T', 'P'};
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= 1'000;
    ++unit;
  }
  return print("%.*f%c", value < 9.95 ? 1 : 0, value, units[unit]);
}

std::string grouped(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

std::string format_plural(std::uint64_t count, std::string_view singular) {
  std::string text = grouped(count);
  text.append(" ").append(singular);
  return count == 1 ? text : text + 's';
}

std::string format_tokens(std::uint64_t input, std::uint64_t output) {
  return output == 0 ? format_count(input) : format_count(input) + "→" + format_count(output);
}

std::string format_time(std::uint64_t nanoseconds_since_epoch) {
  const auto seconds = static_cast<std::time_t>(nanoseconds_since_epoch / second);
  std::tm local{};
  if (localtime_r(&seconds, &local) == nullptr) return {};
  std::array<char, 64> text;
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local);
  return std::string(text.data(), size) +
         print(".%03u", static_cast<unsigned>(nanoseconds_since_epoch % second / millisecond));
}

std::string padded(std::string_view text, std::size_t columns, bool right) {
  const std::size_t width = display_width(text);
  const std::string space(width < columns ? columns - width : 0, ' ');
  return right ? space + std::string(text) : std::string(text) + space;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns, std::size_t most_lines) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view paragraph = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(paragraph.size() + 1, text.size()));
    const std::string clean = printable(paragraph);
    std::string_view rest = clean;
    do {
      if (lines.size() == most_lines) {
        lines.back() = truncated(lines.back() + "…", columns);
        return lines;
      }
      lines.push_back(take_line(rest, columns));
    } while (!rest.empty());
  }
  return lines;
}

}  // namespace sonde::cli
