#pragma once

// Source: specification trace/sdk.md, Span Exporter.

#include "sonde/otlp_batch.hpp"
#include "sonde/span_view.hpp"

namespace sonde {

/// Finished spans: the bytes of an ExportTraceServiceRequest.
using SpanBatch = OtlpBatch<SpanView>;
using SpanExporter = Exporter<SpanBatch>;

}  // namespace sonde
