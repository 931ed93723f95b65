#pragma once

#include "collector/receivers/cors.h"
#include "collector/receivers/otlp_export.h"
#include "transport/http_server.h"

namespace sonde::collector {

/// Adds OTLP/HTTP to a server: POST /v1/traces, /v1/logs and /v1/metrics in protobuf and JSON, each answered
/// in the request's encoding, errors as google.rpc.Status; and CORS. Call before the server starts.
/// Source: opentelemetry-proto, docs/specification.md, section OTLP/HTTP.
void add_otlp_http(transport::HttpServer& server, const ExportTarget& target, Cors cors);

}  // namespace sonde::collector
