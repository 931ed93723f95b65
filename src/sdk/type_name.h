#pragma once

#include <string>
#include <typeinfo>

namespace sonde::detail {

/// As a C++ programmer writes it: std::runtime_error. May run out of memory.
[[nodiscard]] std::string type_name(const std::type_info& type);

}  // namespace sonde::detail
