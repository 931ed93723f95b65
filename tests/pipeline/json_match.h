#pragma once

// Compares an answer with what a case expects of it, and says in words where they differ.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace sonde::pipeline {

enum class Match : std::uint8_t {
  subset,   ///< Members that are not expected may be there too.
  exactly,  ///< Objects have the expected members and no others.
};

/// One line for each difference, with its place: `$.spans[0].name: expected "chat", got "chta"`. Empty if the
/// answer is as expected. In `expected`, "<any>" stands for whatever is there, "<absent>" for a member that
/// must not be there, and "..." at the end of an array for any number of further elements.
[[nodiscard]] std::vector<std::string> differences(const nlohmann::json& expected,
                                                   const nlohmann::json& actual, Match match = Match::subset);

}  // namespace sonde::pipeline
