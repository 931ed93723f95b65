#include "collector/receivers/otlp_http.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sonde::collector {
namespace {

using otlp::Encoding;
using otlp::Signal;
using transport::HttpExchange;
using transport::HttpRequest;
using transport::HttpResponse;

constexpr std::array<std::pair<std::string_view, Signal>, 3> paths = {{
    {"/v1/traces", Signal::traces},
    {"/v1/logs", Signal::logs},
    {"/v1/metrics", Signal::metrics},
}};

std::string_view content_type(Encoding encoding) {
  return encoding == Encoding::json ? "application/json" : "application/x-protobuf";
}

/// By the Content-Type, whose parameters (charset and the like) say nothing here.
std::optional<Encoding> encoding_of(const HttpRequest& request) {
  std::string_view type = transport::header(request.headers, "Content-Type");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  for (const Encoding encoding : {Encoding::protobuf, Encoding::json}) {
    if (transport::same_field_name(type, content_type(encoding))) return encoding;
  }
  return std::nullopt;
}

HttpResponse encoded(unsigned status, Encoding encoding, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", std::string(content_type(encoding))}},
          .body = std::move(body)};
}

HttpResponse plain(unsigned status, std::string_view message) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = std::string(message) + "\n"};
}

HttpResponse answer(const Expected<otlp::Receipt>& outcome, Signal signal, Encoding encoding) {
  if (outcome) return encoded(200, encoding, otlp::encode_response(*outcome, signal, encoding));
  const Error& error = outcome.error();
  HttpResponse response = encoded(http_status(error.code), encoding,
                                  otlp::encode_status(grpc_code(error.code), error.message, encoding));
  if (is_retryable(error.code)) {
    response.headers.emplace_back("Retry-After", std::to_string(retry_after_seconds));
  }
  return response;
}

/// The canonical status of an error that the HTTP server found by itself.
int grpc_code_of_status(unsigned status) {
  switch (status) {
    case 400:
    case 411:
    case 415:
    case 417: return grpc_code(ErrorCode::invalid_argument);
    case 413:
    case 431: return grpc_code(ErrorCode::resource_exhausted);
    case 404:
    case 405:
    case 501:
    case 505: return grpc_code(ErrorCode::unimplemented);
    default: return grpc_code(ErrorCode::internal);
  }
}

std::string_view reason_of_status(unsigned status) {
  switch (status) {
    case 413: return refused_too_large;
    case 415: return refused_compression;
    default: return status < 500 ? refused_undecodable : refused_internally;
  }
}

class OtlpHttp : public std::enable_shared_from_this<OtlpHttp> {
 public:
  OtlpHttp(const ExportTarget& target, Cors cors) : target_(target), cors_(std::move(cors)) {}

  void receive(Signal signal, const std::shared_ptr<HttpExchange>& exchange) const {
    const std::optional<Encoding> encoding = encoding_of(exchange->request());
    if (!encoding) {
      target_.counters.add_refused(signal, refused_content_type);
      return respond(*exchange, plain(415, "send Content-Type application/x-protobuf or application/json"));
    }
    export_request(
        signal, *encoding, exchange->take_body(), target_,
        [self = shared_from_this(), signal, encoding, exchange](const Expected<otlp::Receipt>& outcome) {
          self->respond(*exchange, answer(outcome, signal, *encoding));
        });
  }

  void answer_preflight(HttpExchange& exchange) const {
    exchange.respond(cors_.answer_preflight(exchange.request()));
  }

  HttpResponse render_error(const HttpRequest& request, unsigned status, std::string_view message) const {
    count(request, status);
    const std::optional<Encoding> encoding = encoding_of(request);
    HttpResponse response =
        encoding
            ? encoded(status, *encoding, otlp::encode_status(grpc_code_of_status(status), message, *encoding))
            : plain(status, message);
    cors_.allow(request, response);
    return response;
  }

 private:
  void respond(HttpExchange& exchange, HttpResponse response) const {
    cors_.allow(exchange.request(), response);
    exchange.respond(std::move(response));
  }

  /// What was sent to a path of ours and refused before it got here.
  void count(const HttpRequest& request, unsigned status) const {
    if (request.method != "POST") return;
    const std::string path = transport::target_path(request.target);
    for (const auto& [known, signal] : paths) {
      if (path == known) target_.counters.add_refused(signal, reason_of_status(status));
    }
  }

  ExportTarget target_;
  Cors cors_;
};

}  // namespace

void add_otlp_http(transport::HttpServer& server, const ExportTarget& target, Cors cors) {
  const auto receiver = std::make_shared<const OtlpHttp>(target, std::move(cors));
  for (const auto& [path, signal] : paths) {
    server.route("POST", std::string(path),
                 [receiver, signal](const std::shared_ptr<HttpExchange>& exchange) {
                   receiver->receive(signal, exchange);
                 });
    server.route("OPTIONS", std::string(path), [receiver](const std::shared_ptr<HttpExchange>& exchange) {
      receiver->answer_preflight(*exchange);
    });
  }
  server.set_error_renderer(
      [receiver](const HttpRequest& request, unsigned status, std::string_view message) {
        return receiver->render_error(request, status, message);
      });
}

}  // namespace sonde::collector
