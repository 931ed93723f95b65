#pragma once

// OTLP, to a receiver: an OpenTelemetry Collector, a vendor, or `sonde serve`. The three signals are sent
// alike, each by an exporter of its own.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sonde/expected.hpp"
#include "sonde/log_record_exporter.hpp"
#include "sonde/metric_exporter.hpp"
#include "sonde/span_exporter.hpp"

namespace sonde {

enum class OtlpProtocol : std::uint8_t { grpc, http_protobuf, http_json };
/// Of requests. The specification knows none and gzip; not every receiver takes zstd.
enum class OtlpCompression : std::uint8_t { none, gzip, zstd };

/// The pause before attempt n + 1 is random between nothing and initial * multiplier^(n - 1), at most
/// `maximum`, so that many clients of one failed receiver do not return at the same moment. A receiver that
/// asks for a longer pause gets it.
struct RetryPolicy {
  std::chrono::milliseconds initial{1'000};
  double multiplier = 1.5;
  std::chrono::milliseconds maximum{5'000};
};

/// Where and how OTLP is sent. What is left out comes from the OTEL_EXPORTER_OTLP_<SIGNAL>_* environment
/// variables, then from OTEL_EXPORTER_OTLP_*, and failing those from the specification's defaults
/// (specification protocol/exporter.md).
struct OtlpExporterOptions {
  /// A base URL, such as http://localhost:4318; OTLP/HTTP appends /v1/traces and the like.
  std::optional<std::string> endpoint = {};
  /// The whole URL for this signal, used as it is, in place of `endpoint`.
  std::optional<std::string> signal_endpoint = {};
  std::optional<OtlpProtocol> protocol = {};
  /// Sent with every request, beside the environment's; one of the same name replaces it.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::optional<OtlpCompression> compression = {};
  std::optional<std::chrono::milliseconds> timeout = {};  ///< For one export with its retries; 10 s.
  RetryPolicy retry = {};
  std::optional<std::string> certificate = {};  ///< PEM files: the authority that is trusted, ...
  std::optional<std::string> client_key = {};   ///< ... and what the client shows of itself.
  std::optional<std::string> client_certificate = {};
  std::optional<bool> insecure = {};  ///< Whether a gRPC endpoint without a scheme is reached without TLS.
  /// Whether what is left out here is taken from the environment at all, or from the defaults at once.
  bool use_environment = true;
  std::string user_agent = {};                ///< Product and version, put before the exporter's own.
  std::size_t max_request_bytes = 64u << 20;  ///< Uncompressed; a larger request is not sent.
  std::size_t max_response_bytes = 4u << 20;

  // Of metrics: what the reader that feeds the exporter should make of them.
  std::optional<TemporalityPreference> temporality = {};  ///< Cumulative.
  /// One of the two histograms: explicit buckets.
  std::optional<Aggregation::Type> default_histogram_aggregation = {};
};

/// Sends batches over OTLP, with retries until the export's deadline. Fails with invalid_argument, naming the
/// option or variable, if the endpoint is no URL. What it notices on the way goes to `problems`, a sentence
/// each. Does not connect yet. Reads the environment: not while another thread writes it.
[[nodiscard]] Expected<std::unique_ptr<SpanExporter>> make_otlp_span_exporter(
    const OtlpExporterOptions& options, std::vector<std::string>& problems);
[[nodiscard]] Expected<std::unique_ptr<LogRecordExporter>> make_otlp_log_record_exporter(
    const OtlpExporterOptions& options, std::vector<std::string>& problems);
[[nodiscard]] Expected<std::unique_ptr<MetricExporter>> make_otlp_metric_exporter(
    const OtlpExporterOptions& options, std::vector<std::string>& problems);

}  // namespace sonde
