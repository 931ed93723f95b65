#pragma once

// A real gRPC server (grpc++) for tests of gRPC clients: unary calls of any method, as raw bytes.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transport/http.h"

namespace sonde::test {

struct GrpcCall {
  std::string method;
  transport::HttpHeaders metadata = {};
  std::string message = {};
  std::string peer = {};  ///< Tells connections apart.
  std::chrono::system_clock::time_point deadline = {};
};

struct GrpcReply {
  int code = 0;
  std::string status_message = {};
  std::string details = {};  ///< For grpc-status-details-bin.
  std::string message = {};  ///< Sent if the code is 0.
};

struct GrpcTestServerOptions {
  std::uint16_t port = 0;
  bool decompress = true;                   ///< Else compressed messages are handed over as they came.
  int max_receive_bytes = 4 << 20;          ///< gRPC's own default.
  bool enforce_deadlines = true;            ///< Else a call that is never answered hangs as on a dead peer.
  int max_connection_age_milliseconds = 0;  ///< After it a connection is retired with GOAWAY; 0: never.
  std::string certificate_chain = {};       ///< PEM text; with a key: TLS.
  std::string private_key = {};
  std::string client_authority = {};  ///< PEM text; given, clients must show a certificate it has signed.
};

class GrpcTestServer {
 public:
  /// Answers a call, or never if it returns nothing. Called on gRPC's threads, several at a time.
  using Answer = std::function<std::optional<GrpcReply>(const GrpcCall&)>;

  explicit GrpcTestServer(Answer answer, const GrpcTestServerOptions& options = {});
  ~GrpcTestServer();
  GrpcTestServer(const GrpcTestServer&) = delete;
  GrpcTestServer& operator=(const GrpcTestServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string url(const std::string& path = "") const;
  [[nodiscard]] std::vector<GrpcCall> calls() const;
  /// False if fewer than `count` calls had come by the end of the patience.
  [[nodiscard]] bool wait_for_calls(std::size_t count);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sonde::test
