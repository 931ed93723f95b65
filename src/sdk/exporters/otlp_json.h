#pragma once

// OTLP/JSON out of OTLP's protobuf bytes. The SDK encodes protobuf only; where a receiver or a file wants
// JSON, the finished request is walked once more and written as text, with no objects in between.
//
// Source: opentelemetry-proto docs/specification.md (JSON Protobuf Encoding).

#include <string>
#include <string_view>

#include "sdk/exporters/signal.h"

namespace sonde::sdk {

/// Appends the Export*ServiceRequest `request` to `out` as one line of JSON. False, and `out` as it was, if
/// it is nested deeper than what the SDK records. What is damaged reads as ended, and fields that are not
/// OTLP's are left out. Allocates only in `out`.
[[nodiscard]] bool append_otlp_json(Signal signal, std::string_view request, std::string& out);

}  // namespace sonde::sdk
