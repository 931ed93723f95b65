#include "base/percent.h"

#include <cstddef>
#include <cstdint>

#include "sonde/ids.hpp"

namespace sonde::base {

bool percent_decode(std::string_view text, std::string& out) {
  const std::size_t before = out.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    std::uint8_t byte = 0;
    if (!detail::from_hex(text.substr(i + 1, 2), &byte, 1)) {
      out.resize(before);
      return false;
    }
    out += static_cast<char>(byte);
    i += 2;
  }
  return true;
}

}  // namespace sonde::base
