#include <new>
#include <utility>

#include "sdk/exporters/spool.h"

namespace sonde {
namespace {

using sdk::ExporterOf;
using sdk::SignalOf;

template <class Batch>
class SpooledExporter : public ExporterOf<Batch> {
 public:
  SpooledExporter(std::unique_ptr<Exporter<Batch>> exporter, sdk::SpoolDirectory directory,
                  const SpoolOptions& options)
      : spool_(std::move(directory), SignalOf<Batch>::value, detail::make_sink<Batch>(std::move(exporter)),
               options) {}

  ExportResult export_batch(const Batch& batch, Deadline deadline) noexcept final {
    return spool_.put(batch.otlp_request(), batch.size(), deadline);
  }
  void cancel() noexcept final { spool_.cancel(); }
  void after_fork() noexcept final { spool_.after_fork(); }

 private:
  sdk::Spool spool_;
};

/// Wants metrics as the exporter behind the spool does.
class SpooledMetricExporter final : public SpooledExporter<MetricBatch> {
 public:
  SpooledMetricExporter(std::unique_ptr<MetricExporter> exporter, sdk::SpoolDirectory directory,
                        const SpoolOptions& options)
      : SpooledMetricExporter(*exporter, std::move(exporter), std::move(directory), options) {}

  [[nodiscard]] AggregationTemporality temporality(InstrumentKind kind) const noexcept override {
    return exporter_.temporality(kind);
  }
  [[nodiscard]] Aggregation default_aggregation(InstrumentKind kind) const override {
    return exporter_.default_aggregation(kind);
  }

 private:
  SpooledMetricExporter(const MetricExporter& reference, std::unique_ptr<MetricExporter>&& exporter,
                        sdk::SpoolDirectory directory, const SpoolOptions& options)
      : SpooledExporter(std::move(exporter), std::move(directory), options), exporter_(reference) {}

  const MetricExporter& exporter_;  ///< The spool owns it.
};

template <class Batch, class Spooled = SpooledExporter<Batch>>
Expected<std::unique_ptr<ExporterOf<Batch>>> make_spooled(std::unique_ptr<ExporterOf<Batch>> exporter,
                                                          const SpoolOptions& options) {
  sdk::SpoolDirectory directory(options.directory, SignalOf<Batch>::value, options.flush_to_disk);
  if (auto opened = directory.open(); !opened) return opened.error();
  return std::unique_ptr<ExporterOf<Batch>>(
      std::make_unique<Spooled>(std::move(exporter), std::move(directory), options));
}

}  // namespace

Expected<std::unique_ptr<SpanExporter>> make_spooled_exporter(std::unique_ptr<SpanExporter> exporter,
                                                              const SpoolOptions& options) {
  return make_spooled<SpanBatch>(std::move(exporter), options);
}
Expected<std::unique_ptr<LogRecordExporter>> make_spooled_exporter(
    std::unique_ptr<LogRecordExporter> exporter, const SpoolOptions& options) {
  return make_spooled<LogRecordBatch>(std::move(exporter), options);
}
Expected<std::unique_ptr<MetricExporter>> make_spooled_exporter(std::unique_ptr<MetricExporter> exporter,
                                                                const SpoolOptions& options) {
  return make_spooled<MetricBatch, SpooledMetricExporter>(std::move(exporter), options);
}

}  // namespace sonde
