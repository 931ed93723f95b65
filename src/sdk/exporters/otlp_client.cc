#include "sdk/exporters/otlp_client.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sdk/exporters/otlp_json.h"
#include "sonde/version.hpp"

namespace sonde::sdk {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Verdict = OtlpAnswer::Verdict;

transport::HttpClientOptions client_options(const OtlpEndpoint& endpoint) {
  const std::string product(version());
  const std::string own = "sonde/" + product + " OTel-OTLP-Exporter-Cpp/" + product;
  return {
      .max_response_bytes = endpoint.max_response_bytes,
      .http2_prior_knowledge = endpoint.protocol == OtlpProtocol::grpc,
      .user_agent = endpoint.user_agent.empty() ? own : endpoint.user_agent + " " + own,
      .certificate_authority_file = endpoint.certificate_file,
      .client_certificate_file = endpoint.client_certificate_file,
      .client_key_file = endpoint.client_key_file,
  };
}

transport::HttpRequest request_without_body(const OtlpEndpoint& endpoint) {
  transport::HttpRequest request{.method = "POST", .target = endpoint.url, .headers = endpoint.headers};
  const std::string coding(coding_name(endpoint.compression));
  if (endpoint.protocol == OtlpProtocol::grpc) {
    request.headers.emplace_back("content-type", "application/grpc");
    request.headers.emplace_back("te", "trailers");
    if (!coding.empty()) request.headers.emplace_back("grpc-encoding", coding);
    request.headers.emplace_back("grpc-timeout", "");  // Each attempt sets its own; see attempt().
  } else {
    const bool json = endpoint.protocol == OtlpProtocol::http_json;
    request.headers.emplace_back("content-type", json ? "application/json" : "application/x-protobuf");
    if (!coding.empty()) request.headers.emplace_back("content-encoding", coding);
  }
  return request;
}

/// gRPC's TimeoutValue has eight digits at most.
std::string grpc_timeout(milliseconds timeout) {
  constexpr milliseconds::rep largest = 99'999'999;
  return std::to_string(std::min(timeout.count(), largest)) + "m";
}

/// Writes gRPC's prefix of a message over the first five bytes of `body`: whether it is compressed, and its
/// size.
void write_grpc_prefix(std::string& body, bool compressed) {
  const std::size_t size = body.size() - 5;
  body[0] = compressed ? '\1' : '\0';
  for (std::size_t i = 0; i < 4; ++i) body[1 + i] = static_cast<char>(size >> (24 - 8 * i) & 0xFF);
}

ExportResult gave_up(const std::string& problem, int attempts, std::string_view why) {
  return {.delivered = false,
          .message = problem + " (" + std::to_string(attempts) +
                     (attempts == 1 ? " attempt; " : " attempts; ") + std::string(why) + ")",
          .failure = ExportFailure::unavailable};
}

/// What a person can do about a connection that TLS refused.
std::string tls_advice(const OtlpEndpoint& endpoint, const Error& error) {
  const auto says = [&error](std::string_view text) { return error.message.find(text) != std::string::npos; };
  if (!endpoint.url.starts_with("https")) return {};
  if (error.code == ErrorCode::permission_denied) {
    if (says("host name") || says("hostname")) {
      return "; the certificate is another host's: is the endpoint's name the right one?";
    }
    const bool is_own = !endpoint.certificate_file.empty();
    return "; trusted are the authorities of " + (is_own ? endpoint.certificate_file : "this system") +
           ", and the receiver's must be in the PEM file that OTEL_EXPORTER_OTLP_CERTIFICATE names";
  }
  // With TLS 1.3 a server refuses a client only after the client believes itself connected, by closing.
  const bool was_connected = error.code == ErrorCode::unavailable && !says("connect to") && !says("resolve");
  if (!was_connected) return {};
  if (endpoint.client_certificate_file.empty()) {
    return "; the receiver may want a client certificate: name its PEM files in "
           "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY";
  }
  return "; the receiver may not accept the client certificate " + endpoint.client_certificate_file;
}

ExportResult refused(OtlpAnswer answer) {
  return {.delivered = false, .message = std::move(answer.message), .failure = answer.failure};
}

OtlpAnswer cannot_send(ExportFailure failure, std::string why) {
  return {.verdict = Verdict::refused, .failure = failure, .message = std::move(why)};
}

}  // namespace

OtlpClient::OtlpClient(Signal signal, OtlpEndpoint endpoint, const RetryPolicy& retry)
    : signal_(signal),
      endpoint_(std::move(endpoint)),
      retry_(retry),
      http_(client_options(endpoint_)),
      http_request_(request_without_body(endpoint_)),
      compressor_(make_compressor(endpoint_.compression)) {}

ExportResult OtlpClient::send(std::string_view request, Deadline deadline) noexcept {
  if (endpoint_.protocol != OtlpProtocol::http_json) return send_encoded(request, deadline);
  try {
    json_.clear();
    if (!append_otlp_json(signal_, request, json_)) {
      return refused(cannot_send(ExportFailure::invalid, "a value is nested too deeply for JSON"));
    }
    return send_encoded(json_, deadline);
  } catch (...) {
    return {.delivered = false, .message = "out of memory"};  // Short enough not to need any.
  }
}

ExportResult OtlpClient::send_encoded(std::string_view content, Deadline deadline) noexcept {
  try {
    const Deadline now = steady_clock::now();
    const bool sooner = endpoint_.timeout < std::chrono::duration_cast<milliseconds>(deadline - now);
    if (sooner) deadline = now + endpoint_.timeout;
    return deliver(content, deadline);
  } catch (...) {
    return {.delivered = false, .message = "out of memory"};
  }
}

ExportResult OtlpClient::deliver(std::string_view content, Deadline deadline) {
  OtlpAnswer answer = set_body(content);
  if (answer.verdict == Verdict::refused) return refused(std::move(answer));
  std::string problem;  // Of the last attempt, unless it merely had too little time left.
  for (int attempts = 1;; ++attempts) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    answer = attempt(left);
    if (answer.verdict == Verdict::accepted) {
      return {.rejected = answer.rejected, .message = std::move(answer.message)};
    }
    if (!answer.timed_out || problem.empty()) problem = answer.message;
    if (stop_.stop_requested()) return gave_up(problem, attempts, "cancelled");
    if (answer.verdict == Verdict::refused) return refused(std::move(answer));
    const Deadline next = steady_clock::now() + pause_after(attempts, answer);
    if (next >= deadline) return gave_up(problem, attempts, "no time is left for another");
    if (!wait_until(next)) return gave_up(problem, attempts, "cancelled");
  }
}

OtlpAnswer OtlpClient::set_body(std::string_view content) {
  std::string& body = http_request_.body;
  const bool grpc = endpoint_.protocol == OtlpProtocol::grpc;
  if (content.size() > endpoint_.max_request_bytes) {
    return cannot_send(ExportFailure::too_large,
                       "a request of " + std::to_string(content.size()) + " bytes is more than the " +
                           std::to_string(endpoint_.max_request_bytes) + " allowed");
  }
  body.assign(grpc ? 5 : 0, '\0');
  if (compressor_ == nullptr) {
    body += content;
  } else if (!compressor_->append(content, body)) {
    return cannot_send(ExportFailure::refused, "there is no memory to compress the request");
  }
  if (grpc) write_grpc_prefix(body, compressor_ != nullptr);
  return {};
}

OtlpAnswer OtlpClient::attempt(milliseconds timeout) {
  const bool grpc = endpoint_.protocol == OtlpProtocol::grpc;
  if (grpc) http_request_.headers.back().second = grpc_timeout(timeout);
  const auto response = http_.perform(http_request_, {.stop = stop_.get_token(), .timeout = timeout});
  if (!response) {
    OtlpAnswer answer = read_failure(response.error());
    answer.message += tls_advice(endpoint_, response.error());
    return answer;
  }
  OtlpAnswer answer = grpc ? read_grpc_answer(*response) : read_http_answer(*response);
  if (answer.verdict != Verdict::accepted) {
    answer.message = "POST " + transport::without_secrets(endpoint_.url) + ": " + answer.message;
  }
  return answer;
}

milliseconds OtlpClient::pause_after(int attempts, const OtlpAnswer& answer) {
  const double most =
      std::min(static_cast<double>(retry_.initial.count()) * std::pow(retry_.multiplier, attempts - 1),
               static_cast<double>(retry_.maximum.count()));
  const double fraction = static_cast<double>(random_.next() >> 11) * 0x1p-53;
  const milliseconds own(std::llround(fraction * most));
  return std::max(own, answer.retry_after.value_or(milliseconds::zero()));
}

bool OtlpClient::wait_until(Deadline time) {
  const std::stop_token stop = stop_.get_token();
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace sonde::sdk
