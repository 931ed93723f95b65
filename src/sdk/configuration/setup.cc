#include "sonde/setup.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sdk/configuration/configuration_file_hook.h"
#include "sdk/configuration/environment.h"
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

/// The exporters that the program chooses for a signal, or nothing if it leaves that to the environment.
template <class Exporter>
std::optional<std::vector<ExporterConfiguration<Exporter>>> chosen(std::unique_ptr<Exporter> custom,
                                                                   std::optional<ExporterKind> of_signal,
                                                                   std::optional<ExporterKind> of_all) {
  const std::optional<ExporterKind> kind = of_signal ? of_signal : of_all;
  std::vector<ExporterConfiguration<Exporter>> exporters;
  if (custom != nullptr) {
    exporters.emplace_back(std::move(custom));
  } else if (!kind) {
    return std::nullopt;
  } else if (*kind == ExporterKind::otlp) {
    exporters.emplace_back(OtlpExporterOptions{});
  } else if (*kind == ExporterKind::otlp_stdout) {
    exporters.emplace_back(OtlpStdoutConfiguration{});
  } else if (*kind == ExporterKind::console) {
    exporters.emplace_back(ConsoleExporterConfiguration{});
  } else if constexpr (std::is_same_v<Exporter, SpanExporter>) {
    if (*kind == ExporterKind::zipkin) exporters.emplace_back(ZipkinExporterOptions{});
  }
  return exporters;
}

template <class Exporters>
bool prints(const Exporters& exporter) {
  return std::holds_alternative<ConsoleExporterConfiguration>(exporter) ||
         std::holds_alternative<OtlpStdoutConfiguration>(exporter);
}

/// The endpoint and the like, where the exporter has one.
template <class Exporters>
void apply_to_exporter(const SetupOptions& options, Exporters& exporter) {
  if constexpr (std::is_same_v<Exporters, ExporterConfiguration<SpanExporter>>) {
    auto* const zipkin = std::get_if<ZipkinExporterOptions>(&exporter);
    if (zipkin != nullptr && options.endpoint) zipkin->endpoint = options.endpoint;
  }
  auto* const otlp = std::get_if<OtlpExporterOptions>(&exporter);
  if (otlp == nullptr) return;
  if (options.endpoint) otlp->endpoint = options.endpoint;
  if (options.protocol) otlp->protocol = options.protocol;
  if (options.compression) otlp->compression = options.compression;
  if (options.temporality) otlp->temporality = options.temporality;
  otlp->headers.insert(otlp->headers.end(), options.headers.begin(), options.headers.end());
}

/// The exporters of a signal with processors, and how they are fed.
template <class Exporters, class Provider>
void apply_to_processors(const SetupOptions& options, std::optional<std::vector<Exporters>> exporters,
                         Provider& provider, const BatchOptions& batch) {
  if (exporters) {
    provider.processors.clear();
    for (auto& exporter : *exporters) {
      const bool is_batched = !prints(exporter);
      provider.processors.push_back({std::move(exporter), is_batched ? std::optional(batch) : std::nullopt});
    }
  }
  for (auto& [exporter, processor_batch] : provider.processors) {
    apply_to_exporter(options, exporter);
    if (options.simple_processor) {
      processor_batch = *options.simple_processor ? std::nullopt : std::optional(batch);
    }
  }
}

void apply_to_traces(SetupOptions& options, TracerProviderConfiguration& provider,
                     const BatchOptions& batch) {
  apply_to_processors(options,
                      chosen(std::move(options.custom_exporter), options.traces_exporter, options.exporter),
                      provider, batch);
  for (SpanProcessorConfiguration& processor : provider.processors) {
    if (processor.batch) processor.batch = merged(*processor.batch, options.batch);
  }
  for (auto& processor : options.span_processors) provider.custom_processors.push_back(std::move(processor));
  if (options.sampler != nullptr) provider.custom_sampler = std::move(options.sampler);
}

void apply_to_logs(SetupOptions& options, LoggerProviderConfiguration& provider, const BatchOptions& batch) {
  apply_to_processors(
      options, chosen(std::move(options.custom_log_record_exporter), options.logs_exporter, options.exporter),
      provider, batch);
  for (auto& processor : options.log_record_processors) {
    provider.custom_processors.push_back(std::move(processor));
  }
}

void apply_to_metrics(SetupOptions& options, MeterProviderConfiguration& provider,
                      const PeriodicReaderOptions& reader) {
  auto exporters =
      chosen(std::move(options.custom_metric_exporter), options.metrics_exporter, options.exporter);
  if (exporters) {
    provider.readers.clear();
    provider.prometheus.clear();
    for (auto& exporter : *exporters) provider.readers.push_back({std::move(exporter), reader});
  }
  for (auto& [exporter, reader_options] : provider.readers) apply_to_exporter(options, exporter);
  for (View& view : options.views) provider.views.push_back(std::move(view));
}

/// The options that hold whether the environment or a file says the rest.
void apply_to_all(SetupOptions& options, Configuration& configuration) {
  configuration.resource = configuration.resource.merged_with(named_resource(options));
}

Configuration by_environment(SetupOptions& options, Problems& problems) {
  detail::EnvironmentConfiguration read = detail::configuration_from_environment(problems);
  apply_to_all(options, read.configuration);
  apply_to_traces(options, *read.configuration.tracer_provider, read.span_batch);
  apply_to_metrics(options, *read.configuration.meter_provider, read.metric_reader);
  apply_to_logs(options, *read.configuration.logger_provider, read.log_record_batch);
  return std::move(read.configuration);
}

bool chooses_receiver(const SetupOptions& options) {
  return options.exporter || options.traces_exporter || options.metrics_exporter || options.logs_exporter ||
         options.endpoint || options.protocol || !options.headers.empty();
}

/// The file says where telemetry goes, but for exporters that the program brings along. A file that is wrong
/// leaves nothing that would be sent anywhere.
Configuration by_file(SetupOptions& options, Expected<Configuration> file, Problems& problems) {
  Configuration configuration;
  if (file) {
    configuration = *std::move(file);
    if (chooses_receiver(options)) {
      problems.emplace_back(
          "OTEL_CONFIG_FILE is set, so the exporter, endpoint, protocol and headers given to setup() are not "
          "used");
    }
  } else {
    problems.push_back("the configuration file is not used, and nothing will be exported: " +
                       file.error().message);
    configuration.resource = Resource::detect();
  }
  apply_to_all(options, configuration);
  options.exporter = options.traces_exporter = options.metrics_exporter = options.logs_exporter =
      std::nullopt;
  options.endpoint.reset();
  options.protocol.reset();
  options.compression.reset();
  options.temporality.reset();
  options.headers.clear();
  if (options.custom_exporter == nullptr && options.custom_log_record_exporter == nullptr) {
    options.simple_processor.reset();
    options.batch = {};
  }
  const auto provider = [](auto& optional, bool is_wanted) {
    if (is_wanted && !optional) optional.emplace();
    return optional.has_value();
  };
  if (provider(configuration.tracer_provider, options.custom_exporter != nullptr)) {
    apply_to_traces(options, *configuration.tracer_provider, {});
  }
  if (provider(configuration.meter_provider, options.custom_metric_exporter != nullptr)) {
    apply_to_metrics(options, *configuration.meter_provider, {});
  }
  if (provider(configuration.logger_provider, options.custom_log_record_exporter != nullptr)) {
    apply_to_logs(options, *configuration.logger_provider, default_log_record_batch());
  }
  return configuration;
}

/// The file that the environment names, if any.
std::optional<std::string_view> configuration_file() {
  const auto named = detail::environment(detail::variable("OTEL_CONFIG_FILE"));
  return named ? named : detail::environment(detail::variable("OTEL_EXPERIMENTAL_CONFIG_FILE"));
}

Configuration make_configuration(SetupOptions& options, Problems& problems) {
  const auto file = configuration_file();
  const auto reader = detail::configuration_file_reader.load(std::memory_order_acquire);
  if (file && reader != nullptr) return by_file(options, reader(std::string(*file)), problems);
  if (file) {
    problems.emplace_back(
        "OTEL_CONFIG_FILE is set, but this program reads no configuration files, so the other variables "
        "hold: "
        "link sonde::configuration, and call sonde::enable_configuration_file() before setup()");
  }
  Problems misspelled = detail::misspelled_variables();
  problems.insert(problems.end(), misspelled.begin(), misspelled.end());
  return by_environment(options, problems);
}

}  // namespace

Telemetry setup(SetupOptions options) {
  detail::set_diagnostic_handler(std::move(options.on_diagnostic));
  Problems problems;
  Configuration configuration = make_configuration(options, problems);
  configuration.self_observation |= options.self_observation;
  FinalizedConfiguration finalized = detail::finalize_what_is_right(std::move(configuration), problems);
  Telemetry telemetry = start(std::move(finalized));
  for (const std::string& problem : problems) detail::diagnose(problem);
  return telemetry;
}

}  // namespace sonde
