#include "transport/http_server_context.h"

#include <utility>

#include "transport/http_server_connection.h"

namespace sonde::transport {

void HttpConnections::add(const std::shared_ptr<HttpConnection>& connection) {
  const std::scoped_lock lock(mutex_);
  open_.emplace(connection.get(), connection);
}

void HttpConnections::remove(const HttpConnection* connection) {
  const std::scoped_lock lock(mutex_);
  open_.erase(connection);
  if (open_.empty()) none_left_.notify_all();
}

std::vector<std::shared_ptr<HttpConnection>> HttpConnections::all() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::shared_ptr<HttpConnection>> connections;
  for (const auto& [_, connection] : open_) {
    if (auto alive = connection.lock()) connections.push_back(std::move(alive));
  }
  return connections;
}

void HttpConnections::wait_until_none(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  none_left_.wait_until(lock, deadline, [this] { return open_.empty(); });
}

}  // namespace sonde::transport
