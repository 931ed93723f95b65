#pragma once

#include <string>

#include "sonde/resource.hpp"

namespace sonde::detail {

/// The OTLP Resource message.
[[nodiscard]] std::string encode_resource(const Resource& resource);

}  // namespace sonde::detail
