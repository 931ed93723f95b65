#pragma once

// The receiver `otlp`: takes OTLP over gRPC and over HTTP and hands it to the pipeline.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "collector/counters.h"
#include "collector/receivers/cors.h"
#include "otlp/consumer.h"
#include "sonde/expected.hpp"
#include "transport/grpc_server.h"
#include "transport/http_server.h"

namespace sonde::collector {

struct OtlpReceiverOptions {
  std::string address = "127.0.0.1";
  std::uint16_t grpc_port = 4317;  ///< 0: the kernel picks; see grpc_port().
  std::uint16_t http_port = 4318;
  std::size_t threads = 2;  ///< Of each protocol; requests are decoded on them.
  /// Of one request, decompressed. OTLP's usual 4 MiB for gRPC is little where spans carry whole
  /// conversations, and what is over the limit is lost, not sent again; so both protocols take what is usual
  /// for HTTP.
  std::size_t max_request_bytes = 20u << 20;
  std::vector<std::string> allowed_origins = local_origins();  ///< See Cors.
};

class OtlpReceiver {
 public:
  /// `next` and `counters` must outlive every request, so stop before they go.
  OtlpReceiver(OtlpReceiverOptions options, otlp::Consumer& next, Counters& counters);

  /// Listens on both ports, or on neither; the error names the port that cannot be had.
  [[nodiscard]] Expected<void> start();
  [[nodiscard]] std::uint16_t grpc_port() const noexcept { return grpc_.port(); }
  [[nodiscard]] std::uint16_t http_port() const noexcept { return http_.port(); }

  /// Takes no more requests and lets those in flight be answered for at most `grace`.
  void stop(std::chrono::milliseconds grace);

 private:
  transport::GrpcServer grpc_;
  transport::HttpServer http_;
};

}  // namespace sonde::collector
