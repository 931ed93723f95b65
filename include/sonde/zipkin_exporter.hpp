#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sonde/expected.hpp"
#include "sonde/span_exporter.hpp"

namespace sonde {

struct ZipkinExporterOptions {
  /// The whole URL; else OTEL_EXPORTER_ZIPKIN_ENDPOINT, else http://localhost:9411/api/v2/spans.
  std::optional<std::string> endpoint = {};
  /// For one export with its retries; else OTEL_EXPORTER_ZIPKIN_TIMEOUT, else 10 s.
  std::optional<std::chrono::milliseconds> timeout = {};
  /// Whether what is left out here is taken from the environment at all, or from the defaults at once.
  bool use_environment = true;
};

/// Sends spans to Zipkin's API v2 as JSON, with retries until the export's deadline. Zipkin has no place for
/// links, and all its tags are strings. Fails with invalid_argument, naming the option or variable, if the
/// endpoint is no URL; what it notices on the way goes to `problems`. Does not connect yet.
///
/// Source: specification trace/sdk_exporters/zipkin.md; zipkin-api, zipkin2-api.yaml.
[[nodiscard]] Expected<std::unique_ptr<SpanExporter>> make_zipkin_exporter(
    const ZipkinExporterOptions& options, std::vector<std::string>& problems);

}  // namespace sonde
