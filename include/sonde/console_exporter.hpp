#pragma once

// Telemetry for a person to read, on a terminal or in a log. (For programs to read, see
// otlp_file_exporter.hpp.) In colour only if the stream is a terminal and the variable NO_COLOR is empty or
// unset.

#include <cstdio>
#include <memory>

#include "sonde/log_record_exporter.hpp"
#include "sonde/metric_exporter.hpp"
#include "sonde/span_exporter.hpp"

namespace sonde {

/// Prints spans as trees: name, duration, tokens of a model call, status, attributes and events, children
/// under their parent as far as they are in the same batch. `stream` must outlive the exporter. An error of
/// the stream loses the batch and says so.
[[nodiscard]] std::unique_ptr<SpanExporter> make_console_span_exporter(std::FILE* stream = stdout);

/// Prints a line for each log record: time of day, severity, event name, body, attributes, span.
[[nodiscard]] std::unique_ptr<LogRecordExporter> make_console_log_record_exporter(std::FILE* stream = stdout);

/// Prints a line for each metric, and one for each data point under it.
[[nodiscard]] std::unique_ptr<MetricExporter> make_console_metric_exporter(std::FILE* stream = stdout);

}  // namespace sonde
