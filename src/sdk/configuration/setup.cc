#include "sonde/setup.hpp"

#include <utility>

#include "sdk/configuration/environment_configuration.h"
#include "sdk/configuration/finalized_state.h"
#include "sdk/configuration/variables.h"
#include "sdk/diagnostics.h"
#include "sonde/configuration.hpp"

namespace sonde {
namespace {

using Problems = std::vector<std::string>;

Resource named_resource(const SetupOptions& options) {
  std::vector<Resource::Attribute> named;
  if (!options.service_name.empty()) named.emplace_back("service.name", options.service_name);
  if (!options.service_version.empty()) named.emplace_back("service.version", options.service_version);
  return options.resource.merged_with(Resource(std::move(named)));
}

/// Fields that the program left at their defaults stay as the environment has them.
BatchOptions merged(BatchOptions batch, const BatchOptions& given) {
  const BatchOptions defaults;
  const auto merge = [&](auto BatchOptions::*field) {
    if (given.*field != defaults.*field) batch.*field = given.*field;
  };
  merge(&BatchOptions::schedule_delay);
  merge(&BatchOptions::export_timeout);
  merge(&BatchOptions::max_queue_size);
  merge(&BatchOptions::max_export_batch_size);
  merge(&BatchOptions::max_queue_bytes);
  merge(&BatchOptions::max_export_batch_bytes);
  merge(&BatchOptions::component_name);
  return batch;
}

void apply_to_exporter(const SetupOptions& options, OtlpExporterOptions& exporter) {
  if (options.endpoint) exporter.endpoint = options.endpoint;
  if (options.protocol) exporter.protocol = options.protocol;
  exporter.headers.insert(exporter.headers.end(), options.headers.begin(), options.headers.end());
}

void choose_exporters(SetupOptions& options, TracerProviderConfiguration& provider,
                      const BatchOptions& batch) {
  if (options.custom_exporter != nullptr) {
    provider.processors.clear();
    provider.processors.push_back({.exporter = std::move(options.custom_exporter), .batch = batch});
  } else if (options.exporter) {
    provider.processors.clear();
    if (*options.exporter == ExporterKind::otlp) {
      provider.processors.push_back({.exporter = OtlpExporterOptions{}, .batch = batch});
    } else if (*options.exporter == ExporterKind::console) {
      provider.processors.push_back({.exporter = ConsoleExporterConfiguration{}, .batch = std::nullopt});
    }
  }
}

void apply_to_traces(SetupOptions& options, TracerProviderConfiguration& provider,
                     const BatchOptions& batch) {
  choose_exporters(options, provider, batch);
  for (SpanProcessorConfiguration& processor : provider.processors) {
    if (auto* const otlp = std::get_if<OtlpExporterOptions>(&processor.exporter))
      apply_to_exporter(options, *otlp);
    if (options.simple_processor) {
      processor.batch = *options.simple_processor ? std::nullopt : std::optional(batch);
    }
    if (processor.batch) processor.batch = merged(*processor.batch, options.batch);
  }
}

Configuration make_configuration(SetupOptions& options, Problems& problems) {
  auto [configuration, span_batch] = detail::configuration_from_environment(problems);
  configuration.resource = configuration.resource.merged_with(named_resource(options));
  apply_to_traces(options, *configuration.tracer_provider, span_batch);
  return std::move(configuration);
}

}  // namespace

Telemetry setup(SetupOptions options) {
  detail::set_diagnostic_handler(std::move(options.on_diagnostic));
  Problems problems = detail::misspelled_variables();
  FinalizedConfiguration finalized =
      detail::finalize_what_is_right(make_configuration(options, problems), problems);
  Telemetry telemetry = start(std::move(finalized));
  for (const std::string& problem : problems) detail::diagnose(problem);
  return telemetry;
}

}  // namespace sonde
