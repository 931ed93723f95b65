#pragma once

// A call of a provider over HTTP: one request, tried again while that may help, with a span of the HTTP
// convention for every attempt. It runs on a loop, whose thread all but the making of it is for.
//
// Source: semantic conventions, HTTP client spans.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "genai/clients/dialect.h"
#include "sonde/context.hpp"
#include "sonde/genai/client.hpp"
#include "sonde/tracer.hpp"
#include "transport/http_loop.h"

namespace sonde::genai::detail {

/// Whose API it is and where. Immutable; shared by the client and its calls, which may outlive it.
struct Endpoint {
  Endpoint(std::unique_ptr<Dialect> api, ClientOptions client_options, const Tracer& attempts_tracer);

  const std::unique_ptr<const Dialect> dialect;
  const ClientOptions options;
  const Tracer tracer;
  std::string server_address;
  std::uint16_t server_port = 0;
};

struct CallOptions {
  Context context = {};  ///< What the attempts are children of, and what goes on to the provider.
  std::stop_token stop = {};
  std::stop_token closing = {};  ///< The client's: as good as `stop`.
  std::optional<std::chrono::milliseconds> timeout = {};
  transport::BodySink on_data = {};  ///< Takes the body of an answer of status 200 as it comes.
  /// Takes the body, or why there is none. Called once. What a sink has begun to take is not tried again.
  std::function<void(Result<std::string>)> on_done = {};
};

class HttpCall : public std::enable_shared_from_this<HttpCall> {
 public:
  /// Begins, as soon as the loop runs. Thread-safe; the loop must live until on_done has been called.
  static std::shared_ptr<HttpCall> start(std::shared_ptr<const Endpoint> endpoint, transport::HttpLoop& loop,
                                         ApiRequest request, CallOptions options);

  // On the loop's thread, between callbacks of the loop.
  void cancel();
  void hold() noexcept { loop_.hold(transfer_); }
  void resume() { loop_.resume(transfer_); }

 private:
  struct Outcome {
    std::optional<std::string> body = {};
    ApiError error = {};
    bool may_retry = false;
    std::chrono::milliseconds wait{0};  ///< At least, before the next attempt.
  };

  HttpCall(std::shared_ptr<const Endpoint> endpoint, transport::HttpLoop& loop, ApiRequest request,
           CallOptions options);
  void begin();
  void attempt();
  [[nodiscard]] Span start_span(const std::string& url) const;
  [[nodiscard]] transport::HttpRequest message(std::string url) const;
  void take(const Expected<transport::HttpClientResponse>& response);
  [[nodiscard]] Outcome read(const transport::HttpClientResponse& response);
  [[nodiscard]] Outcome failed(const Error& error);
  void finish(Result<std::string> result);

  const std::shared_ptr<const Endpoint> endpoint_;
  transport::HttpLoop& loop_;
  const ApiRequest request_;
  CallOptions options_;
  using StopCallback = std::stop_callback<std::function<void()>>;
  std::optional<StopCallback> on_stop_;
  std::optional<StopCallback> on_closing_;

  Span span_;  ///< Of the attempt under way.
  transport::HttpLoop::Id transfer_ = 0;
  unsigned attempts_ = 0;
  bool has_begun_ = false;  ///< The sink has taken something.
  bool is_over_ = false;
};

}  // namespace sonde::genai::detail
