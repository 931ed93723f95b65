#include "query/parameters.h"

#include <algorithm>
#include <charconv>

#include "query/duration.h"
#include "transport/http.h"

namespace sonde::query {

Parameters::Parameters(std::string_view target) : parameters_(transport::query_parameters(target)) {}

void Parameters::expect_only(std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : parameters_) {
    if (std::ranges::find(names, name) != names.end()) continue;
    std::string message = "there is no parameter '" + name + "' here";
    std::string_view separator = "; there are ";
    for (const std::string_view known : names) {
      message.append(separator).append(known);
      separator = ", ";
    }
    fail(std::move(message));
  }
}

std::optional<std::string> Parameters::text(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name && !value.empty()) return value;
  }
  return std::nullopt;
}

std::vector<std::string> Parameters::texts(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : parameters_) {
    if (key == name && !value.empty()) values.push_back(value);
  }
  return values;
}

bool Parameters::flag(std::string_view name) {
  const std::optional<std::string> value = text(name);
  if (value && *value != "true" && *value != "false") fail(name, *value, "true or false");
  return value == "true";
}

std::optional<std::uint64_t> Parameters::number(std::string_view name) {
  const std::optional<std::string> value = text(name);
  if (!value) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = value->data() + value->size();
  const auto [stop, error] = std::from_chars(value->data(), end, number);
  if (error == std::errc() && stop == end) return number;
  fail(name, *value, "a whole number from 0 to 2^64 - 1");
  return std::nullopt;
}

std::optional<std::uint64_t> Parameters::duration(std::string_view name) {
  const std::optional<std::string> value = text(name);
  if (!value) return std::nullopt;
  const std::optional<std::uint64_t> duration = parse_duration(*value);
  if (!duration) fail(name, *value, "a duration such as 200ms, 1.5s or 1h30m");
  return duration;
}

std::optional<TraceId> Parameters::trace_id(std::string_view name) {
  const std::optional<std::string> value = text(name);
  TraceId id;
  if (!value) return std::nullopt;
  if (TraceId::from_hex(*value, id)) return id;
  fail(name, *value, "a trace id of 32 hexadecimal digits");
  return std::nullopt;
}

std::vector<KeyAndValue> Parameters::key_values(std::string_view name) {
  std::vector<KeyAndValue> pairs;
  for (const std::string& value : texts(name)) {
    const std::size_t colon = value.find(':');
    if (colon == 0 || colon == std::string::npos) {
      fail(name, value, "key:value");
      continue;
    }
    pairs.emplace_back(value.substr(0, colon), value.substr(colon + 1));
  }
  return pairs;
}

std::size_t Parameters::limit(std::size_t otherwise, std::size_t most) {
  const std::optional<std::uint64_t> value = number("limit");
  if (!value) return otherwise;
  if (*value >= 1 && *value <= most) return static_cast<std::size_t>(*value);
  fail("limit", std::to_string(*value), "a number from 1 to " + std::to_string(most));
  return otherwise;
}

void Parameters::fail(std::string_view name, std::string_view value, std::string_view expected) {
  std::string message = "parameter '";
  message.append(name).append("' is '").append(value).append("', not ").append(expected);
  fail(std::move(message));
}

void Parameters::fail(std::string message) {
  if (!error_) error_ = Error{ErrorCode::invalid_argument, std::move(message)};
}

}  // namespace sonde::query
