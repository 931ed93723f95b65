#pragma once

#include <string_view>

namespace sonde {

/// The library's version, as in CMakeLists.txt.
constexpr std::string_view version() noexcept { return "0.1.0"; }

}  // namespace sonde
