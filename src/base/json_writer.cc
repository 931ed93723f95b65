#include "base/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>

#include "base/decimal.h"
#include "base/utf8.h"

namespace sonde::base {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

void append_escaped(char character, std::string& out) {
  switch (character) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  const auto byte = static_cast<std::uint8_t>(character);
  out += "\\u00";
  out += hex_digits[byte >> 4];
  out += hex_digits[byte & 0xF];
}

bool is_plain(char character) {
  const auto byte = static_cast<std::uint8_t>(character);
  return byte >= 0x20 && byte < 0x80 && character != '"' && character != '\\';
}

void append_integer(std::integral auto value, std::string& out) {
  std::array<char, 24> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), result.ptr);
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t plain_from = i;
    while (i < text.size() && is_plain(text[i])) ++i;
    out.append(text, plain_from, i - plain_from);
    if (i == text.size()) break;
    if (static_cast<std::uint8_t>(text[i]) < 0x80) {
      append_escaped(text[i++], out);
      continue;
    }
    const std::size_t length = utf8_sequence_length(text.substr(i));
    out.append(length == 0 ? utf8_replacement : text.substr(i, length));
    i += length == 0 ? 1 : length;
  }
  out += '"';
}

void append_json_double(double value, std::string& out) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
    return;
  }
  if (std::isinf(value)) {
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  DecimalBuffer digits;
  const std::string_view text = write_decimal(value, digits);
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void JsonWriter::separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

void JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  needs_comma_ = false;
}

void JsonWriter::close(char bracket) {
  out_ += bracket;
  needs_comma_ = true;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(name, out_);
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

void JsonWriter::string(std::string_view text) {
  separate();
  append_json_string(text, out_);
}

void JsonWriter::integer(std::int64_t value) {
  separate();
  append_integer(value, out_);
}

void JsonWriter::unsigned_integer(std::uint64_t value) {
  separate();
  append_integer(value, out_);
}

void JsonWriter::number(double value) {
  separate();
  append_json_double(value, out_);
}

void JsonWriter::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
}

void JsonWriter::null() {
  separate();
  out_ += "null";
}

void JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
}

void JsonWriter::quoted_integer(std::int64_t value) {
  separate();
  out_ += '"';
  append_integer(value, out_);
  out_ += '"';
}

void JsonWriter::quoted_unsigned(std::uint64_t value) {
  separate();
  out_ += '"';
  append_integer(value, out_);
  out_ += '"';
}

}  // namespace sonde::base
