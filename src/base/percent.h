#pragma once

#include <string>
#include <string_view>

namespace sonde::base {

/// Appends `text` with its %XX sequences decoded to `out` (RFC 3986 section 2.1). False if one is malformed;
/// `out` is then as it was.
[[nodiscard]] bool percent_decode(std::string_view text, std::string& out);

}  // namespace sonde::base
