#include "collector/receivers/cors.h"

#include <algorithm>
#include <cstddef>

namespace sonde::collector {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t from = star; from <= text.size(); ++from) {
    if (matches(rest, text.substr(from))) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> local_origins() {
  return {"http://localhost",  "http://localhost:*",  "http://127.0.0.1",    "http://127.0.0.1:*",
          "https://localhost", "https://localhost:*", "https://127.0.0.1:*", "http://[::1]:*"};
}

bool Cors::is_allowed(std::string_view origin) const {
  return std::any_of(allowed_.begin(), allowed_.end(),
                     [&](const std::string& pattern) { return matches(pattern, origin); });
}

void Cors::allow(const transport::HttpRequest& request, transport::HttpResponse& response) const {
  const std::string_view origin = transport::header(request.headers, "Origin");
  if (origin.empty()) return;
  response.headers.emplace_back("Vary", "Origin");
  if (!is_allowed(origin)) return;
  // The origin itself, not "*": beacons are sent with credentials, for which browsers do not take "*".
  response.headers.emplace_back("Access-Control-Allow-Origin", origin);
  response.headers.emplace_back("Access-Control-Allow-Credentials", "true");
}

transport::HttpResponse Cors::answer_preflight(const transport::HttpRequest& request) const {
  transport::HttpResponse response;
  response.status = 204;
  allow(request, response);
  if (!is_allowed(transport::header(request.headers, "Origin"))) return response;
  response.headers.emplace_back("Access-Control-Allow-Methods", "POST");
  response.headers.emplace_back("Access-Control-Max-Age", "3600");
  // Exporters may be told to send any fields (keys, tenants), so what the page asks for is granted.
  const std::string_view fields = transport::header(request.headers, "Access-Control-Request-Headers");
  if (!fields.empty()) response.headers.emplace_back("Access-Control-Allow-Headers", fields);
  return response;
}

}  // namespace sonde::collector
