#include "transport/http_server_routes.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sonde::transport {

bool HttpRoutes::Route::matches(std::string_view wanted) const {
  return is_prefix ? wanted.starts_with(path) : wanted == path;
}

void HttpRoutes::add(std::string method, std::string path, HttpHandler handler) {
  const bool is_prefix = path.ends_with("/*");
  if (is_prefix) path.pop_back();
  Route route{std::move(method), std::move(path), is_prefix, std::move(handler)};
  const auto is_before = [](const Route& left, const Route& right) {
    return std::tuple(left.is_prefix, right.path.size()) < std::tuple(right.is_prefix, left.path.size());
  };
  routes_.insert(std::upper_bound(routes_.begin(), routes_.end(), route, is_before), std::move(route));
}

HttpRoutes::Match HttpRoutes::find(std::string_view method, std::string_view path) const {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  Match match;
  const Route* place = nullptr;  // the first route that matches decides which path this is
  for (const Route& route : routes_) {
    if (!route.matches(path)) continue;
    if (place == nullptr) place = &route;
    if (route.path != place->path || route.is_prefix != place->is_prefix) continue;
    if (route.method == wanted) match.handler = &route.handler;
    if (!match.allowed_methods.empty()) match.allowed_methods += ", ";
    match.allowed_methods += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  return match;
}

}  // namespace sonde::transport
