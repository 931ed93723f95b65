#include "store/utf8.h"

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sonde::store {
namespace {

bool is_ascii(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::uint64_t seen = 0;
  std::size_t i = 0;
  for (; i + sizeof seen <= text.size(); i += sizeof seen) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + i, sizeof eight);
    seen |= eight;
  }
  for (; i < text.size(); ++i) seen |= static_cast<std::uint8_t>(text[i]);
  return (seen & high_bits) == 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  return is_ascii(text) || simdjson::validate_utf8(text.data(), text.size());
}

void append_utf8(std::string_view text, std::string& out) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  constexpr std::size_t longest_sequence = 4;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length <= longest_sequence && !is_utf8(text.substr(0, length))) ++length;
    const bool is_sequence = length <= longest_sequence;
    out += is_sequence ? text.substr(0, length) : replacement;
    text.remove_prefix(is_sequence ? length : 1);
  }
}

}  // namespace sonde::store
