#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "transport/http_server.h"
#include "transport/http_server_routes.h"

namespace sonde::transport {

class HttpConnection;

/// The connections that are open, so that stopping can reach them and wait for them. Thread-safe.
class HttpConnections {
 public:
  void add(const std::shared_ptr<HttpConnection>& connection);
  void remove(const HttpConnection* connection);
  [[nodiscard]] std::vector<std::shared_ptr<HttpConnection>> all() const;
  /// Blocks until none is left or the time is up.
  void wait_until_none(std::chrono::steady_clock::time_point deadline);

 private:
  mutable std::mutex mutex_;
  std::condition_variable none_left_;
  std::unordered_map<const HttpConnection*, std::weak_ptr<HttpConnection>> open_;
};

/// What the connections of a server share; all but the first two fixed once it runs.
struct HttpServerContext {
  HttpConnections connections;
  std::atomic<bool> is_stopping = false;
  HttpServerOptions options;
  HttpRoutes routes;
  HttpHeaders default_headers;
  HttpErrorRenderer error_renderer;
  std::shared_ptr<boost::asio::io_context> io;
};

}  // namespace sonde::transport
