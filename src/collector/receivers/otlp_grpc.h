#pragma once

#include "collector/receivers/otlp_export.h"
#include "transport/grpc_server.h"

namespace sonde::collector {

/// Adds OTLP/gRPC to a server: Export of the trace, logs and metrics services. Call before the server starts.
/// Source: opentelemetry-proto, docs/specification.md, section OTLP/gRPC.
void add_otlp_grpc(transport::GrpcServer& server, const ExportTarget& target);

}  // namespace sonde::collector
