#pragma once

// A gRPC server of unary methods on raw bytes: no generated code, the message is the handler's to decode.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sonde/expected.hpp"

namespace sonde::transport {

/// A gRPC status: 0 is OK (specification: grpc statuscodes.md).
struct GrpcStatus {
  int code = 0;
  std::string message;
  std::string details;  ///< A serialised google.rpc.Status for grpc-status-details-bin, or empty.
};

/// Called exactly once by the handler, from any thread; dropped uncalled it answers INTERNAL.
using GrpcRespond = std::function<void(GrpcStatus status, std::string message)>;

/// Called on one of the server's threads, so it must not block. The message is decompressed already. In its
/// place stands an error when none came that could be read: resource_exhausted (over the limit, also once
/// decompressed), invalid_argument (damaged compression), cancelled (the call ended, or its message was so
/// long that gRPC refused it unread, with RESOURCE_EXHAUSTED; the answer then reaches nobody).
using GrpcHandler = std::function<void(Expected<std::string> message, GrpcRespond respond)>;

struct GrpcServerOptions {
  std::string address = "127.0.0.1";  ///< An address, or a name that resolves to one.
  std::uint16_t port = 0;             ///< 0: the kernel picks; see GrpcServer::port().
  std::size_t threads = 1;
  std::size_t max_message_bytes = 4u << 20;  ///< Over it: RESOURCE_EXHAUSTED.
};

class GrpcServer {
 public:
  explicit GrpcServer(GrpcServerOptions options);
  ~GrpcServer();  ///< Stops, as stop() does.
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  /// `method` as on the wire: "/package.Service/Method". Call before start(). Others answer UNIMPLEMENTED.
  void handle(std::string method, GrpcHandler handler);

  /// Listens and serves on threads of its own. Fails with a message naming the address and port.
  [[nodiscard]] Expected<void> start();
  /// The port listened on, once started.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Stops taking calls, lets those in flight finish for at most `grace`, then cancels them. Idempotent. Not
  /// to be called from a handler.
  void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(5'000));

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sonde::transport
