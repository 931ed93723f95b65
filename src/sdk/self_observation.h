#pragma once

// What the SDK tells of itself as metrics: how many items its processors and exporters have, had and lost,
// and how long exports and collections take. All of it comes from counts that the components keep anyway,
// read when metrics are collected, or is measured once a batch; so it costs the application's threads
// nothing. (Spans are counted where they start and end; see trace/span_counters.h.)
//
// Exporting these metrics is counted and timed like any other export: a few data points, always the same
// ones.
//
// Source: semantic conventions, otel/sdk-metrics.md.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/exporters/timed_exporter.h"
#include "sonde/meter_provider.hpp"
#include "sonde/processor_statistics.hpp"

namespace sonde::detail {

/// The meter of what the SDK measures of itself: that provider's, or the global one's.
[[nodiscard]] Meter self_observation_meter(MeterProvider& provider);
[[nodiscard]] Meter self_observation_meter();

/// A part of the SDK, as the semantic conventions identify it.
struct Component {
  std::string name;  ///< Unique: "otlp_http_span_exporter/0".
  std::string type;

  [[nodiscard]] static Component numbered(std::string_view component_type);
};

class SelfObservation {
 public:
  explicit SelfObservation(const Meter& meter) noexcept : meter_(meter) {}

  /// The same exporter, with its exports timed.
  template <class Exporter>
  [[nodiscard]] std::unique_ptr<Exporter> timed(std::unique_ptr<Exporter> exporter,
                                                const Component& component) {
    return sdk::make_timed_exporter(std::move(exporter), export_duration(), component.name, component.type);
  }

  /// Reports what a processor counts as long as this lives; `read` is called on threads that collect. `item`
  /// is "span" or "log".
  void watch_processor(std::string_view item, const Component& processor, const Component& exporter,
                       std::function<ProcessorStatistics()> read);

  /// Reports what a reader counts, and how long its collections take. The reader has its provider already.
  void watch_reader(const std::shared_ptr<PeriodicMetricReader>& reader, const Component& exporter);

 private:
  struct ExporterInstruments {
    ObservableUpDownCounter<std::int64_t> inflight;
    ObservableCounter<std::int64_t> exported;
  };

  [[nodiscard]] Histogram<double> export_duration() const;
  [[nodiscard]] ExporterInstruments exporter_instruments(std::string_view item, std::string_view unit) const;
  static void observe_exporter(const ObservableResults& results, const ExporterInstruments& instruments,
                               const Component& exporter, const ProcessorStatistics& statistics);

  Meter meter_;
  std::vector<CallbackRegistration> registrations_;
};

}  // namespace sonde::detail
