#pragma once

// A case as a person writes it; README.md is the guide.

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json_match.h"
#include "sonde/expected.hpp"

namespace sonde::pipeline {

struct Step {
  enum class Action : std::uint8_t {
    send,  ///< A request of OTLP/HTTP with JSON.
    get,   ///< A question to the query API.
  };

  std::size_t line = 0;  ///< Where it stands in the file, from 1.
  Action action = Action::get;
  std::string target{};  ///< Of send: "traces", "logs" or "metrics". Of get: the path.
  std::string body{};  ///< Of send: the JSON as it stands in the file, so that a case may send what is none.
  unsigned status = 200;                     ///< Of the expected answer.
  std::optional<nlohmann::json> expected{};  ///< Of the expected answer's body; nothing: any.
  Match match = Match::subset;
};

/// Fails with invalid_argument, naming the line.
[[nodiscard]] Expected<std::vector<Step>> parse_case(std::string_view text);

}  // namespace sonde::pipeline
