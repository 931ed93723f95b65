#pragma once

#include <string>
#include <string_view>

namespace sonde::store {

[[nodiscard]] bool is_utf8(std::string_view text);

/// Appends `text` with U+FFFD for each byte that is not part of a well-formed sequence.
void append_utf8(std::string_view text, std::string& out);

}  // namespace sonde::store
