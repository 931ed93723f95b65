#include "collector/receivers/otlp_grpc.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace sonde::collector {
namespace {

using otlp::Encoding;
using otlp::Signal;
using transport::GrpcRespond;
using transport::GrpcStatus;

constexpr std::array<std::pair<std::string_view, Signal>, 3> methods = {{
    {"/opentelemetry.proto.collector.trace.v1.TraceService/Export", Signal::traces},
    {"/opentelemetry.proto.collector.logs.v1.LogsService/Export", Signal::logs},
    {"/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", Signal::metrics},
}};

void append_length_delimited(int field, std::string_view bytes, std::string& out) {
  out += static_cast<char>(field << 3 | 2);
  out += static_cast<char>(bytes.size());  // below 128 in all that is written here
  out += bytes;
}

/// A google.rpc.RetryInfo in an Any, as a further field `details` of a serialised google.rpc.Status: it tells
/// the client when to try again (google/rpc/status.proto, error_details.proto).
void append_retry_info(int seconds, std::string& status) {
  std::string duration = "\x08";  // Duration.seconds, a varint
  duration += static_cast<char>(seconds);
  std::string retry_info;
  append_length_delimited(1, duration, retry_info);
  std::string any;
  append_length_delimited(1, "type.googleapis.com/google.rpc.RetryInfo", any);
  append_length_delimited(2, retry_info, any);
  append_length_delimited(3, any, status);
}

GrpcStatus status_of(const Error& error) {
  GrpcStatus status{grpc_code(error.code), error.message, {}};
  if (is_retryable(error.code)) {
    status.details = otlp::encode_status(status.code, error.message, Encoding::protobuf);
    append_retry_info(retry_after_seconds, status.details);
  }
  return status;
}

std::string_view reason_for_unread(ErrorCode code) {
  switch (code) {
    case ErrorCode::resource_exhausted: return refused_too_large;
    case ErrorCode::invalid_argument: return refused_undecodable;
    default: return refused_unread;
  }
}

void receive(Signal signal, Expected<std::string> message, const GrpcRespond& respond,
             const ExportTarget& target) {
  if (!message) {
    target.counters.add_refused(signal, reason_for_unread(message.error().code));
    return respond(status_of(message.error()), {});
  }
  export_request(signal, Encoding::protobuf, *std::move(message), target,
                 [signal, respond](const Expected<otlp::Receipt>& outcome) {
                   if (!outcome) return respond(status_of(outcome.error()), {});
                   respond({}, otlp::encode_response(*outcome, signal, Encoding::protobuf));
                 });
}

}  // namespace

void add_otlp_grpc(transport::GrpcServer& server, const ExportTarget& target) {
  for (const auto& [method, signal] : methods) {
    server.handle(std::string(method),
                  [signal, target](Expected<std::string> message, const GrpcRespond& respond) {
                    receive(signal, std::move(message), respond, target);
                  });
  }
}

}  // namespace sonde::collector
