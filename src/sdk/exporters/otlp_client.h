#pragma once

// Delivers encoded OTLP requests to a receiver, over OTLP/HTTP or OTLP/gRPC: writes them as JSON if that is
// wanted, frames and compresses, keeps the connection, waits and tries again while the receiver says that
// this may help, and tells in the end what became of the data.
//
// A gRPC call is one POST over HTTP/2 with a status in its trailers, so libcurl is all it takes; no gRPC
// library ends up in the user's program.
//
// Source: opentelemetry-proto docs/specification.md; grpc doc/PROTOCOL-HTTP2.md; specification
// protocol/exporter.md (retry, user agent).

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "sdk/exporters/compressor.h"
#include "sdk/exporters/otlp_answer.h"
#include "sdk/exporters/otlp_endpoint.h"
#include "sdk/trace/random.h"
#include "transport/http_client.h"

namespace sonde::sdk {

/// One receiver and one signal. send() is for one thread at a time, cancel() for any thread at any time.
/// After a fork the child needs a client of its own.
class OtlpClient {
 public:
  OtlpClient(Signal signal, OtlpEndpoint endpoint, const RetryPolicy& retry = {});
  OtlpClient(const OtlpClient&) = delete;
  OtlpClient& operator=(const OtlpClient&) = delete;

  /// Sends one Export*ServiceRequest. Blocks, with retries, until there is a result, at most until
  /// `deadline` or the endpoint's timeout, whichever comes first.
  [[nodiscard]] ExportResult send(std::string_view request, Deadline deadline) noexcept;
  /// The same of what is in the endpoint's encoding already.
  [[nodiscard]] ExportResult send_encoded(std::string_view content, Deadline deadline) noexcept;

  /// Ends a send() under way at once, and every later one; what it was sending is `unavailable`.
  void cancel() noexcept { stop_.request_stop(); }

 private:
  [[nodiscard]] ExportResult deliver(std::string_view content, Deadline deadline);
  /// As an attempt would be answered: refused, and why, if the content cannot be sent.
  [[nodiscard]] OtlpAnswer set_body(std::string_view content);
  [[nodiscard]] OtlpAnswer attempt(std::chrono::milliseconds timeout);
  [[nodiscard]] std::chrono::milliseconds pause_after(int attempts, const OtlpAnswer& answer);
  /// False if cancelled meanwhile.
  [[nodiscard]] bool wait_until(Deadline time);

  Signal signal_;
  OtlpEndpoint endpoint_;
  RetryPolicy retry_;
  transport::HttpClient http_;
  transport::HttpRequest http_request_;     ///< Its fields are the same each time; its body keeps its memory.
  std::unique_ptr<Compressor> compressor_;  ///< Null: none.
  std::string json_;                        ///< Keeps its memory, too.
  detail::RandomGenerator random_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
};

}  // namespace sonde::sdk
