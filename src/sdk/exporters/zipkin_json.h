#pragma once

// Spans as Zipkin's API v2 has them.
//
// Source: specification trace/sdk_exporters/zipkin.md; zipkin-api, zipkin2-api.yaml.

#include <string>

#include "sonde/span_exporter.hpp"

namespace sonde::sdk {

/// Appends the batch as a JSON array of Zipkin spans.
void append_zipkin_json(const SpanBatch& batch, std::string& out);

}  // namespace sonde::sdk
