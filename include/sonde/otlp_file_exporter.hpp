#pragma once

// OTLP as JSON lines: each batch is one line, a whole Export*ServiceRequest. Into files that the
// Collector's otlpjsonfile receiver or any JSON tool reads, or on a stream such as standard output (the
// exporter otlp/stdout).
//
// Source: specification protocol/file-exporter.md.

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>

#include "sonde/expected.hpp"
#include "sonde/log_record_exporter.hpp"
#include "sonde/metric_exporter.hpp"
#include "sonde/span_exporter.hpp"

namespace sonde {

struct OtlpFileOptions {
  /// Appended to, and made if it is missing; its folder must exist. Exporters, even of several processes, may
  /// share a file; readers want one signal a file.
  std::string path;
  /// A file that would grow beyond it becomes path.1, after path.1 became path.2 and so on. 0: no limit.
  std::size_t max_file_bytes = 0;
  std::size_t max_files = 10;  ///< In all; what is older is deleted. At least 1.
};

/// A line is handed to the operating system before export_batch() returns, so it survives the end of the
/// process, though not of the machine. A file that was moved away or deleted is made anew. Fails if the file
/// cannot be opened, naming it.
[[nodiscard]] Expected<std::unique_ptr<SpanExporter>> make_otlp_file_span_exporter(
    const OtlpFileOptions& options);
[[nodiscard]] Expected<std::unique_ptr<LogRecordExporter>> make_otlp_file_log_record_exporter(
    const OtlpFileOptions& options);
[[nodiscard]] Expected<std::unique_ptr<MetricExporter>> make_otlp_file_metric_exporter(
    const OtlpFileOptions& options);

/// The same on a stream, which must outlive the exporter; each line is flushed.
[[nodiscard]] std::unique_ptr<SpanExporter> make_otlp_stream_span_exporter(std::FILE* stream = stdout);
[[nodiscard]] std::unique_ptr<LogRecordExporter> make_otlp_stream_log_record_exporter(
    std::FILE* stream = stdout);
[[nodiscard]] std::unique_ptr<MetricExporter> make_otlp_stream_metric_exporter(std::FILE* stream = stdout);

}  // namespace sonde
