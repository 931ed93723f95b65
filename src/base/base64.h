#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sonde::base {

/// Appends the standard base64 (RFC 4648 section 4, padded) of `bytes` to `out`.
void append_base64(std::span<const std::uint8_t> bytes, std::string& out);

/// Appends the decoded bytes of standard or URL-safe base64, padded or not, to `out`.
/// False if `text` holds any other character or ends inside a byte; `out` is then as it was.
[[nodiscard]] bool decode_base64(std::string_view text, std::string& out);

}  // namespace sonde::base
