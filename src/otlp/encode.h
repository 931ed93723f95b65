#pragma once

// Batches and answers out of the server as OTLP: protobuf or JSON. Items that share a resource and a scope
// are grouped under one ResourceSpans / ScopeSpans, in order of first appearance.

#include <string>

#include "otlp/consumer.h"
#include "otlp/model.h"
#include "sonde/attribute.hpp"
#include "sonde/expected.hpp"

namespace sonde::base {
class JsonWriter;
}

namespace sonde::otlp {

enum class Signal : std::uint8_t { traces, logs, metrics };
enum class Encoding : std::uint8_t { protobuf, json };

/// A whole TracesData, LogsData or MetricsData, which is also the matching Export*ServiceRequest.
[[nodiscard]] std::string encode(const TraceBatch& batch, Encoding encoding);
[[nodiscard]] std::string encode(const LogBatch& batch, Encoding encoding);
[[nodiscard]] std::string encode(const MetricBatch& batch, Encoding encoding);

/// An Export*ServiceResponse: empty for complete success, else with its partial_success.
[[nodiscard]] std::string encode_response(const Receipt& receipt, Signal signal, Encoding encoding);

/// A google.rpc.Status for an error answer. `grpc_code` is the canonical status number.
[[nodiscard]] std::string encode_status(int grpc_code, std::string_view message, Encoding encoding);

/// One AnyValue as OTLP/JSON: {"stringValue":"x"}. For APIs that show values with their types.
void write_any_value(const AttributeValue& value, base::JsonWriter& json);

/// A list of KeyValue as OTLP/JSON: [{"key":"k","value":{...}}].
void write_key_values(std::span<const Attribute> attributes, base::JsonWriter& json);

}  // namespace sonde::otlp
