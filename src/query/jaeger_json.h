#pragma once

// A trace as Jaeger's user interface and Grafana read it. What OTLP has and Jaeger's model has not is told in
// tags, under the names the OpenTelemetry specification gives them (compatibility/jaeger.md and
// common/mapping-to-non-otlp.md).

#include "otlp/model.h"

namespace sonde::base {
class JsonWriter;
}

namespace sonde::query {

/// What spans without a service.name are listed under; the name the specification gives them.
inline constexpr const char* unknown_service = "unknown_service";

/// One element of the array "data". The batch holds one trace and at least one span.
void write_jaeger_trace(const otlp::TraceBatch& batch, base::JsonWriter& json);

}  // namespace sonde::query
