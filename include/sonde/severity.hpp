#pragma once

#include <cstdint>
#include <string_view>

namespace sonde {

/// How much a log record matters. The numbers are OTLP's (logs.proto, SeverityNumber); each range has four,
/// of which the first is the usual one.
enum class Severity : std::uint8_t {
  unspecified = 0,
  trace = 1,
  trace2 = 2,
  trace3 = 3,
  trace4 = 4,
  debug = 5,
  debug2 = 6,
  debug3 = 7,
  debug4 = 8,
  info = 9,
  info2 = 10,
  info3 = 11,
  info4 = 12,
  warn = 13,
  warn2 = 14,
  warn3 = 15,
  warn4 = 16,
  error = 17,
  error2 = 18,
  error3 = 19,
  error4 = 20,
  fatal = 21,
  fatal2 = 22,
  fatal3 = 23,
  fatal4 = 24,
};

/// The specification's short name: TRACE, INFO3 and so on; empty for unspecified and for what is none.
[[nodiscard]] std::string_view short_name(Severity severity) noexcept;

}  // namespace sonde
