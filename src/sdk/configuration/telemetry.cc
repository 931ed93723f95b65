#include <utility>

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

std::unique_ptr<TracerProvider> make_provider(detail::FinalizedTracerProvider& configuration,
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

}  // namespace

Telemetry start(FinalizedConfiguration configuration) {
  detail::FinalizedState& state = detail::FinalizedAccess::state(configuration);
  detail::set_diagnostic_level(state.diagnostic_level);
  set_global_propagator(std::move(state.propagator));
  std::unique_ptr<TracerProvider> tracer_provider;
  if (state.tracer_provider) {
    tracer_provider = make_provider(*state.tracer_provider, state.resource);
    tracer_provider->set_as_global();
  }
  return Telemetry(std::move(tracer_provider));
}

}  // namespace sonde
