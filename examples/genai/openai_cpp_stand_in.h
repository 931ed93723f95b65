#pragma once

// The shape of openai-cpp (github.com/olrea/openai-cpp), as far as the example needs it:
// openai::chat().create(), JSON in, JSON out, std::runtime_error if it does not work. A program that has the
// library includes that instead.

#include <httplib.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace openai {

using Json = nlohmann::json;

class CategoryChat {
 public:
  [[nodiscard]] Json create(const Json& input) const {
    const std::string base = std::getenv("OPENAI_BASE_URL");
    const std::size_t path = base.find('/', base.find("://") + 3);
    httplib::Client client(base.substr(0, path));
    const auto response =
        client.Post(base.substr(path) + "/chat/completions", input.dump(), "application/json");
    if (!response) throw std::runtime_error("the request failed: " + httplib::to_string(response.error()));
    Json answer = Json::parse(response->body);
    if (answer.contains("error")) throw std::runtime_error(answer["error"].value("message", "unknown error"));
    return answer;
  }
};

inline CategoryChat chat() { return {}; }

}  // namespace openai
