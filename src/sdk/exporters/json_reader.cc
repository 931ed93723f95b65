#include "sdk/exporters/json_reader.h"

#include <charconv>
#include <cstdint>

namespace sonde::sdk {
namespace {

void append_utf8(std::uint32_t code, std::string& text) {
  const auto byte = [&text](std::uint32_t value) { text += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
    return byte(0x80 | (code & 0x3F));
  }
  if (code < 0x10000) {
    byte(0xE0 | code >> 12);
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
  }
  byte(0x80 | (code >> 6 & 0x3F));
  byte(0x80 | (code & 0x3F));
}

bool take_hexadecimal(std::string_view& text, std::uint32_t& value) {
  const char* const end = text.data() + 4;
  if (text.size() < 4 || std::from_chars(text.data(), end, value, 16).ptr != end) return false;
  text.remove_prefix(4);
  return true;
}

}  // namespace

void JsonReader::skip_space() noexcept {
  while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_.front()) != std::string_view::npos) {
    rest_.remove_prefix(1);
  }
}

bool JsonReader::take(char c) noexcept {
  skip_space();
  if (!rest_.starts_with(c)) return false;
  rest_.remove_prefix(1);
  return true;
}

bool JsonReader::fail() noexcept {
  rest_ = {};
  return false;
}

bool JsonReader::append_escape(std::string& text) {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  if (rest_.empty()) return false;
  const char letter = rest_.front();
  rest_.remove_prefix(1);
  if (const std::size_t place = letters.find(letter); place != std::string_view::npos) {
    text += meanings[place];
    return true;
  }
  constexpr std::uint32_t replacement = 0xFFFD;
  std::uint32_t code = 0;
  if (letter != 'u' || !take_hexadecimal(rest_, code)) return false;
  if (code >= 0xD800 && code < 0xDC00 && rest_.starts_with("\\u")) {  // Half a surrogate pair.
    std::string_view ahead = rest_.substr(2);
    std::uint32_t low = 0;
    if (take_hexadecimal(ahead, low) && low >= 0xDC00 && low < 0xE000) {
      rest_ = ahead;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
  }
  append_utf8(code >= 0xD800 && code < 0xE000 ? replacement : code, text);
  return true;
}

std::optional<std::string> JsonReader::string() {
  if (!take('"')) return std::nullopt;
  std::string text;
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"') return text;
    if (c != '\\') {
      text += c;
    } else if (!append_escape(text)) {
      break;
    }
  }
  fail();
  return std::nullopt;
}

std::optional<std::string> JsonReader::scalar() {
  skip_space();
  if (rest_.starts_with('"')) return string();
  const std::size_t size = std::min(rest_.find_first_of(",:]}{[\" \t\r\n"), rest_.size());
  if (size == 0) return std::nullopt;
  std::string text(rest_.substr(0, size));
  rest_.remove_prefix(size);
  return text;
}

bool JsonReader::skip() {
  std::size_t depth = 0;
  do {
    skip_space();
    if (rest_.empty()) return false;
    const char c = rest_.front();
    if (c == '{' || c == '[') {
      ++depth;
      rest_.remove_prefix(1);
    } else if (c == '}' || c == ']') {
      if (depth == 0) return fail();
      --depth;
      rest_.remove_prefix(1);
    } else if (depth > 0 && (c == ',' || c == ':')) {
      rest_.remove_prefix(1);
    } else if (!scalar()) {
      return fail();
    }
  } while (depth > 0);
  return true;
}

}  // namespace sonde::sdk
