#pragma once

// What a finalized configuration holds: exporters that have been made, numbers that have been checked.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sonde/configuration.hpp"

namespace sonde::detail {

/// An exporter and how it is fed; without batch options each item as it comes.
template <class Exporter>
struct Output {
  std::unique_ptr<Exporter> exporter;
  std::optional<BatchOptions> batch;
};

struct FinalizedTracerProvider {
  std::vector<Output<SpanExporter>> outputs;
  TracerProviderOptions options;  ///< All but the resource, and the processors of `outputs`.
  bool keeps_errors = false;
};

struct FinalizedMeterProvider {
  struct Reader {
    std::unique_ptr<MetricExporter> exporter;
    PeriodicReaderOptions options;
  };

  std::vector<Reader> readers;
  MeterProviderOptions options;  ///< All but the resource, and the readers above.
};

struct FinalizedLoggerProvider {
  std::vector<Output<LogRecordExporter>> outputs;
  LoggerProviderOptions options;  ///< All but the resource, and the processors of `outputs`.
};

struct FinalizedState {
  bool is_disabled = false;
  DiagnosticLevel diagnostic_level = DiagnosticLevel::info;
  bool self_observation = false;
  Resource resource;
  std::unique_ptr<TextMapPropagator> propagator;
  std::optional<FinalizedTracerProvider> tracer_provider;
  std::optional<FinalizedMeterProvider> meter_provider;
  std::optional<FinalizedLoggerProvider> logger_provider;
};

/// The way in for the SDK itself.
struct FinalizedAccess {
  [[nodiscard]] static FinalizedConfiguration make(std::unique_ptr<FinalizedState> state) noexcept {
    return FinalizedConfiguration(std::move(state));
  }
  [[nodiscard]] static FinalizedState& state(FinalizedConfiguration& configuration) noexcept {
    return *configuration.state_;
  }
};

/// What finalize() does, but for a program that is to run anyway: what is wrong is left out or replaced by
/// its default, with a line in `problems` that names the key.
[[nodiscard]] FinalizedConfiguration finalize_what_is_right(Configuration configuration,
                                                            std::vector<std::string>& problems);

}  // namespace sonde::detail
