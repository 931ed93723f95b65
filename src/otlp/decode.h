#pragma once

// OTLP requests into batches: protobuf and JSON, all three signals. The input is from outside, so every
// decoder is bounded: the batch takes memory in proportion to the input, nesting stops at a fixed depth, and
// whatever is not valid OTLP is an error that names the place, never a crash and never a partial batch.
//
// One thing is refused item by item: a span that cannot be identified. A receiver passes the receipt on as
// OTLP's partial success, so one broken span does not cost its sender the rest of the request.

#include <cstddef>
#include <memory>
#include <string>

#include "otlp/consumer.h"
#include "otlp/model.h"
#include "sonde/expected.hpp"

namespace sonde::otlp {

/// The deepest nesting of attribute values that is accepted.
inline constexpr std::size_t max_value_depth = 64;

/// A batch takes at most this many bytes of memory for each byte of the request, and 64 KiB. Real telemetry
/// takes about one; what takes more are endless empty messages, two bytes each on the wire. Reading JSON
/// takes some fifteen bytes more for each byte while it lasts.
inline constexpr std::size_t max_expansion = 32;

/// What a request held. The receipt counts the spans that were left out because their trace or span id is
/// missing, all zero or of the wrong length, and says which was the first; or it warns of other ids of the
/// wrong length (of links, log records, exemplars), each of which became "none".
template <class Batch>
struct Decoded {
  std::shared_ptr<Batch> batch;
  Receipt receipt;
};

/// Decodes the body of an Export*ServiceRequest (which has the shape of TracesData, LogsData or MetricsData).
/// Takes the body over; the batch keeps it alive and points into it. Unknown fields are skipped, unknown
/// enumeration values become "unspecified", and a message that stands where one is allowed but comes twice
/// replaces the first. Strings are taken as they are, valid UTF-8 or not. Fails with invalid_argument.
/// Allocates; does not block; safe to call from any thread.
[[nodiscard]] Expected<Decoded<TraceBatch>> decode_traces_protobuf(std::string body);
[[nodiscard]] Expected<Decoded<LogBatch>> decode_logs_protobuf(std::string body);
[[nodiscard]] Expected<Decoded<MetricBatch>> decode_metrics_protobuf(std::string body);

/// The same from OTLP/JSON: lowerCamelCase keys, ids in hexadecimal of either case, other bytes in base64,
/// integers as strings or numbers, enumerations as integers (their names are accepted too). Null is the same
/// as absent. The body must be UTF-8; half a surrogate pair, which JavaScript makes of a string cut inside an
/// emoji, becomes U+FFFD. The batch holds copies, not the body.
[[nodiscard]] Expected<Decoded<TraceBatch>> decode_traces_json(std::string body);
[[nodiscard]] Expected<Decoded<LogBatch>> decode_logs_json(std::string body);
[[nodiscard]] Expected<Decoded<MetricBatch>> decode_metrics_json(std::string body);

}  // namespace sonde::otlp
