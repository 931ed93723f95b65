#include "collector/receivers/otlp_export.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "otlp/decode.h"

namespace sonde::collector {
namespace {

std::string_view reason_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return refused_undecodable;
    case ErrorCode::resource_exhausted: return refused_too_large;
    case ErrorCode::unavailable:
    case ErrorCode::deadline_exceeded: return "requests put off because storage was full";
    case ErrorCode::cancelled: return "requests put off while stopping";
    default: return refused_internally;
  }
}

std::string_view reason_for_rejected(otlp::Signal signal) {
  return signal == otlp::Signal::traces ? "spans without a valid id" : "items that cannot be kept";
}

/// The decoder's and the pipeline's receipt as one.
otlp::Receipt joined(const otlp::Receipt& first, const otlp::Receipt& second) {
  otlp::Receipt both{first.rejected + second.rejected, first.message};
  if (!both.message.empty() && !second.message.empty()) both.message += "; ";
  both.message += second.message;
  return both;
}

template <class Batch>
void pass_on(otlp::Signal signal, Expected<otlp::Decoded<Batch>> decoded, const ExportTarget& target,
             otlp::Done done) {
  Counters& counters = target.counters;
  if (!decoded) {
    counters.add_refused(signal, reason_for(decoded.error().code));
    return done(std::move(decoded).error());
  }
  const std::uint64_t items = decoded->batch->items.size();
  auto count_and_answer = [signal, items, &counters, receipt = std::move(decoded->receipt),
                           done = std::move(done)](const Expected<otlp::Receipt>& outcome) {
    if (!outcome) {
      counters.add_refused(signal, reason_for(outcome.error().code));
      return done(outcome.error());
    }
    const auto refused_later = static_cast<std::uint64_t>(outcome->rejected);
    counters.add_accepted(signal, items - std::min(items, refused_later));
    const otlp::Receipt whole = joined(receipt, *outcome);
    if (whole.rejected > 0) {
      counters.add_refused(signal, reason_for_rejected(signal), static_cast<std::uint64_t>(whole.rejected));
    }
    done(whole);
  };
  if (items == 0) return count_and_answer(otlp::Receipt());
  target.next.consume(std::move(decoded->batch), std::move(count_and_answer));
}

}  // namespace

void export_request(otlp::Signal signal, otlp::Encoding encoding, std::string body,
                    const ExportTarget& target, otlp::Done done) {
  const bool is_json = encoding == otlp::Encoding::json;
  switch (signal) {
    case otlp::Signal::traces:
      return pass_on(
          signal,
          is_json ? otlp::decode_traces_json(std::move(body)) : otlp::decode_traces_protobuf(std::move(body)),
          target, std::move(done));
    case otlp::Signal::logs:
      return pass_on(
          signal,
          is_json ? otlp::decode_logs_json(std::move(body)) : otlp::decode_logs_protobuf(std::move(body)),
          target, std::move(done));
    case otlp::Signal::metrics:
      return pass_on(signal,
                     is_json ? otlp::decode_metrics_json(std::move(body))
                             : otlp::decode_metrics_protobuf(std::move(body)),
                     target, std::move(done));
  }
}

int grpc_code(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_argument: return 3;
    case ErrorCode::deadline_exceeded: return 4;
    case ErrorCode::not_found: return 5;
    case ErrorCode::permission_denied: return 7;
    case ErrorCode::resource_exhausted: return 8;
    case ErrorCode::unimplemented: return 12;
    case ErrorCode::unavailable:
    case ErrorCode::cancelled: return 14;  // given up by this side, so the sender is to try again
    case ErrorCode::internal: break;
  }
  return 13;
}

unsigned http_status(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_argument: return 400;
    case ErrorCode::permission_denied: return 403;
    case ErrorCode::not_found: return 404;
    case ErrorCode::resource_exhausted: return 413;
    case ErrorCode::unimplemented: return 501;
    case ErrorCode::unavailable:
    case ErrorCode::cancelled: return 503;
    case ErrorCode::deadline_exceeded: return 504;
    case ErrorCode::internal: break;
  }
  return 500;
}

bool is_retryable(ErrorCode code) noexcept {
  return code == ErrorCode::unavailable || code == ErrorCode::cancelled ||
         code == ErrorCode::deadline_exceeded;
}

}  // namespace sonde::collector
