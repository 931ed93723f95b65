#pragma once

// The name of a content by its content: two texts with the same hash are the same text. Written here, in
// sixty lines, because the SDK links no cryptographic library and should not for this; nothing secret depends
// on it.
//
// Source: FIPS 180-4.

#include <string>
#include <string_view>

namespace sonde::base {

/// The SHA-256 of `text`, as 64 hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view text);

}  // namespace sonde::base
