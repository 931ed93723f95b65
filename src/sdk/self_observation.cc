#include "sdk/self_observation.h"

#include <array>
#include <cstdint>
#include <span>

#include "sdk/batch_worker.h"
#include "sdk/metrics/meter_core.h"
#include "sonde/version.hpp"

namespace sonde::detail {
namespace {

/// Seconds, from what a machine's own collector takes to what an export may take at most.
std::vector<double> duration_boundaries() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
}

/// What has been counted under one reason; empty for success.
struct Outcome {
  std::string_view error_type;
  std::uint64_t count;
};

/// A component's data points: one for success, and one for each reason that there was.
template <class Outcomes>
void observe_outcomes(const ObservableResults& results, const ObservableCounter<std::int64_t>& counter,
                      const Component& component, const Outcomes& outcomes) {
  const std::array<Attribute, 3> attributes = {
      {{"otel.component.name", component.name}, {"otel.component.type", component.type}, {"error.type", {}}}};
  for (const auto& [error_type, count] : outcomes) {
    auto described = attributes;
    described[2].value = error_type;
    if (!error_type.empty() && count == 0) continue;
    results.observe(counter, static_cast<std::int64_t>(count),
                    std::span(described).first(error_type.empty() ? 2 : 3));
  }
}

}  // namespace

Meter self_observation_meter(MeterProvider& provider) { return provider.get_meter("sonde.sdk", version()); }
Meter self_observation_meter() { return get_meter("sonde.sdk", version()); }

Component Component::numbered(std::string_view component_type) {
  return {component_name({}, component_type), std::string(component_type)};
}

Histogram<double> SelfObservation::export_duration() const {
  return meter_.create_histogram("otel.sdk.exporter.operation.duration",
                                 {.unit = "s",
                                  .description = "How long an export of a batch took.",
                                  .explicit_bucket_boundaries = duration_boundaries()});
}

SelfObservation::ExporterInstruments SelfObservation::exporter_instruments(std::string_view item,
                                                                           std::string_view unit) const {
  const std::string prefix = "otel.sdk.exporter." + std::string(item);
  return {
      meter_.create_observable_up_down_counter(
          prefix + ".inflight", {.unit = unit, .description = "Given to the exporter, not exported yet."}),
      meter_.create_observable_counter(
          prefix + ".exported", {.unit = unit, .description = "Whose export has ended, well or not."})};
}

void SelfObservation::observe_exporter(const ObservableResults& results,
                                       const ExporterInstruments& instruments, const Component& exporter,
                                       const ProcessorStatistics& statistics) {
  results.observe(instruments.inflight, static_cast<std::int64_t>(statistics.in_flight),
                  {{"otel.component.name", exporter.name}, {"otel.component.type", exporter.type}});
  observe_outcomes(results, instruments.exported, exporter,
                   std::array<Outcome, 4>{{{"", statistics.exported},
                                           {"rejected", statistics.rejected},
                                           {"too_large", statistics.too_large},
                                           {"export_failed", statistics.export_failed}}});
}

void SelfObservation::watch_processor(std::string_view item, const Component& processor,
                                      const Component& exporter, std::function<ProcessorStatistics()> read) {
  const std::string prefix = "otel.sdk.processor." + std::string(item);
  const std::string unit = item == "log" ? "{log_record}" : "{span}";
  const auto size = meter_.create_observable_up_down_counter(
      prefix + ".queue.size", {.unit = unit, .description = "Waiting in the processor's queue."});
  const auto capacity = meter_.create_observable_up_down_counter(
      prefix + ".queue.capacity",
      {.unit = unit, .description = "As many as may wait in the processor's queue."});
  const auto processed = meter_.create_observable_counter(
      prefix + ".processed", {.unit = unit, .description = "Given to the exporter, or dropped before that."});
  const ExporterInstruments exporting = exporter_instruments(item, unit);
  registrations_.push_back(meter_.register_callback(
      {size, capacity, processed, exporting.inflight, exporting.exported},
      [=, read = std::move(read)](const ObservableResults& results) {
        const ProcessorStatistics statistics = read();
        const std::array<Attribute, 2> attributes = {
            {{"otel.component.name", processor.name}, {"otel.component.type", processor.type}}};
        if (statistics.queue_capacity != 0) {
          results.observe(size, static_cast<std::int64_t>(statistics.queue_size), attributes);
          results.observe(capacity, static_cast<std::int64_t>(statistics.queue_capacity), attributes);
        }
        observe_outcomes(results, processed, processor,
                         std::array<Outcome, 5>{{{"", statistics.submitted},
                                                 {"queue_full", statistics.queue_full},
                                                 {"memory_full", statistics.memory_full},
                                                 {"after_shutdown", statistics.after_shutdown},
                                                 {"suppressed", statistics.suppressed}}});
        observe_exporter(results, exporting, exporter, statistics);
      }));
}

void SelfObservation::watch_reader(const std::shared_ptr<PeriodicMetricReader>& reader,
                                   const Component& exporter) {
  const Component component = Component::numbered("periodic_metric_reader");
  const auto duration = meter_.create_histogram("otel.sdk.metric_reader.collection.duration",
                                                {.unit = "s",
                                                 .description = "How long a collection of the reader took.",
                                                 .explicit_bucket_boundaries = duration_boundaries()});
  if (const auto& collector = static_cast<const MetricReader&>(*reader).collector(); collector != nullptr) {
    collector->record_durations(
        duration.bind({{"otel.component.name", component.name}, {"otel.component.type", component.type}}));
  }
  const ExporterInstruments exporting = exporter_instruments("metric_data_point", "{data_point}");
  // Weak, because the provider that calls back owns the reader.
  registrations_.push_back(
      meter_.register_callback({exporting.inflight, exporting.exported},
                               [=, weak = std::weak_ptr(reader)](const ObservableResults& results) {
                                 const auto watched = weak.lock();
                                 if (watched == nullptr) return;
                                 observe_exporter(results, exporting, exporter,
                                                  {.exported = watched->exported(),
                                                   .export_failed = watched->dropped(),
                                                   .in_flight = watched->in_flight()});
                               }));
}

}  // namespace sonde::detail
