#pragma once

// Metrics for Prometheus to fetch: a reader with a small HTTP server of its own, which collects when it is
// asked, on /metrics.
//
//     auto prometheus = sonde::PrometheusExporter::create();
//     if (!prometheus) std::cerr << prometheus.error().message;
//     ... options.readers.push_back(*prometheus);
//
// It answers in the text format 0.0.4 or in OpenMetrics 1.0.0, which has exemplars, as the client's Accept
// header asks. Exponential histograms, which neither can carry, become buckets whose boundaries are powers of
// the square root of two.
//
// Source: specification metrics/sdk_exporters/prometheus.md, compatibility/prometheus_and_openmetrics.md.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "sonde/aggregation.hpp"
#include "sonde/expected.hpp"
#include "sonde/metric_reader.hpp"

namespace sonde {

/// How metrics' names become Prometheus'. Whatever the choice, a client that does not ask for
/// `escaping=allow-utf-8` gets underscores for characters that Prometheus did not always allow.
enum class PrometheusTranslation : std::uint8_t {
  underscore_escaping_with_suffixes,  ///< With the unit's and the type's: `_seconds`, `_total`.
  underscore_escaping_without_suffixes,
  no_utf8_escaping_with_suffixes,
  no_translation,
};

struct PrometheusOptions {
  std::string host = "localhost";  ///< OTEL_EXPORTER_PROMETHEUS_HOST; 0.0.0.0 and :: open it to everyone.
  std::uint16_t port = 9464;       ///< OTEL_EXPORTER_PROMETHEUS_PORT; 0: any that is free.
  PrometheusTranslation translation = PrometheusTranslation::underscore_escaping_with_suffixes;
  bool has_scope_info = true;   ///< otel_scope_* labels on every metric.
  bool has_target_info = true;  ///< The resource, as the metric target_info.
  /// Of instruments that no view matches, the histograms among them.
  Aggregation histogram_aggregation = {};
};

class PrometheusExporter final : public MetricReader {
 public:
  /// Listens from now on, on a thread of its own, and answers once it has a provider. Fails with unavailable
  /// if the port is taken, or invalid_argument if the host is unknown.
  [[nodiscard]] static Expected<std::shared_ptr<PrometheusExporter>> create(
      const PrometheusOptions& options = {});
  ~PrometheusExporter() override;

  [[nodiscard]] std::uint16_t port() const noexcept;

  [[nodiscard]] AggregationTemporality temporality(InstrumentKind kind) const noexcept override;
  [[nodiscard]] Aggregation default_aggregation(InstrumentKind kind) const override;
  bool force_flush(Deadline deadline) noexcept override;
  bool shutdown(Deadline deadline) noexcept override;

 private:
  class Server;
  explicit PrometheusExporter(PrometheusOptions options);
  void on_attached() noexcept override;

  const PrometheusOptions options_;
  std::shared_ptr<Server> server_;
};

}  // namespace sonde
