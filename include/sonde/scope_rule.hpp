#pragma once

// Which instrumented libraries are heard.
//
// Source: specification trace/sdk.md, TracerConfigurator; the same for meters and loggers.

#include <string>

namespace sonde {

/// Turns the scopes of some names on or off. Of a list of rules the first that matches counts; a scope that
/// none matches is on.
struct ScopeRule {
  std::string name;  ///< A scope's name, in which `*` stands for any characters and `?` for any one.
  bool is_enabled = false;
};

}  // namespace sonde
