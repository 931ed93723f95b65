#include "yaml/node.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace sonde::yaml {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) noexcept {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_plain_scalar(const Node& node) noexcept { return node.kind == Node::Kind::scalar && node.is_plain; }

/// Without its sign; from_chars knows no '+'.
std::string_view unsigned_part(std::string_view text) noexcept {
  return text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
}

template <class Number, class... Base>
std::optional<Number> parse_whole(std::string_view text, Base... base) noexcept {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number, base...);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

bool starts_with_digit(std::string_view text) noexcept {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

}  // namespace

bool is_null(const Node& node) noexcept {
  return is_plain_scalar(node) && is_one_of(node.text, {"", "~", "null", "Null", "NULL"});
}

std::optional<bool> as_boolean(const Node& node) noexcept {
  if (!is_plain_scalar(node)) return std::nullopt;
  if (is_one_of(node.text, {"true", "True", "TRUE"})) return true;
  if (is_one_of(node.text, {"false", "False", "FALSE"})) return false;
  return std::nullopt;
}

std::optional<std::int64_t> as_integer(const Node& node) noexcept {
  if (!is_plain_scalar(node)) return std::nullopt;
  std::string_view text = node.text;
  for (const auto& [prefix, base] : {std::pair("0x", 16), std::pair("0o", 8)}) {
    if (text.starts_with(prefix) && !text.substr(2).starts_with('-')) {
      return parse_whole<std::int64_t>(text.substr(2), base);
    }
  }
  if (!starts_with_digit(unsigned_part(text))) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  return parse_whole<std::int64_t>(text, 10);
}

std::optional<double> as_number(const Node& node) noexcept {
  if (!is_plain_scalar(node)) return std::nullopt;
  if (const auto integer = as_integer(node)) return static_cast<double>(*integer);
  std::string_view text = node.text;
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return std::numeric_limits<double>::quiet_NaN();
  if (is_one_of(unsigned_part(text), {".inf", ".Inf", ".INF"})) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return text.starts_with('-') ? -infinity : infinity;
  }
  const std::string_view digits = unsigned_part(text);
  if (!starts_with_digit(digits.starts_with('.') ? digits.substr(1) : digits)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  return parse_whole<double>(text);
}

std::optional<std::string_view> as_text(const Node& node) noexcept {
  if (node.kind != Node::Kind::scalar || is_null(node)) return std::nullopt;
  return node.text;
}

std::string_view type_name(const Node& node) noexcept {
  if (node.kind == Node::Kind::sequence) return "a list";
  if (node.kind == Node::Kind::mapping) return "a mapping";
  if (is_null(node)) return "null";
  if (as_boolean(node)) return "true or false";
  if (as_integer(node)) return "a whole number";
  if (as_number(node)) return "a number";
  return "text";
}

}  // namespace sonde::yaml
