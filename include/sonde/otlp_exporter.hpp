#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sonde/expected.hpp"
#include "sonde/span_exporter.hpp"

namespace sonde {

enum class OtlpProtocol : std::uint8_t { grpc, http_protobuf };

/// Where and how OTLP is sent. What is left out comes from the OTEL_EXPORTER_OTLP_* environment variables,
/// and failing those from the specification's defaults (specification protocol/exporter.md).
struct OtlpExporterOptions {
  std::optional<std::string> endpoint = {};  ///< A base URL, such as http://localhost:4318.
  std::optional<OtlpProtocol> protocol = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< Sent with every request.
};

/// Sends batches over OTLP, with retries until the export's deadline. Fails with invalid_argument, naming the
/// option or variable, if the endpoint is no URL. What it notices on the way goes to `problems`, a sentence
/// each. Does not connect yet.
[[nodiscard]] Expected<std::unique_ptr<SpanExporter>> make_otlp_exporter(const OtlpExporterOptions& options,
                                                                         std::vector<std::string>& problems);

}  // namespace sonde
