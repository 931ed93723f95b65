#include "sdk/exporters/otlp_answer.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <string_view>

#include "base/base64.h"
#include "otlp/fields.h"
#include "sdk/exporters/json_reader.h"
#include "sdk/wire_fields.h"
#include "sonde/span_view.hpp"

namespace sonde::sdk {
namespace {

namespace fields = otlp::fields;
using detail::for_each_field;
using detail::WireField;
using std::chrono::milliseconds;
using transport::HttpClientResponse;
using Verdict = OtlpAnswer::Verdict;

/// What others write goes into log lines: one line, and not a long one.
std::string one_line(std::string_view text) {
  constexpr std::size_t longest = 500;
  std::size_t size = std::min(text.size(), longest);
  const auto inside_character = [&] { return size < text.size() && (text[size] & 0xC0) == 0x80; };
  while (size > 0 && inside_character()) --size;
  std::string line(text.substr(0, size));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return size < text.size() ? line + "..." : line;
}

/// The content of the last field of a number, as protobuf reads a field that should stand once.
std::string_view content_of(std::string_view message, fields::Number number) {
  std::string_view content;
  for_each_field(message, [&](const WireField& field) {
    if (field.number == number) content = field.content;
  });
  return content;
}

/// An Export*ServiceResponse.
OtlpAnswer read_export_response(std::string_view response) {
  OtlpAnswer answer;
  for_each_field(content_of(response, fields::export_response::partial_success), [&](const WireField& field) {
    if (field.number == fields::partial_success::rejected) {
      const auto rejected = static_cast<std::int64_t>(field.integer);
      answer.rejected = rejected > 0 ? static_cast<std::uint64_t>(rejected) : 0;
    } else if (field.number == fields::partial_success::error_message) {
      answer.message = one_line(field.content);
    }
  });
  return answer;
}

// OTLP/HTTP

bool is_protobuf(std::string_view content_type) noexcept {
  return content_type.starts_with("application/x-protobuf");
}

bool is_json(std::string_view content_type) noexcept { return content_type.starts_with("application/json"); }

/// An Export*ServiceResponse as OTLP/JSON.
OtlpAnswer read_json_export_response(std::string_view response) {
  OtlpAnswer answer;
  JsonReader json(response);
  const auto visit_partial_success = [&](std::string_view key) {
    std::optional<std::string> value = json.scalar();
    if (!value) return false;
    if (key.starts_with("rejected")) {  // Spans, LogRecords or DataPoints; a number, or one in quotes.
      std::from_chars(value->data(), value->data() + value->size(), answer.rejected);
    } else if (key == "errorMessage") {
      answer.message = one_line(*value);
    }
    return true;
  };
  json.object([&](std::string_view key) {
    return key == "partialSuccess" ? json.object(visit_partial_success) : json.skip();
  });
  return answer;
}

/// The message of a google.rpc.Status as JSON, or the whole of what is none.
std::string read_json_status_message(std::string_view body) {
  std::optional<std::string> message;
  JsonReader json(body);
  json.object([&](std::string_view key) {
    if (key != "message") return json.skip();
    message = json.scalar();
    return message.has_value();
  });
  return message ? *std::move(message) : std::string(body);
}

/// What an error's body has to say to a person.
std::string read_explanation(std::string_view content_type, std::string_view body) {
  if (is_protobuf(content_type)) return one_line(content_of(body, fields::rpc_status::message));
  if (is_json(content_type)) return one_line(read_json_status_message(body));
  return content_type.starts_with("text/plain") ? one_line(body) : std::string();
}

/// Retry-After: seconds, or a date.
std::optional<milliseconds> read_retry_after(std::string_view text) {
  constexpr std::int64_t longest = 365LL * 24 * 3600;
  if (text.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc::result_out_of_range) {
    seconds = longest;
  } else if (error != std::errc() || end != text.data() + text.size()) {
    const time_t date = curl_getdate(std::string(text).c_str(), nullptr);
    if (date < 0) return std::nullopt;
    seconds = date - std::time(nullptr);
  }
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, longest));
}

bool is_retryable_status(unsigned status) noexcept {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

ExportFailure failure_of_status(unsigned status) noexcept {
  switch (status) {
    case 400:
    case 422: return ExportFailure::invalid;
    case 413: return ExportFailure::too_large;
    default: return ExportFailure::refused;
  }
}

// OTLP/gRPC

constexpr std::array<std::string_view, 17> status_names = {
    "OK",        "CANCELLED",       "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS",  "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",    "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED",
};

namespace status {
constexpr unsigned cancelled = 1;
constexpr unsigned unknown = 2;
constexpr unsigned invalid_argument = 3;
constexpr unsigned deadline_exceeded = 4;
constexpr unsigned resource_exhausted = 8;
constexpr unsigned aborted = 10;
constexpr unsigned out_of_range = 11;
constexpr unsigned unavailable = 14;
constexpr unsigned data_loss = 15;
}  // namespace status

bool is_retryable(unsigned code, bool with_retry_info) noexcept {
  switch (code) {
    case status::cancelled:
    case status::deadline_exceeded:
    case status::aborted:
    case status::out_of_range:
    case status::unavailable:
    case status::data_loss: return true;
    case status::resource_exhausted: return with_retry_info;
    default: return false;
  }
}

/// gRPC has no status of its own for a message that is too large: servers say that a resource is exhausted.
ExportFailure failure_of_code(unsigned code) noexcept {
  switch (code) {
    case status::invalid_argument: return ExportFailure::invalid;
    case status::resource_exhausted: return ExportFailure::too_large;
    default: return ExportFailure::refused;
  }
}

/// The delay of a google.rpc.RetryInfo among the details of a google.rpc.Status.
std::optional<milliseconds> read_retry_info(std::string_view rpc_status) {
  std::optional<milliseconds> delay;
  for_each_field(rpc_status, [&](const WireField& detail) {
    if (detail.number != fields::rpc_status::details) return;
    if (!content_of(detail.content, fields::any::type_url).ends_with("/google.rpc.RetryInfo")) return;
    const std::string_view retry_info = content_of(detail.content, fields::any::value);
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    for_each_field(content_of(retry_info, fields::retry_info::retry_delay), [&](const WireField& field) {
      if (field.number == fields::duration::seconds) seconds = static_cast<std::int64_t>(field.integer);
      if (field.number == fields::duration::nanos) nanoseconds = static_cast<std::int64_t>(field.integer);
    });
    constexpr std::int64_t longest = 365LL * 24 * 3600;
    delay = std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, longest));
    *delay += milliseconds(std::clamp<std::int64_t>(nanoseconds, 0, 999'999'999) / 1'000'000);
  });
  return delay;
}

/// The field of a gRPC status: a trailer, or among the fields of an answer that is nothing but its status.
std::string_view status_field(const HttpClientResponse& response, std::string_view name) noexcept {
  const std::string_view trailer = transport::header(response.trailers, name);
  return trailer.empty() ? transport::header(response.headers, name) : trailer;
}

/// The one message in the body of a unary answer, if it is whole: before it stand a byte that tells its
/// compression, of which we offer none, and four for its length.
std::optional<std::string_view> whole_message(std::string_view body) noexcept {
  constexpr std::size_t prefix = 5;
  if (body.size() < prefix || body.front() != 0) return std::nullopt;
  std::size_t length = 0;
  for (const char byte : body.substr(1, 4)) length = length << 8 | static_cast<unsigned char>(byte);
  if (body.size() - prefix != length) return std::nullopt;
  return body.substr(prefix);
}

OtlpAnswer read_statusless(const HttpClientResponse& response) {
  const std::string_view content_type = transport::header(response.headers, "content-type");
  if (response.status == 200 && content_type.starts_with("application/grpc")) {
    // libcurl 7.88 loses the trailers if the server retires the connection with a GOAWAY just behind them.
    // Servers answer a unary call with a message only if it succeeded, so that suffices; without one the
    // request goes out again, as OTLP has it where an answer is missing.
    if (const auto message = whole_message(response.body)) return read_export_response(*message);
    return {.verdict = Verdict::try_again, .message = "the connection ended before the status of the call"};
  }
  const bool try_again = is_retryable_status(response.status);
  return {.verdict = try_again ? Verdict::try_again : Verdict::refused,
          .message = "HTTP status " + std::to_string(response.status) +
                     " without a gRPC status; is this the address of an OTLP/gRPC receiver?"};
}

}  // namespace

OtlpAnswer read_http_answer(const HttpClientResponse& response) {
  const std::string_view content_type = transport::header(response.headers, "content-type");
  if (response.status / 100 == 2) {
    if (is_protobuf(content_type)) return read_export_response(response.body);
    if (is_json(content_type)) return read_json_export_response(response.body);
    if (!content_type.starts_with("text/html")) return {};
    // Web servers answer 200 and a page to anything; taking that for success would lose everything silently.
    return {.verdict = Verdict::refused,
            .message = "it answers with a web page; is this the address of an OTLP/HTTP receiver?"};
  }
  OtlpAnswer answer{.verdict = Verdict::refused,
                    .failure = failure_of_status(response.status),
                    .message = "HTTP status " + std::to_string(response.status)};
  const std::string explanation = read_explanation(content_type, response.body);
  if (!explanation.empty()) answer.message += ": " + explanation;
  if (is_retryable_status(response.status)) {
    answer.verdict = Verdict::try_again;
    answer.retry_after = read_retry_after(transport::header(response.headers, "retry-after"));
  }
  return answer;
}

OtlpAnswer read_grpc_answer(const HttpClientResponse& response) {
  const std::string_view code_text = status_field(response, "grpc-status");
  if (code_text.empty()) return read_statusless(response);
  unsigned code = status::unknown;
  std::from_chars(code_text.data(), code_text.data() + code_text.size(), code);
  if (code == 0) return read_export_response(whole_message(response.body).value_or(""));
  const std::string_view name = status_names[code < status_names.size() ? code : status::unknown];
  OtlpAnswer answer{.verdict = Verdict::refused,
                    .failure = failure_of_code(code),
                    .message = "gRPC status " + std::string(name)};
  const std::string message = transport::percent_decode(status_field(response, "grpc-message"));
  if (!message.empty()) answer.message += ": " + one_line(message);
  std::string rpc_status;
  if (base::decode_base64(status_field(response, "grpc-status-details-bin"), rpc_status)) {
    answer.retry_after = read_retry_info(rpc_status);
  }
  if (is_retryable(code, answer.retry_after.has_value())) answer.verdict = Verdict::try_again;
  return answer;
}

OtlpAnswer read_failure(const Error& error) {
  const bool try_again = error.code == ErrorCode::unavailable || error.code == ErrorCode::deadline_exceeded;
  return {.verdict = try_again ? Verdict::try_again : Verdict::refused,
          .message = error.message,
          .timed_out = error.code == ErrorCode::deadline_exceeded};
}

}  // namespace sonde::sdk
