#pragma once

// One HTTP request and its whole answer, over libcurl. Connections are kept for the next request.
//
//     HttpClient client({.timeout = 2s});
//     Expected<HttpClientResponse> answer = client.perform({.target =
//     "http://localhost:16686/api/services"});
//
// HTTP/2 is used where TLS negotiates it, or at once where `http2_prior_knowledge` says so. The standard
// variables (http_proxy, HTTPS_PROXY, ALL_PROXY, NO_PROXY) name the proxy, except that loopback addresses are
// always reached directly. Redirects are answers like any other.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "sonde/expected.hpp"
#include "transport/http.h"

namespace sonde::transport {

struct HttpClientOptions {
  std::chrono::milliseconds timeout{10'000};  ///< For one request as a whole.
  std::size_t max_response_bytes = 64u << 20;
  bool http2_prior_knowledge = false;  ///< HTTP/2 without TLS and without asking first, as gRPC needs.
  std::string user_agent = {};
  // TLS: paths of PEM files.
  std::string certificate_authority_file = {};  ///< Empty: what the system trusts.
  std::string client_certificate_file = {};
  std::string client_key_file = {};
};

struct HttpClientResponse : HttpResponse {
  HttpHeaders trailers;  ///< Fields that came after the body; gRPC's status is among them.
};

/// Takes the next piece of a body; false ends the transfer and with it the connection. Runs inside perform(),
/// on its thread.
using BodySink = std::function<bool(std::string_view)>;

/// What one call wants beyond the request itself.
struct PerformOptions {
  /// Takes the body of a 2xx answer piece by piece as it comes, without a bound, and the response's body
  /// stays empty; ending the transfer is no error. The body of any other status is collected as without it.
  BodySink on_data = {};
  /// A stop requested before or during the call, from any thread, makes it return cancelled.
  std::stop_token stop = {};
  std::optional<std::chrono::milliseconds> timeout = {};  ///< Instead of the client's.
};

/// An http or https URL in its parts.
struct Url {
  std::string scheme;
  std::string host;  ///< An IPv6 address with its brackets.
  std::string port;  ///< Empty if it is not said.
  std::string path;  ///< At least "/".
};

/// Fails with invalid_argument and why the text is no such URL.
[[nodiscard]] Expected<Url> parse_url(const std::string& text);

/// A URL with another path; user, query and the rest stay. Empty if `url` is none.
[[nodiscard]] std::string with_path(const std::string& url, const std::string& path);

/// Not thread-safe: one client, one thread at a time. A client that crosses a fork opens connections of its
/// own in the child and leaves the parent's alone.
class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options = {});
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  /// Blocks until the answer is whole, the time is up or a stop is requested. Any HTTP status is a value; an
  /// Error means that no whole answer came: unavailable (refused, reset, unresolved, not HTTP),
  /// deadline_exceeded, resource_exhausted (answer too long), invalid_argument (not an http or https URL, a
  /// field that cannot be sent, an unusable PEM file), permission_denied (the server's certificate is not
  /// trusted), cancelled, internal. Throws only what the sink throws, and std::bad_alloc.
  [[nodiscard]] Expected<HttpClientResponse> perform(const HttpRequest& request,
                                                     const PerformOptions& options = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sonde::transport
