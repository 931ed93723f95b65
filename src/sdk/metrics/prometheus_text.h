#pragma once

// Collected metrics in Prometheus' text formats.

#include <cstdint>
#include <string>
#include <vector>

#include "sonde/metric_reader.hpp"
#include "sonde/prometheus_exporter.hpp"

namespace sonde::detail {

/// What a client asked for.
struct PrometheusFormat {
  bool is_open_metrics = false;  ///< 1.0.0; else the text format 0.0.4, or 1.0.0 if UTF-8 is allowed.
  bool is_utf8_allowed = false;  ///< In names.

  friend bool operator==(const PrometheusFormat&, const PrometheusFormat&) = default;
};

/// Everything that was collected. Metrics whose name another type has taken already are left out, and
/// reported. Throws std::bad_alloc.
[[nodiscard]] std::string prometheus_text(const std::vector<MetricRequest>& requests,
                                          const PrometheusOptions& options, const PrometheusFormat& format);

}  // namespace sonde::detail
