#pragma once

// One HTTP request and its whole answer, over libcurl. Connections are kept for the next request.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "sonde/expected.hpp"
#include "transport/http.h"

namespace sonde::transport {

struct HttpClientOptions {
  std::chrono::milliseconds timeout{10'000};  ///< For one request as a whole.
  std::size_t max_response_bytes = 64u << 20;
  bool http2_prior_knowledge = false;  ///< HTTP/2 without TLS and without asking first, as gRPC needs.
  std::string user_agent;
};

struct HttpClientResponse : HttpResponse {
  HttpHeaders trailers;  ///< Fields that came after the body; gRPC's status is among them.
};

/// Not thread-safe: one client, one thread at a time.
class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options = {});
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  /// Blocks until the answer is whole or the time is up. Any HTTP status is a value; an Error means that no
  /// answer came: unavailable (refused, reset, unresolved), deadline_exceeded, resource_exhausted (answer too
  /// long), invalid_argument (not a URL), cancelled.
  [[nodiscard]] Expected<HttpClientResponse> perform(const HttpRequest& request);

  /// Makes a perform() under way on another thread return with cancelled soon. Thread-safe.
  void cancel() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sonde::transport
