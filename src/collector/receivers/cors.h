#pragma once

// Which web pages may send telemetry from a browser (the Fetch standard's CORS protocol).

#include <string>
#include <string_view>
#include <vector>

#include "transport/http.h"

namespace sonde::collector {

/// Origins as patterns: "*" stands for any text, as in "http://localhost:*".
class Cors {
 public:
  explicit Cors(std::vector<std::string> allowed_origins) : allowed_(std::move(allowed_origins)) {}

  /// The answer to the question a browser asks before it sends (OPTIONS).
  [[nodiscard]] transport::HttpResponse answer_preflight(const transport::HttpRequest& request) const;

  /// Lets the page that sent the request read its answer, if it may.
  void allow(const transport::HttpRequest& request, transport::HttpResponse& response) const;

 private:
  [[nodiscard]] bool is_allowed(std::string_view origin) const;

  std::vector<std::string> allowed_;
};

/// Pages of development servers on the same machine.
[[nodiscard]] std::vector<std::string> local_origins();

}  // namespace sonde::collector
