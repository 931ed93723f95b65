#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sdk/configuration/finalized_state.h"
#include "sdk/diagnostics.h"
#include "sdk/self_observation.h"
#include "sonde/configuration.hpp"
#include "sonde/error_keeping.hpp"

namespace sonde {
namespace {

using detail::Component;
using detail::SelfObservation;

/// Who watches what is made; no observation where the SDK does not observe itself.
struct Observers {
  SelfObservation* observation = nullptr;
  MeterProvider* meter_provider = nullptr;
};

/// The exporter's name, and the exporter timed.
template <class Exporter>
Component observe(std::unique_ptr<Exporter>& exporter, SelfObservation* observation) {
  if (observation == nullptr) return {};
  Component component = Component::numbered(exporter->component_type());
  exporter = observation->timed(std::move(exporter), component);
  return component;
}

/// The kinds of processors of a signal, with what the semantic conventions call them.
struct SpanProcessors {
  using Interface = SpanProcessor;
  using Batch = BatchSpanProcessor;
  using Simple = SimpleSpanProcessor;
  static constexpr const char* item = "span";
  static constexpr const char* batch_type = "batching_span_processor";
  static constexpr const char* simple_type = "simple_span_processor";
};
struct LogRecordProcessors {
  using Interface = LogRecordProcessor;
  using Batch = BatchLogRecordProcessor;
  using Simple = SimpleLogRecordProcessor;
  static constexpr const char* item = "log";
  static constexpr const char* batch_type = "batching_log_processor";
  static constexpr const char* simple_type = "simple_log_processor";
};

template <class Kinds, class Exporter>
std::unique_ptr<typename Kinds::Interface> make_processor(detail::Output<Exporter>& output,
                                                          SelfObservation* observation) {
  const Component exporter = observe(output.exporter, observation);
  const auto watched = [&](auto processor, const char* type) -> std::unique_ptr<typename Kinds::Interface> {
    if (observation != nullptr) {  // the processor is immortal, as part of a provider
      observation->watch_processor(Kinds::item, {std::string(processor->component_name()), type}, exporter,
                                   [watched = processor.get()] { return watched->statistics(); });
    }
    return processor;
  };
  if (!output.batch) {
    return watched(std::make_unique<typename Kinds::Simple>(std::move(output.exporter)), Kinds::simple_type);
  }
  return watched(std::make_unique<typename Kinds::Batch>(std::move(output.exporter), *output.batch),
                 Kinds::batch_type);
}

std::unique_ptr<TracerProvider> make_tracer_provider(detail::FinalizedTracerProvider& configuration,
                                                     const Resource& resource, const Observers& observers) {
  TracerProviderOptions& options = configuration.options;
  options.resource = resource;
  if (observers.observation != nullptr) options.meter_provider = observers.meter_provider;
  for (detail::Output<SpanExporter>& output : configuration.outputs) {
    auto processor = make_processor<SpanProcessors>(output, observers.observation);
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
                                                     const Resource& resource, const Observers& observers) {
  LoggerProviderOptions& options = configuration.options;
  options.resource = resource;
  if (observers.observation != nullptr) options.meter_provider = observers.meter_provider;
  for (auto& output : configuration.outputs) {
    options.processors.push_back(make_processor<LogRecordProcessors>(output, observers.observation));
  }
  return std::make_unique<LoggerProvider>(std::move(options));
}

std::unique_ptr<MeterProvider> make_meter_provider(detail::FinalizedMeterProvider& configuration,
                                                   const Resource& resource, SelfObservation* observation) {
  MeterProviderOptions& options = configuration.options;
  options.resource = resource;
  std::vector<std::pair<std::shared_ptr<PeriodicMetricReader>, Component>> readers;
  for (auto& [exporter, reader] : configuration.readers) {
    const Component component = observe(exporter, observation);
    readers.emplace_back(std::make_shared<PeriodicMetricReader>(std::move(exporter), reader), component);
    options.readers.push_back(readers.back().first);
  }
  auto provider = std::make_unique<MeterProvider>(std::move(options));
  if (observation != nullptr) {
    for (const auto& [reader, exporter] : readers) observation->watch_reader(reader, exporter);
  }
  return provider;
}

}  // namespace

Telemetry start(FinalizedConfiguration configuration) {
  detail::FinalizedState& state = detail::FinalizedAccess::state(configuration);
  detail::set_diagnostic_level(state.diagnostic_level);
  set_global_propagator(std::move(state.propagator));
  Telemetry::Providers providers;
  std::shared_ptr<SelfObservation> observation;
  if (state.self_observation && state.meter_provider) {
    observation = std::make_shared<SelfObservation>(detail::self_observation_meter());
    providers.self_observation = observation;
  }
  if (state.meter_provider) {
    providers.meter_provider = make_meter_provider(*state.meter_provider, state.resource, observation.get());
    providers.meter_provider->set_as_global();
  }
  const Observers observers{.observation = observation.get(),
                            .meter_provider = providers.meter_provider.get()};
  if (state.tracer_provider) {
    providers.tracer_provider = make_tracer_provider(*state.tracer_provider, state.resource, observers);
    providers.tracer_provider->set_as_global();
  }
  if (state.logger_provider) {
    providers.logger_provider = make_logger_provider(*state.logger_provider, state.resource, observers);
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
