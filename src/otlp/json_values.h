#pragma once

// The scalars of ProtoJSON out of simdjson's elements, with an error that says what was expected and what
// came. They throw Malformed.

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "otlp/decoding.h"

namespace sonde::otlp {

namespace dom = simdjson::dom;

inline std::string_view type_name(dom::element_type type) {
  switch (type) {
    case dom::element_type::ARRAY: return "an array";
    case dom::element_type::OBJECT: return "an object";
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE: return "a number";
    case dom::element_type::STRING: return "a string";
    case dom::element_type::BOOL: return "a boolean";
    case dom::element_type::NULL_VALUE: return "null";
  }
  return "something else";
}

[[noreturn]] inline void throw_expected(std::string_view what, dom::element found) {
  std::string reason = "must be ";
  reason += what;
  std::string_view text;
  if (found.get(text) == simdjson::SUCCESS && text.size() <= 40) {
    reason += ", not \"" + std::string(text) + '"';
  } else {
    reason += ", not " + std::string(type_name(found.type()));
  }
  throw Malformed{std::move(reason)};
}

template <class T>
T get(dom::element element, std::string_view expected) {
  T value;
  if (element.get(value) != simdjson::SUCCESS) throw_expected(expected, element);
  return value;
}

inline std::string_view string(dom::element element) { return get<std::string_view>(element, "a string"); }
inline dom::array array(dom::element element) { return get<dom::array>(element, "an array"); }
inline dom::object object(dom::element element) { return get<dom::object>(element, "an object"); }

inline std::size_t size(dom::array array) {
  std::size_t size = 0;  // not array.size(), which stops at 2^24 - 1
  for ([[maybe_unused]] const dom::element element : array) ++size;
  return size;
}

/// All of `text` as a number, or nothing.
template <class Number>
std::optional<Number> parse(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

/// An integer as ProtoJSON allows it: a number without a fraction, or a string of digits.
template <std::integral Integer>
Integer integer(dom::element element) {
  constexpr std::string_view expected = std::is_signed_v<Integer> ? "an integer" : "an unsigned integer";
  std::int64_t narrow = 0;
  if (element.get(narrow) == simdjson::SUCCESS && std::in_range<Integer>(narrow)) {
    return static_cast<Integer>(narrow);
  }
  std::uint64_t wide = 0;
  if (element.get(wide) == simdjson::SUCCESS && std::in_range<Integer>(wide)) {
    return static_cast<Integer>(wide);
  }
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) {
    if (const auto value = parse<Integer>(text)) return *value;
  }
  if (element.type() == dom::element_type::DOUBLE) {
    const auto value = get<double>(element, expected);
    constexpr double limit = 9007199254740992;  // 2^53: beyond it the digits have been rounded already
    if (value == std::trunc(value) && std::abs(value) <= limit) {
      const auto whole = static_cast<std::int64_t>(value);
      if (std::in_range<Integer>(whole)) return static_cast<Integer>(whole);
    }
  }
  throw_expected(expected, element);
}

inline double floating(dom::element element) {
  constexpr std::string_view expected = "a number";
  std::string_view text;
  if (element.get(text) != simdjson::SUCCESS) return get<double>(element, expected);
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  const auto value = parse<double>(text);
  if (!value || !std::isfinite(*value)) throw_expected(expected, element);
  return *value;
}

}  // namespace sonde::otlp
