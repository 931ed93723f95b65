#include "collector/receivers/otlp.h"

#include <future>
#include <utility>

#include "collector/receivers/otlp_export.h"
#include "collector/receivers/otlp_grpc.h"
#include "collector/receivers/otlp_http.h"

namespace sonde::collector {

OtlpReceiver::OtlpReceiver(OtlpReceiverOptions options, otlp::Consumer& next, Counters& counters)
    : grpc_({.address = options.address,
             .port = options.grpc_port,
             .threads = options.threads,
             .max_message_bytes = options.max_request_bytes}),
      http_({.address = options.address,
             .port = options.http_port,
             .threads = options.threads,
             .max_body_bytes = options.max_request_bytes}) {
  const ExportTarget target{next, counters};
  add_otlp_grpc(grpc_, target);
  add_otlp_http(http_, target, Cors(std::move(options.allowed_origins)));
}

Expected<void> OtlpReceiver::start() {
  if (Expected<void> started = grpc_.start(); !started) return started;
  Expected<void> started = http_.start();
  if (!started) grpc_.stop(std::chrono::milliseconds(0));
  return started;
}

void OtlpReceiver::stop(std::chrono::milliseconds grace) {
  const auto grpc_stopped = std::async(std::launch::async, [&] { grpc_.stop(grace); });
  http_.stop(grace);
  grpc_stopped.wait();
}

}  // namespace sonde::collector
