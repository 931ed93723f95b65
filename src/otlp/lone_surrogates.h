#pragma once

#include <string>

namespace sonde::otlp {

/// Puts U+FFFD for escapes of half a surrogate pair, which is what JavaScript makes of a string that was cut
/// inside an emoji, and which simdjson refuses. True if there were any.
bool replace_lone_surrogates(std::string& json);

}  // namespace sonde::otlp
