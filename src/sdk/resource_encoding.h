#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sonde/resource.hpp"

namespace sonde::detail {

/// The OTLP Resource message.
[[nodiscard]] std::string encode_resource(const Resource& resource);

/// Appends what "key=value,key=value" says, values percent-encoded; false if anything in it is malformed.
[[nodiscard]] bool parse_resource_attributes(std::string_view text,
                                             std::vector<Resource::Attribute>& attributes);

}  // namespace sonde::detail
