#include "otlp/lone_surrogates.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace sonde::otlp {
namespace {

/// The UTF-16 code unit that the escape at `position` stands for, or 0.
std::uint32_t escaped_unit(std::string_view json, std::size_t position) {
  if (position + 6 > json.size() || json[position] != '\\' || json[position + 1] != 'u') return 0;
  std::uint32_t unit = 0;
  const char* const end = json.data() + position + 6;
  const auto [stop, error] = std::from_chars(end - 4, end, unit, 16);
  return error == std::errc{} && stop == end ? unit : 0;
}

}  // namespace

bool replace_lone_surrogates(std::string& json) {
  bool replaced = false;
  std::size_t position = 0;
  while ((position = json.find('\\', position)) != std::string::npos) {
    const std::uint32_t unit = escaped_unit(json, position) & 0xFC00;
    if (unit == 0xD800 && (escaped_unit(json, position + 6) & 0xFC00) == 0xDC00) {
      position += 12;
      continue;
    }
    if (unit == 0xD800 || unit == 0xDC00) {
      json.replace(position + 2, 4, "fffd");
      replaced = true;
    }
    position += 2;
  }
  return replaced;
}

}  // namespace sonde::otlp
