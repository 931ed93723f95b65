#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sonde/expected.hpp"
#include "yaml/node.h"

namespace sonde::yaml {

/// What a document may need of memory and stack; more is an error.
struct Limits {
  std::size_t bytes = 1u << 20;            ///< Of the text.
  std::size_t depth = 64;                  ///< Of nested lists and mappings, with aliases in place.
  std::size_t expanded_bytes = 16u << 20;  ///< Of the tree, with aliases in place.
};

/// The tree of a text that holds one YAML document or one JSON value; an empty one is null. Fails with
/// invalid_argument or resource_exhausted, and a message that begins with file:line:column. Keys must be
/// scalars, and none may stand in a mapping twice.
[[nodiscard]] Expected<Node> parse(std::string_view text, std::string_view file, const Limits& limits = {});

/// "file:line:column", for messages.
[[nodiscard]] std::string place(std::string_view file, Position position);

}  // namespace sonde::yaml
