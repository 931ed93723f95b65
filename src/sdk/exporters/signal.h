#pragma once

// What the exporters need to know of a batch's type, to be written once for the three signals.

#include "sdk/configuration/variables.h"
#include "sonde/log_record_exporter.hpp"
#include "sonde/metric_exporter.hpp"
#include "sonde/span_exporter.hpp"

namespace sonde::sdk {

using detail::Signal;

template <class Batch>
struct SignalOf;
template <>
struct SignalOf<SpanBatch> {
  static constexpr Signal value = Signal::traces;
  using Exporter = SpanExporter;
};
template <>
struct SignalOf<MetricBatch> {
  static constexpr Signal value = Signal::metrics;
  using Exporter = MetricExporter;
};
template <>
struct SignalOf<LogRecordBatch> {
  static constexpr Signal value = Signal::logs;
  using Exporter = LogRecordExporter;
};

/// The exporters' interface for a batch's type.
template <class Batch>
using ExporterOf = typename SignalOf<Batch>::Exporter;

}  // namespace sonde::sdk
