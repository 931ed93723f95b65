#pragma once

// Source: specification logs/sdk.md, LogRecordExporter.

#include "sonde/log_record_view.hpp"
#include "sonde/otlp_batch.hpp"

namespace sonde {

/// Log records: the bytes of an ExportLogsServiceRequest.
using LogRecordBatch = OtlpBatch<LogRecordView>;
using LogRecordExporter = Exporter<LogRecordBatch>;

}  // namespace sonde
