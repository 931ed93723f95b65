#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sonde/resource.hpp"

namespace sonde::detail {

/// The attributes of the entities that `text` lists in the format of OTEL_ENTITIES. An entity that is
/// malformed or has no identifying attribute is left out, one that comes again counts the last time; each
/// with a line in `problems`.
///
/// Source: specification entities/entity-propagation.md.
[[nodiscard]] std::vector<Resource::Attribute> parse_entities(std::string_view text,
                                                              std::vector<std::string>& problems);

}  // namespace sonde::detail
