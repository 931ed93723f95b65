#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sonde/expected.hpp"
#include "yaml/node.h"

namespace sonde::yaml {

/// The value of a variable, or nothing if there is none.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Replaces ${NAME}, ${env:NAME} and ${NAME:-default} in the tree's scalars, never in keys, and $$ by $. What
/// is put in is not looked at again, and cannot make structure. A variable that is unset or empty gives the
/// default, or else nothing. Fails with invalid_argument and the place at a reference that is malformed.
///
/// Source: specification configuration/data-model.md, Environment variable substitution.
[[nodiscard]] Expected<void> substitute(Node& node, std::string_view file, const Lookup& lookup);

}  // namespace sonde::yaml
