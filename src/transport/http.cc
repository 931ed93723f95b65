#include "transport/http.h"

#include <algorithm>
#include <cstddef>

#include "base/ascii.h"

namespace sonde::transport {
namespace {

using base::to_lower;

/// The value of a hexadecimal digit, or -1.
constexpr int digit_value(char digit) noexcept {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (to_lower(digit) >= 'a' && to_lower(digit) <= 'f') return to_lower(digit) - 'a' + 10;
  return -1;
}

std::string decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = digit_value(text[i + 1]);
      const int low = digit_value(text[i + 2]);
      if (high >= 0 && low >= 0) {
        decoded += static_cast<char>(high << 4 | low);
        i += 2;
        continue;
      }
    }
    decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
  }
  return decoded;
}

}  // namespace

bool same_field_name(std::string_view left, std::string_view right) noexcept {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (to_lower(left[i]) != to_lower(right[i])) return false;
  }
  return true;
}

bool is_valid_field(std::string_view name, std::string_view value) noexcept {
  const auto is_token_character = [](char c) {
    return (to_lower(c) >= 'a' && to_lower(c) <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token_character) &&
         value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::string_view header(const HttpHeaders& headers, std::string_view name) noexcept {
  for (const auto& [field, value] : headers) {
    if (same_field_name(field, name)) return value;
  }
  return {};
}

std::string percent_decode(std::string_view text) { return decode(text, false); }

std::string without_secrets(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme_end = url.find("://");
  const std::size_t authority = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
  const std::size_t at = url.substr(0, url.find('/', authority)).rfind('@');
  const std::size_t host = at == std::string_view::npos || at < authority ? authority : at + 1;
  return std::string(url.substr(0, authority)) + std::string(url.substr(host));
}

std::string target_path(std::string_view target) {
  if (const std::size_t scheme_end = target.find("://");
      !target.starts_with('/') && scheme_end != std::string_view::npos) {
    const std::size_t path = target.find_first_of("/?#", scheme_end + 3);
    target = path == std::string_view::npos ? std::string_view() : target.substr(path);
  }
  target = target.substr(0, target.find_first_of("?#"));
  return target.empty() ? "/" : percent_decode(target);
}

std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view target) {
  std::vector<std::pair<std::string, std::string>> parameters;
  target = target.substr(0, target.find('#'));
  const std::size_t question_mark = target.find('?');
  if (question_mark == std::string_view::npos) return parameters;
  std::string_view query = target.substr(question_mark + 1);
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(parameter.size() < query.size() ? parameter.size() + 1 : query.size());
    if (parameter.empty()) continue;
    const std::size_t equals = parameter.find('=');
    const bool has_value = equals != std::string_view::npos;
    parameters.emplace_back(decode(parameter.substr(0, equals), true),
                            has_value ? decode(parameter.substr(equals + 1), true) : std::string());
  }
  return parameters;
}

}  // namespace sonde::transport
