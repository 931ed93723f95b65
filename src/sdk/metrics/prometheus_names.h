#pragma once

// Names, units and labels as Prometheus wants them.
//
// Source: specification compatibility/prometheus_and_openmetrics.md, OTLP Metric points to Prometheus.

#include <string>
#include <string_view>

#include "sonde/metric_view.hpp"
#include "sonde/prometheus_exporter.hpp"

namespace sonde::detail {

/// The unit in Prometheus' words: "s" is seconds, "By/s" bytes_per_second; what stands in braces is left out.
[[nodiscard]] std::string prometheus_unit(std::string_view unit);

/// Every character that is not a letter, a digit or an underscore (or, in names of metrics, a colon) as an
/// underscore, no two of them in a row, and no digit first.
[[nodiscard]] std::string escape_metric_name(std::string_view name);
[[nodiscard]] std::string escape_label_name(std::string_view name);

/// Whether a name needs no quotes.
[[nodiscard]] bool is_legacy_name(std::string_view name) noexcept;

struct PrometheusName {
  std::string family;  ///< Without the counter's `_total`.
  std::string unit;    ///< In words; empty unless the family ends with it.
  bool has_total = false;
};

/// `is_utf8_allowed`: by the client.
[[nodiscard]] PrometheusName prometheus_name(const MetricView& metric, PrometheusTranslation translation,
                                             bool is_utf8_allowed);

}  // namespace sonde::detail
