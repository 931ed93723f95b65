#pragma once

#include <string>

namespace sonde::mock_llm {

/// A refusal in the shape that OpenAI's clients read: {"error": {"message", "type", "param", "code"}}.
struct ApiError {
  unsigned status = 400;
  std::string type = "invalid_request_error";
  std::string message;
  std::string param = {};  ///< The parameter at fault as a path, such as "messages[0].role"; empty: none.
  std::string code = {};   ///< A word for programs, such as "invalid_value"; empty: none.
};

/// The error as the body of its answer.
[[nodiscard]] std::string to_json(const ApiError& error);

}  // namespace sonde::mock_llm
