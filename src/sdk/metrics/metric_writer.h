#pragma once

// Metrics into requests: data points are appended to their metric, metrics to the request, and a request that
// is full is set aside for the next one, in the middle of a metric if need be.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/metrics/metric_stream.h"
#include "sdk/request_builder.h"
#include "sdk/scope_core.h"
#include "sonde/metric_reader.hpp"

namespace sonde::detail {

/// The fields of a Metric message that stand around its data points.
struct MetricFrame {
  MetricFrame(const MetricStream& stream, AggregationTemporality temporality);

  std::string identity;          ///< Name, description and unit.
  std::uint32_t data_field = 0;  ///< Gauge, Sum, Histogram or ExponentialHistogram.
  std::string data_end;          ///< What follows the data points in it.
};

class MetricWriter {
 public:
  explicit MetricWriter(const MetricRequestLimits& limits) : limits_(limits) {}

  void begin_metric(const ScopeCore& scope, const MetricFrame& frame) noexcept;
  /// An empty string for the fields of the metric's next data point.
  [[nodiscard]] std::string& begin_point();
  void end_point();
  void end_metric();

  [[nodiscard]] std::vector<MetricRequest> finish();

 private:
  void finish_request();

  const MetricRequestLimits limits_;
  RequestBuilder request_;
  std::size_t request_points_ = 0;  ///< Of the metrics that are in the request already.
  std::vector<MetricRequest> finished_;

  const ScopeCore* scope_ = nullptr;
  const MetricFrame* frame_ = nullptr;
  std::string points_;
  std::size_t points_count_ = 0;
  std::string point_;
  std::string metric_;
};

}  // namespace sonde::detail
