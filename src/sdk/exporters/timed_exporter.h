#pragma once

// An exporter whose exports are timed: otel.sdk.exporter.operation.duration, with the kind of failure if
// there was one. It is put around exporters only where the SDK observes itself.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sdk/exporters/signal.h"
#include "sonde/instruments.hpp"

namespace sonde::sdk {

template <class Batch>
class TimedExporter : public ExporterOf<Batch> {
 public:
  TimedExporter(std::unique_ptr<ExporterOf<Batch>> exporter, Histogram<double> duration, std::string name,
                std::string type)
      : exporter_(std::move(exporter)), duration_(duration), name_(std::move(name)), type_(std::move(type)) {}

  ExportResult export_batch(const Batch& batch, Deadline deadline) noexcept final {
    const auto start = std::chrono::steady_clock::now();
    ExportResult result = exporter_->export_batch(batch, deadline);
    const std::chrono::duration<double> duration = std::chrono::steady_clock::now() - start;
    const std::string_view error = error_type(result);
    const Attribute attributes[] = {
        {"otel.component.name", name_}, {"otel.component.type", type_}, {"error.type", error}};
    duration_.record(duration.count(), std::span(attributes).first(error.empty() ? 2 : 3));
    return result;
  }
  void cancel() noexcept final { exporter_->cancel(); }
  void after_fork() noexcept final { exporter_->after_fork(); }
  [[nodiscard]] std::string_view component_type() const noexcept final { return exporter_->component_type(); }

 protected:
  [[nodiscard]] const ExporterOf<Batch>& exporter() const noexcept { return *exporter_; }

 private:
  [[nodiscard]] static std::string_view error_type(const ExportResult& result) noexcept {
    if (result.delivered) return result.rejected == 0 ? "" : "rejected";
    switch (result.failure) {
      case ExportFailure::refused: return "refused";
      case ExportFailure::invalid: return "invalid";
      case ExportFailure::too_large: return "too_large";
      default: return "unavailable";
    }
  }

  const std::unique_ptr<ExporterOf<Batch>> exporter_;
  const Histogram<double> duration_;
  const std::string name_;
  const std::string type_;
};

class TimedMetricExporter final : public TimedExporter<MetricBatch> {
 public:
  using TimedExporter::TimedExporter;
  [[nodiscard]] AggregationTemporality temporality(InstrumentKind kind) const noexcept override {
    return exporter().temporality(kind);
  }
  [[nodiscard]] Aggregation default_aggregation(InstrumentKind kind) const override {
    return exporter().default_aggregation(kind);
  }
};

template <class Batch>
[[nodiscard]] std::unique_ptr<Exporter<Batch>> make_timed_exporter(std::unique_ptr<Exporter<Batch>> exporter,
                                                                   Histogram<double> duration,
                                                                   std::string name, std::string type) {
  return std::make_unique<TimedExporter<Batch>>(std::move(exporter), duration, std::move(name),
                                                std::move(type));
}
[[nodiscard]] inline std::unique_ptr<MetricExporter> make_timed_exporter(
    std::unique_ptr<MetricExporter> exporter, Histogram<double> duration, std::string name,
    std::string type) {
  return std::make_unique<TimedMetricExporter>(std::move(exporter), duration, std::move(name),
                                               std::move(type));
}

}  // namespace sonde::sdk
