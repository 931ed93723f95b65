#pragma once

// OTLP requests into batches: protobuf and JSON, all three signals. The input is from outside, so every
// decoder is bounded: the batch takes memory in proportion to the input, nesting stops at a fixed depth, and
// whatever is not valid OTLP is an error that names the place, never a crash and never a partial batch.

#include <cstddef>
#include <memory>
#include <string>

#include "otlp/model.h"
#include "sonde/expected.hpp"

namespace sonde::otlp {

/// The deepest nesting of attribute values that is accepted.
inline constexpr std::size_t max_value_depth = 64;

/// Decodes the body of an Export*ServiceRequest (which has the shape of TracesData, LogsData or MetricsData).
/// Takes the body over; the batch keeps it alive and points into it. Unknown fields are skipped. A span or
/// log record whose ids have the wrong length is an error of the whole request. Fails with invalid_argument.
/// Allocates; does not block; safe to call from any thread.
[[nodiscard]] Expected<std::shared_ptr<TraceBatch>> decode_traces_protobuf(std::string body);
[[nodiscard]] Expected<std::shared_ptr<LogBatch>> decode_logs_protobuf(std::string body);
[[nodiscard]] Expected<std::shared_ptr<MetricBatch>> decode_metrics_protobuf(std::string body);

/// The same from OTLP/JSON: lowerCamelCase keys, ids in hexadecimal of either case, other bytes in base64,
/// 64-bit integers as strings or numbers, enumerations as integers (their names are accepted too).
[[nodiscard]] Expected<std::shared_ptr<TraceBatch>> decode_traces_json(std::string body);
[[nodiscard]] Expected<std::shared_ptr<LogBatch>> decode_logs_json(std::string body);
[[nodiscard]] Expected<std::shared_ptr<MetricBatch>> decode_metrics_json(std::string body);

}  // namespace sonde::otlp
