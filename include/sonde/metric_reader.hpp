#pragma once

// A reader takes metrics out of a provider: at intervals, for an exporter that sends them
// (PeriodicMetricReader), or when it is asked (ManualMetricReader; the Prometheus exporter). A provider may
// have several; each sees every measurement, in its own temporality and at its own pace.
//
// Source: specification metrics/sdk.md, MetricReader.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sonde/aggregation.hpp"
#include "sonde/metric_exporter.hpp"
#include "sonde/otlp_batch.hpp"

namespace sonde {

namespace detail {
class MetricCollector;
class SelfObservation;
void resume_after_fork() noexcept;
}  // namespace detail

/// A collected request: the bytes of an ExportMetricsServiceRequest.
struct MetricRequest {
  std::string otlp = {};
  std::size_t data_points = 0;

  [[nodiscard]] MetricBatch batch() const noexcept { return {otlp, data_points}; }
};

/// How much one request holds. More is split, between metrics or inside of one.
struct MetricRequestLimits {
  std::size_t data_points = 10'000;
  std::size_t bytes = 3u << 20;  ///< Receivers take 4 MiB by default. One data point alone may exceed it.
};

class MetricReader {
 public:
  MetricReader(const MetricReader&) = delete;
  MetricReader& operator=(const MetricReader&) = delete;
  virtual ~MetricReader();

  // How this reader wants its metrics. Asked when an instrument is made; the answers must not change.
  [[nodiscard]] virtual AggregationTemporality temporality(InstrumentKind kind) const noexcept = 0;
  [[nodiscard]] virtual Aggregation default_aggregation(InstrumentKind kind) const = 0;
  /// The most attribute sets that an instrument may have, where no view says otherwise.
  [[nodiscard]] virtual std::size_t cardinality_limit(InstrumentKind /*kind*/) const noexcept {
    return 2'000;
  }

  /// Collects and exports, for readers that export. False if that was not done by the deadline. Thread-safe.
  virtual bool force_flush(Deadline deadline) noexcept = 0;
  /// The same for the last time. Once; later calls do nothing. Thread-safe.
  virtual bool shutdown(Deadline deadline) noexcept = 0;

 protected:
  MetricReader() = default;

  /// Everything there is, callbacks asked first. Nothing if the reader has no provider, or if called from a
  /// callback. Waits for another collection that is under way. Thread-safe.
  [[nodiscard]] std::vector<MetricRequest> collect(const MetricRequestLimits& limits = {}) noexcept;

  /// What collect() goes through, for threads that may outlive the reader; null without a provider.
  [[nodiscard]] const std::shared_ptr<detail::MetricCollector>& collector() const noexcept {
    return collector_;
  }

 private:
  friend class MeterProvider;
  friend class detail::SelfObservation;
  friend void detail::resume_after_fork() noexcept;
  /// The provider takes the reader on, and collect() works from here on; or the process has forked, and
  /// threads of the reader's own are gone.
  virtual void on_attached() noexcept {}

  std::shared_ptr<detail::MetricCollector> collector_;
};

/// Collects when asked, for tests and for exporters that are asked themselves.
class ManualMetricReader final : public MetricReader {
 public:
  explicit ManualMetricReader(TemporalityPreference preference = TemporalityPreference::cumulative)
      : preference_(preference) {}

  [[nodiscard]] AggregationTemporality temporality(InstrumentKind kind) const noexcept override {
    return temporality_of(preference_, kind);
  }
  [[nodiscard]] Aggregation default_aggregation(InstrumentKind /*kind*/) const override { return {}; }
  bool force_flush(Deadline /*deadline*/) noexcept override { return true; }
  bool shutdown(Deadline /*deadline*/) noexcept override { return true; }

  using MetricReader::collect;

 private:
  TemporalityPreference preference_;
};

struct PeriodicReaderOptions {
  std::chrono::milliseconds interval{60'000};  ///< OTEL_METRIC_EXPORT_INTERVAL
  std::chrono::milliseconds timeout{30'000};   ///< OTEL_METRIC_EXPORT_TIMEOUT
  MetricRequestLimits request = {};
};

/// Collects at intervals, from a thread of its own, and gives what it collected to an exporter; for the last
/// time at shutdown. After fork() the child goes on with a thread of its own.
class PeriodicMetricReader final : public MetricReader {
 public:
  explicit PeriodicMetricReader(std::unique_ptr<MetricExporter> exporter,
                                const PeriodicReaderOptions& options = {});
  ~PeriodicMetricReader() override;  ///< Shuts down, within the timeout.

  [[nodiscard]] AggregationTemporality temporality(InstrumentKind kind) const noexcept override;
  [[nodiscard]] Aggregation default_aggregation(InstrumentKind kind) const override;
  bool force_flush(Deadline deadline) noexcept override;
  bool shutdown(Deadline deadline) noexcept override;

  /// Data points delivered so far, and lost because their export failed or they were refused.
  [[nodiscard]] std::uint64_t exported() const noexcept;
  [[nodiscard]] std::uint64_t dropped() const noexcept;
  /// Data points with the exporter now.
  [[nodiscard]] std::uint64_t in_flight() const noexcept;

 private:
  void on_attached() noexcept override;

  class State;
  std::unique_ptr<State> state_;
};

}  // namespace sonde
