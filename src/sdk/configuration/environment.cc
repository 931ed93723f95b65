#include "sdk/configuration/environment.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/ascii.h"

namespace sonde::detail {
namespace {

using Problems = std::vector<std::string>;

constexpr std::uint32_t largest_number = 0x7fff'ffff;  // what the specification wants supported

/// "a, b or c" for the choices "a b c".
std::string enumerated(std::string_view choices) {
  std::string out;
  while (!choices.empty()) {
    const std::string_view choice = take_until(' ', choices);
    if (!out.empty()) out += choices.empty() ? " or " : ", ";
    out += choice;
  }
  return out;
}

std::optional<std::string_view> find_choice(std::string_view choices, std::string_view text) {
  while (!choices.empty()) {
    if (const auto choice = take_until(' ', choices); equals_ignoring_case(choice, text)) return choice;
  }
  return std::nullopt;
}

std::string is_not(std::string_view name, std::string_view text, std::string_view expected) {
  return std::string(name) + " is '" + std::string(text) + "' and is ignored: it must be " +
         std::string(expected);
}

std::string expected_number(const Variable& variable) {
  const bool is_time = variable.type != VariableType::integer;
  return (is_time ? "a number of milliseconds from " : "a whole number from ") +
         std::to_string(variable.least) + " to " + std::to_string(largest_number);
}

}  // namespace

std::optional<std::string_view> environment(const Variable& variable) noexcept {
  return environment(variable.name.data());  // a literal, or a string of its own: either ends with a zero
}

std::optional<std::string_view> environment(const char* foreign_name) noexcept {
  const char* const value = std::getenv(foreign_name);
  const std::string_view text = trim(value == nullptr ? std::string_view() : std::string_view(value));
  return text.empty() ? std::nullopt : std::optional(text);
}

bool environment_boolean(const Variable& variable, Problems& problems) {
  const auto value = environment(variable);
  if (!value || equals_ignoring_case(*value, "false")) return false;
  if (equals_ignoring_case(*value, "true")) return true;
  problems.push_back(std::string(variable.name) + " is '" + std::string(*value) +
                     "' and is taken as false: it must be true or false");
  return false;
}

std::optional<std::uint32_t> environment_number(const Variable& variable, Problems& problems) {
  const auto value = environment(variable);
  if (!value) return std::nullopt;
  std::uint32_t number = 0;
  const char* const end = value->data() + value->size();
  const auto result = std::from_chars(value->data(), end, number);
  if (result.ec == std::errc() && result.ptr == end && number >= variable.least && number <= largest_number) {
    return number;
  }
  problems.push_back(is_not(variable.name, *value, expected_number(variable)));
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> environment_time(const Variable& variable, Problems& problems) {
  const auto number = environment_number(variable, problems);
  if (!number) return std::nullopt;
  const bool is_unlimited = variable.type == VariableType::timeout && *number == 0;
  return std::chrono::milliseconds(is_unlimited ? largest_number : *number);
}

std::optional<std::string_view> environment_choice(const Variable& variable, Problems& problems) {
  const auto value = environment(variable);
  if (!value) return std::nullopt;
  const auto choice = find_choice(variable.choices, *value);
  if (!choice) problems.push_back(is_not(variable.name, *value, enumerated(variable.choices)));
  return choice;
}

std::vector<std::string_view> environment_list(const Variable& variable, Problems& problems) {
  return parse_list(variable, variable.name, environment(variable).value_or(""), problems);
}

std::vector<std::string_view> parse_list(const Variable& variable, std::string_view name,
                                         std::string_view text, Problems& problems) {
  std::vector<std::string_view> found;
  while (!text.empty()) {
    const std::string_view entry = take_until(',', text);
    if (entry.empty()) continue;
    const auto choice = find_choice(variable.choices, entry);
    if (!choice) {
      problems.push_back(std::string(name) + ": '" + std::string(entry) + "' is ignored: it must be " +
                         enumerated(variable.choices));
    } else if (std::find(found.begin(), found.end(), *choice) == found.end()) {
      found.push_back(*choice);
    }
  }
  return found;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return base::to_lower(x) == base::to_lower(y); });
}

std::string_view trim(std::string_view text) noexcept {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view take_until(char separator, std::string_view& text) noexcept {
  const std::string_view taken = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(taken.size() + 1, text.size()));
  return trim(taken);
}

}  // namespace sonde::detail
