#pragma once

// A call of a provider over HTTP: one request, tried again while that may help, with a span of the HTTP
// convention for every attempt.
//
// Source: semantic conventions, HTTP client spans.

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "genai/clients/dialect.h"
#include "sonde/genai/client.hpp"
#include "sonde/tracer.hpp"
#include "transport/http_client.h"

namespace sonde::genai::detail {

struct CallOptions {
  std::stop_token stop = {};
  std::optional<std::chrono::milliseconds> timeout = {};
  transport::BodySink on_data = {};  ///< Takes the body of an answer of status 200 as it comes.
};

class HttpAttempts {
 public:
  HttpAttempts(const Dialect& dialect, const ClientOptions& options, const Tracer& tracer);

  /// The body of the answer. Blocks through retries; what a sink has begun to take is not tried again.
  [[nodiscard]] Result<std::string> post(const ApiRequest& request, const CallOptions& options);

  [[nodiscard]] const std::string& server_address() const noexcept { return server_address_; }
  [[nodiscard]] std::uint16_t server_port() const noexcept { return server_port_; }

 private:
  struct Attempt {
    std::optional<std::string> body = {};
    ApiError error = {};
    bool may_retry = false;
    std::chrono::milliseconds wait{0};  ///< At least, before the next.
  };

  [[nodiscard]] Attempt attempt(const ApiRequest& request, const CallOptions& options, unsigned number);
  [[nodiscard]] Attempt read(const transport::HttpClientResponse& response, Span& span) const;
  [[nodiscard]] static Attempt failed(const Error& error, Span& span);

  const Dialect& dialect_;
  const ClientOptions& options_;
  const Tracer tracer_;
  transport::HttpClient http_;
  std::string server_address_;
  std::uint16_t server_port_ = 0;
};

}  // namespace sonde::genai::detail
