#include "genai/clients/http_attempts.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "genai/attribute_list.h"
#include "sdk/trace/random.h"
#include "sonde/genai/conventions.hpp"
#include "sonde/propagator.hpp"

namespace sonde::genai::detail {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_wait{500};
constexpr milliseconds longest_wait{8'000};
constexpr milliseconds longest_asked_wait{60'000};

bool may_help_to_retry(unsigned status) noexcept {
  return status == 408 || status == 409 || status == 429 || status >= 500;
}

/// What Retry-After asks for, in seconds; a date is not worth understanding here.
milliseconds asked_wait(const transport::HttpHeaders& headers) noexcept {
  const std::string_view text = transport::header(headers, "retry-after");
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return milliseconds(0);
  return std::min(milliseconds(1000) * std::min<std::uint32_t>(seconds, 3600), longest_asked_wait);
}

/// Growing from attempt to attempt, and random, so that many clients do not return together.
milliseconds backoff(unsigned number) noexcept {
  thread_local sonde::detail::RandomGenerator random;
  const auto most = std::min(first_wait * (1u << std::min(number, 10u)), longest_wait);
  const auto half = static_cast<std::uint64_t>(most.count()) / 2;
  return milliseconds(static_cast<std::int64_t>(half + random.next() % (half + 1)));
}

std::string error_type(ErrorCode code) {
  switch (code) {
    case ErrorCode::deadline_exceeded: return "timeout";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::invalid_argument: return "invalid_request";
    case ErrorCode::resource_exhausted: return "response_too_large";
    default: return "connection_error";
  }
}

}  // namespace

Endpoint::Endpoint(std::unique_ptr<Dialect> api, ClientOptions client_options, const Tracer& attempts_tracer)
    : dialect(std::move(api)), options(std::move(client_options)), tracer(attempts_tracer) {
  const auto url = transport::parse_url(options.base_url);
  if (!url) return;
  server_address = url->host;
  server_port = url->scheme == "https" ? 443 : 80;
  const std::string& port = url->port;
  std::from_chars(port.data(), port.data() + port.size(), server_port);
}

std::shared_ptr<HttpCall> HttpCall::start(std::shared_ptr<const Endpoint> endpoint, transport::HttpLoop& loop,
                                          ApiRequest request, CallOptions options) {
  std::shared_ptr<HttpCall> call(
      new HttpCall(std::move(endpoint), loop, std::move(request), std::move(options)));
  loop.post([call] { call->begin(); });
  return call;
}

HttpCall::HttpCall(std::shared_ptr<const Endpoint> endpoint, transport::HttpLoop& loop, ApiRequest request,
                   CallOptions options)
    : endpoint_(std::move(endpoint)),
      loop_(loop),
      request_(std::move(request)),
      options_(std::move(options)) {}

void HttpCall::begin() {
  if (is_over_) return;
  const auto stop = [this] {
    loop_.post([weak = weak_from_this()] {
      if (const auto call = weak.lock()) call->cancel();
    });
  };
  if (options_.stop.stop_requested() || options_.closing.stop_requested()) return cancel();
  on_stop_.emplace(options_.stop, stop);
  on_closing_.emplace(options_.closing, stop);
  attempt();
}

void HttpCall::cancel() {
  if (is_over_) return;
  loop_.cancel(transfer_);
  finish(ApiError{.type = "cancelled", .message = "the call was cancelled"});
}

Span HttpCall::start_span(const std::string& url) const {
  const std::string shown_url = transport::without_secrets(url);
  AttributeList<5> list;
  list.add("http.request.method", "POST");
  list.add("url.full", shown_url);
  list.add_address(attribute::server_address, endpoint_->server_address, attribute::server_port,
                   endpoint_->server_port);
  if (attempts_ > 0) list.add("http.request.resend_count", attempts_);
  return endpoint_->tracer.start_span(
      "POST", {.parent = options_.context, .kind = SpanKind::client, .attributes = list});
}

transport::HttpRequest HttpCall::message(std::string url) const {
  const ClientOptions& client = endpoint_->options;
  transport::HttpRequest message{
      .method = "POST", .target = std::move(url), .headers = endpoint_->dialect->headers(client.api_key)};
  message.headers.emplace_back("content-type", "application/json");
  for (const auto& header : client.headers) message.headers.push_back(header);
  global_propagator().inject(message.headers, options_.context.set_span(span_));
  message.body = request_.body;
  return message;
}

void HttpCall::attempt() {
  if (is_over_) return;
  std::string url = endpoint_->options.base_url + request_.path;
  span_ = start_span(url);
  transport::HttpLoop::Request request{.message = message(std::move(url)),
                                       .timeout = options_.timeout.value_or(endpoint_->options.timeout),
                                       .on_fresh_connection = attempts_ > 0};
  const auto self = shared_from_this();
  if (options_.on_data) {
    request.on_data = [self](std::string_view bytes) {
      self->has_begun_ = true;
      return self->options_.on_data(bytes);
    };
  }
  request.on_done = [self](const Expected<transport::HttpClientResponse>& response) { self->take(response); };
  transfer_ = loop_.start(std::move(request));
}

void HttpCall::take(const Expected<transport::HttpClientResponse>& response) {
  if (is_over_) return;
  Outcome outcome = response ? read(*response) : failed(response.error());
  span_.end();
  if (outcome.body) return finish(*std::move(outcome.body));
  if (!outcome.may_retry || has_begun_ || attempts_ >= endpoint_->options.max_retries) {
    return finish(std::move(outcome.error));
  }
  loop_.run_after(std::max(backoff(attempts_), outcome.wait),
                  [self = shared_from_this()] { self->attempt(); });
  ++attempts_;
}

HttpCall::Outcome HttpCall::read(const transport::HttpClientResponse& response) {
  span_.set_attribute("http.response.status_code", response.status);
  if (response.status >= 200 && response.status < 300) return {.body = response.body};
  span_.set_attribute(attribute::error_type, std::to_string(response.status));
  span_.set_status(StatusCode::error);
  return {.error = endpoint_->dialect->read_error(response.status, response.body),
          .may_retry = may_help_to_retry(response.status),
          .wait = asked_wait(response.headers)};
}

HttpCall::Outcome HttpCall::failed(const Error& error) {
  std::string type = error_type(error.code);
  span_.set_attribute(attribute::error_type, type);
  span_.set_status(StatusCode::error, error.message);
  return {.error = {.type = std::move(type), .message = error.message},
          .may_retry = error.code == ErrorCode::unavailable};
}

void HttpCall::finish(Result<std::string> result) {
  is_over_ = true;
  span_.end();
  on_stop_.reset();
  on_closing_.reset();
  const CallOptions options = std::exchange(options_, {});  // and with it whoever keeps this call
  options.on_done(std::move(result));
}

}  // namespace sonde::genai::detail
