#include "sdk/configuration/environment.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace sonde::detail {

std::optional<std::string_view> environment(const char* name) noexcept {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

bool environment_boolean(const char* name, std::vector<std::string>& problems) {
  const auto value = environment(name);
  if (!value || equals_ignoring_case(*value, "false")) return false;
  if (equals_ignoring_case(*value, "true")) return true;
  problems.push_back(std::string(name) + " is '" + std::string(*value) +
                     "'; it may be true or false, and is taken as false");
  return false;
}

std::optional<std::uint64_t> environment_number(const char* name, std::uint64_t least,
                                                std::vector<std::string>& problems) {
  const auto value = environment(name);
  if (!value) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = value->data() + value->size();
  const auto result = std::from_chars(value->data(), end, number);
  if (result.ec == std::errc() && result.ptr == end && number >= least) return number;
  problems.push_back(std::string(name) + " is '" + std::string(*value) +
                     "'; it must be a whole number from " + std::to_string(least) + " up, and is ignored");
  return std::nullopt;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace sonde::detail
