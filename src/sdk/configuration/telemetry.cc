#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "sdk/configuration/finalized_state.h"
#include "sdk/diagnostics.h"
#include "sonde/configuration.hpp"
#include "sonde/error_keeping.hpp"

namespace sonde {
namespace {

std::unique_ptr<SpanProcessor> make_processor(detail::Output<SpanExporter>& output) {
  if (output.batch) {
    return std::make_unique<BatchSpanProcessor>(std::move(output.exporter), *output.batch);
  }
  return std::make_unique<SimpleSpanProcessor>(std::move(output.exporter));
}

std::unique_ptr<TracerProvider> make_tracer_provider(detail::FinalizedTracerProvider& configuration,
                                                     const Resource& resource) {
  TracerProviderOptions& options = configuration.options;
  options.resource = resource;
  for (detail::Output<SpanExporter>& output : configuration.outputs) {
    auto processor = make_processor(output);
    if (configuration.keeps_errors) {
      processor = std::make_unique<ErrorKeepingSpanProcessor>(std::move(processor));
    }
    options.processors.push_back(std::move(processor));
  }
  if (configuration.keeps_errors) {
    options.sampler = std::make_unique<ErrorKeepingSampler>(std::move(options.sampler));
  }
  return std::make_unique<TracerProvider>(std::move(options));
}

std::unique_ptr<LoggerProvider> make_logger_provider(detail::FinalizedLoggerProvider& configuration,
                                                     const Resource& resource) {
  LoggerProviderOptions& options = configuration.options;
  options.resource = resource;
  for (auto& [exporter, batch] : configuration.outputs) {
    if (batch) {
      options.processors.push_back(std::make_unique<BatchLogRecordProcessor>(std::move(exporter), *batch));
    } else {
      options.processors.push_back(std::make_unique<SimpleLogRecordProcessor>(std::move(exporter)));
    }
  }
  return std::make_unique<LoggerProvider>(std::move(options));
}

std::unique_ptr<MeterProvider> make_meter_provider(detail::FinalizedMeterProvider& configuration,
                                                   const Resource& resource) {
  MeterProviderOptions& options = configuration.options;
  options.resource = resource;
  for (auto& [exporter, reader] : configuration.readers) {
    options.readers.push_back(std::make_shared<PeriodicMetricReader>(std::move(exporter), reader));
  }
  return std::make_unique<MeterProvider>(std::move(options));
}

}  // namespace

Telemetry start(FinalizedConfiguration configuration) {
  detail::FinalizedState& state = detail::FinalizedAccess::state(configuration);
  detail::set_diagnostic_level(state.diagnostic_level);
  set_global_propagator(std::move(state.propagator));
  Telemetry::Providers providers;
  if (state.tracer_provider) {
    providers.tracer_provider = make_tracer_provider(*state.tracer_provider, state.resource);
    providers.tracer_provider->set_as_global();
  }
  if (state.meter_provider) {
    providers.meter_provider = make_meter_provider(*state.meter_provider, state.resource);
    providers.meter_provider->set_as_global();
  }
  if (state.logger_provider) {
    providers.logger_provider = make_logger_provider(*state.logger_provider, state.resource);
    providers.logger_provider->set_as_global();
  }
  return Telemetry(std::move(providers));
}

Telemetry::Telemetry(Providers providers) noexcept : providers_(std::move(providers)) {}
Telemetry::Telemetry(Telemetry&&) noexcept = default;
Telemetry& Telemetry::operator=(Telemetry&& other) noexcept {
  if (this != &other) {
    shutdown();
    providers_ = std::move(other.providers_);
  }
  return *this;
}
Telemetry::~Telemetry() { shutdown(); }

/// Each provider on a thread of its own, so that one whose receiver is away does not use up the others' time.
template <class Call>
bool Telemetry::on_all(Call call) noexcept {
  std::vector<std::thread> threads;
  std::atomic<bool> done = true;
  const auto run = [&](auto* provider) noexcept {
    if (!call(*provider)) done = false;
  };
  const auto run_aside = [&](auto* provider) noexcept {
    if (provider == nullptr) return;
    try {
      threads.emplace_back(run, provider);
    } catch (...) {  // no memory, or no more threads
      run(provider);
    }
  };
  run_aside(providers_.meter_provider.get());
  run_aside(providers_.logger_provider.get());
  if (providers_.tracer_provider != nullptr) run(providers_.tracer_provider.get());
  for (std::thread& thread : threads) thread.join();
  return done;
}

bool Telemetry::force_flush(std::chrono::milliseconds timeout) noexcept {
  return on_all([timeout](auto& provider) { return provider.force_flush(timeout); });
}

bool Telemetry::shutdown(std::chrono::milliseconds timeout) noexcept {
  return on_all([timeout](auto& provider) { return provider.shutdown(timeout); });
}

}  // namespace sonde
