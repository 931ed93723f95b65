#include "genai/clients/http_attempts.h"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>
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

/// False if stopped meanwhile.
bool wait(milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
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

HttpAttempts::HttpAttempts(const Dialect& dialect, const ClientOptions& options, const Tracer& tracer)
    : dialect_(dialect),
      options_(options),
      tracer_(tracer),
      http_({.timeout = options.timeout,
             .user_agent = "sonde",
             .certificate_authority_file = options.certificate_authority_file}) {
  const auto url = transport::parse_url(options.base_url);
  if (!url) return;
  server_address_ = url->host;
  server_port_ = url->scheme == "https" ? 443 : 80;
  const std::string& port = url->port;
  std::from_chars(port.data(), port.data() + port.size(), server_port_);
}

Result<std::string> HttpAttempts::post(const ApiRequest& request, const CallOptions& options) {
  for (unsigned number = 0;; ++number) {
    Attempt attempt = this->attempt(request, options, number);
    if (attempt.body) return *std::move(attempt.body);
    if (!attempt.may_retry || number >= options_.max_retries) return std::move(attempt.error);
    if (!wait(std::max(backoff(number), attempt.wait), options.stop)) {
      return ApiError{.type = "cancelled", .message = "the call was cancelled"};
    }
  }
}

HttpAttempts::Attempt HttpAttempts::attempt(const ApiRequest& request, const CallOptions& options,
                                            unsigned number) {
  const std::string url = options_.base_url + request.path;
  const std::string shown_url = transport::without_secrets(url);
  AttributeList<5> list;
  list.add("http.request.method", "POST");
  list.add("url.full", shown_url);
  list.add_address(attribute::server_address, server_address_, attribute::server_port, server_port_);
  if (number > 0) list.add("http.request.resend_count", number);
  Span span = tracer_.start_span("POST", {.kind = SpanKind::client, .attributes = list});

  transport::HttpRequest message{
      .method = "POST", .target = url, .headers = dialect_.headers(options_.api_key)};
  message.headers.emplace_back("content-type", "application/json");
  for (const auto& header : options_.headers) message.headers.push_back(header);
  global_propagator().inject(message.headers, Context::current().set_span(span));
  message.body = request.body;

  bool has_begun = false;
  transport::PerformOptions perform{.stop = options.stop, .timeout = options.timeout};
  if (options.on_data) {
    perform.on_data = [&](std::string_view bytes) {
      has_begun = true;
      return options.on_data(bytes);
    };
  }
  const auto response = http_.perform(message, perform);
  Attempt attempt = response ? read(*response, span) : failed(response.error(), span);
  attempt.may_retry = attempt.may_retry && !has_begun;
  return attempt;
}

HttpAttempts::Attempt HttpAttempts::read(const transport::HttpClientResponse& response, Span& span) const {
  span.set_attribute("http.response.status_code", response.status);
  if (response.status >= 200 && response.status < 300) return {.body = response.body};
  span.set_attribute(attribute::error_type, std::to_string(response.status));
  span.set_status(StatusCode::error);
  return {.error = dialect_.read_error(response.status, response.body),
          .may_retry = may_help_to_retry(response.status),
          .wait = asked_wait(response.headers)};
}

HttpAttempts::Attempt HttpAttempts::failed(const Error& error, Span& span) {
  const std::string type = error_type(error.code);
  if (error.code != ErrorCode::cancelled) {  // which was wanted
    span.set_attribute(attribute::error_type, type);
    span.set_status(StatusCode::error, error.message);
  }
  return {.error = {.type = type, .message = error.message},
          .may_retry = error.code == ErrorCode::unavailable};
}

}  // namespace sonde::genai::detail
