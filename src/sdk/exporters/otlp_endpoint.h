#pragma once

// Where OTLP goes and how: what the program says, else the OTEL_EXPORTER_OTLP_* variables of the signal, else
// those of all signals, else the specification's defaults, brought to one finished value.
//
// Source: specification protocol/exporter.md, configuration/sdk-environment-variables.md.

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "sdk/exporters/signal.h"
#include "sonde/expected.hpp"
#include "sonde/otlp_exporter.hpp"
#include "transport/http.h"

namespace sonde::sdk {

/// A receiver of OTLP: all that sending needs to know.
struct OtlpEndpoint {
  OtlpProtocol protocol = OtlpProtocol::http_protobuf;
  std::string url = {};  ///< What is posted to: with OTLP/gRPC it ends in the method's name.
  transport::HttpHeaders headers = {};
  OtlpCompression compression = OtlpCompression::none;
  std::chrono::milliseconds timeout{10'000};  ///< For one export with its retries; the largest value: none.
  std::string certificate_file = {};          ///< PEM; empty: what the system trusts.
  std::string client_key_file = {};
  std::string client_certificate_file = {};
  std::string user_agent = {};  ///< Put before the exporter's own.
  std::size_t max_request_bytes = 64u << 20;
  std::size_t max_response_bytes = 4u << 20;
};

/// Resolves the options for a signal. A variable that cannot be understood is ignored, and a sentence about
/// it added to `problems`; but an endpoint that is no URL fails with invalid_argument, because the data would
/// go elsewhere than meant. Reads the environment: not while another thread writes it. No header values in
/// messages.
[[nodiscard]] Expected<OtlpEndpoint> resolve_otlp_endpoint(Signal signal, const OtlpExporterOptions& options,
                                                           std::vector<std::string>& problems);

/// How a receiver of metrics wants them.
struct OtlpMetricPreferences {
  TemporalityPreference temporality = TemporalityPreference::cumulative;
  Aggregation::Type histogram_aggregation = Aggregation::Type::explicit_bucket_histogram;
};

/// What the program says, else OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE and
/// OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION (specification metrics/sdk_exporters/otlp.md).
[[nodiscard]] OtlpMetricPreferences resolve_otlp_metric_preferences(const OtlpExporterOptions& options,
                                                                    std::vector<std::string>& problems);

}  // namespace sonde::sdk
