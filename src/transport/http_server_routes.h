#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "transport/http_server.h"

namespace sonde::transport {

/// The handlers of a server by method and path. Filled before the server starts, then only read.
class HttpRoutes {
 public:
  /// `path` matches exactly, or as a prefix if it ends in "/*".
  void add(std::string method, std::string path, HttpHandler handler);

  struct Match {
    const HttpHandler* handler = nullptr;  ///< Null: nothing for this method.
    std::string allowed_methods;           ///< As Allow lists them; empty for an unknown path.
  };
  /// An exact path wins over a prefix, a longer prefix over a shorter. GET handlers answer HEAD.
  [[nodiscard]] Match find(std::string_view method, std::string_view path) const;

 private:
  struct Route {
    std::string method;
    std::string path;  ///< Without the "*" of a prefix.
    bool is_prefix = false;
    HttpHandler handler;

    [[nodiscard]] bool matches(std::string_view wanted) const;
  };
  std::vector<Route> routes_;  ///< Exact paths first, then prefixes, longest first.
};

}  // namespace sonde::transport
