#include "sonde/metric_reader.hpp"

#include "sdk/metrics/meter_core.h"

namespace sonde {

MetricReader::~MetricReader() = default;

std::vector<MetricRequest> MetricReader::collect(const MetricRequestLimits& limits) noexcept {
  return collector_ == nullptr ? std::vector<MetricRequest>() : collector_->collect(limits);
}

}  // namespace sonde
