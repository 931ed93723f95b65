#pragma once

#include <cstdio>
#include <memory>

#include "sonde/span_exporter.hpp"

namespace sonde {

/// Prints spans for a person to read: name, duration, status, attributes and events, children under their
/// parent as far as they are in the same batch. Never fails. `stream` must outlive the exporter.
[[nodiscard]] std::unique_ptr<SpanExporter> make_console_exporter(std::FILE* stream = stdout);

}  // namespace sonde
