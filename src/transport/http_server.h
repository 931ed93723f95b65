#pragma once

// An HTTP/1.1 server that knows nothing of telemetry: it parses requests within limits, undoes their content
// coding (compression.h), finds the handler by method and path, and lets the handler answer now, later from
// another thread, or piece by piece. The answers of one connection go out in the order of its requests.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sonde/expected.hpp"
#include "transport/http.h"

namespace sonde::transport {

/// One request and its answer. Exactly one of respond() or start_stream() is called, exactly once, from any
/// thread; dropping the exchange unanswered answers 500.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;

  [[nodiscard]] virtual const HttpRequest& request() const noexcept = 0;
  /// Takes the body out of the request.
  [[nodiscard]] virtual std::string take_body() = 0;

  virtual void respond(HttpResponse response) = 0;

  /// Begins a chunked answer; `head.body` is ignored. Then any number of write(), then finish(). Dropped
  /// without finish(), the connection is cut so that the client can tell. A client that falls 64 MiB behind
  /// is cut off too.
  virtual void start_stream(HttpResponse head) = 0;
  virtual void write(std::string chunk) = 0;
  virtual void finish() = 0;
  /// Whether the client went away, as far as is known; further writes are discarded. Thread-safe.
  [[nodiscard]] virtual bool is_closed() const noexcept = 0;
};

/// Called on one of the server's threads, so it must not block; an answer that takes time comes later, from
/// elsewhere.
using HttpHandler = std::function<void(std::shared_ptr<HttpExchange>)>;

/// Gives an error answer of the server's own (400, 404, 405, 411, 413, 415, 417, 431, 500, 505) the form its
/// clients expect. The request has no body, and of its head what was understood. The server sets the status
/// and Allow. Called on the server's threads.
using HttpErrorRenderer =
    std::function<HttpResponse(const HttpRequest& request, unsigned status, std::string_view message)>;

struct HttpServerOptions {
  std::string address = "127.0.0.1";  ///< An address, or a name that resolves to one.
  std::uint16_t port = 0;             ///< 0: the kernel picks; see HttpServer::port().
  std::size_t threads = 1;
  std::size_t max_body_bytes = 20u << 20;  ///< Over it: 413. After decompression too.
  std::size_t max_header_bytes = 64u << 10;
  /// How long a connection may go without progress, except while a handler is at work.
  std::chrono::milliseconds idle_timeout{120'000};
};

class HttpServer {
 public:
  explicit HttpServer(HttpServerOptions options);
  ~HttpServer();  ///< Stops, as stop() does.
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// `path` matches exactly, or as a prefix if it ends in "/*". Call before start(). A known path with
  /// another method answers 405 with Allow; an unknown path 404. HEAD is answered by the GET handler without
  /// its body.
  void route(std::string method, std::string path, HttpHandler handler);

  /// Every answer that does not set it carries these fields. Call before start().
  void set_default_headers(HttpHeaders headers);

  /// Without it the server's own errors are plain text. Call before start().
  void set_error_renderer(HttpErrorRenderer renderer);

  /// Listens and serves on threads of its own. Fails with a message naming the address and port.
  [[nodiscard]] Expected<void> start();
  /// The port listened on, once started.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Stops listening, lets requests in flight finish for at most `grace`, then closes. Idempotent.
  void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(5'000));

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sonde::transport
