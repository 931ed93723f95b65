#pragma once

// Source: specification metrics/sdk.md, MetricExporter.

#include "sonde/aggregation.hpp"
#include "sonde/metric_view.hpp"
#include "sonde/otlp_batch.hpp"

namespace sonde {

/// Collected metrics: the bytes of an ExportMetricsServiceRequest. Its size() counts data points; for_each()
/// visits metrics.
using MetricBatch = OtlpBatch<MetricView>;

/// Sends, prints or keeps metrics, and says how it wants them; the reader that feeds it asks once.
class MetricExporter : public Exporter<MetricBatch> {
 public:
  [[nodiscard]] virtual AggregationTemporality temporality(InstrumentKind /*kind*/) const noexcept {
    return AggregationTemporality::cumulative;
  }
  /// Where no view says otherwise.
  [[nodiscard]] virtual Aggregation default_aggregation(InstrumentKind /*kind*/) const { return {}; }
};

}  // namespace sonde
