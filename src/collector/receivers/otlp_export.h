#pragma once

// What OTLP/gRPC and OTLP/HTTP have in common: a request's bytes into a batch, the batch into the pipeline,
// and what became of it, once it is safe, as an answer.

#include <string>
#include <string_view>

#include "collector/counters.h"
#include "otlp/consumer.h"
#include "otlp/encode.h"
#include "sonde/expected.hpp"

namespace sonde::collector {

/// Where requests go. All of it outlives the receivers.
struct ExportTarget {
  otlp::Consumer& next;
  Counters& counters;
};

/// Decodes the request on this thread, hands it to the pipeline and calls `done` with the outcome, exactly
/// once, from any thread. A request without items succeeds at once. Counts what was accepted or refused.
void export_request(otlp::Signal signal, otlp::Encoding encoding, std::string body,
                    const ExportTarget& target, otlp::Done done);

/// The canonical gRPC status number of an error, as OTLP's clients are to read it: what may be retried is
/// UNAVAILABLE or DEADLINE_EXCEEDED, all else is final.
[[nodiscard]] int grpc_code(ErrorCode code) noexcept;

/// The HTTP status of the same: 503 and 504 may be retried.
[[nodiscard]] unsigned http_status(ErrorCode code) noexcept;

/// Whether the sender should try again, and after how many seconds.
[[nodiscard]] bool is_retryable(ErrorCode code) noexcept;
inline constexpr int retry_after_seconds = 1;

// Reasons for Counters that the transports count by.
inline constexpr std::string_view refused_too_large = "requests over the size limit";
inline constexpr std::string_view refused_undecodable = "requests that are not OTLP";
inline constexpr std::string_view refused_content_type = "requests of another content type";
inline constexpr std::string_view refused_compression = "requests with unknown compression";
inline constexpr std::string_view refused_internally = "requests that failed here";
inline constexpr std::string_view refused_unread = "calls over the size limit or cut off";

}  // namespace sonde::collector
