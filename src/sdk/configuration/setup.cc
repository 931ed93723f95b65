#include "sonde/setup.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sdk/configuration/environment.h"
#include "sdk/diagnostics.h"
#include "sonde/console_exporter.hpp"

namespace sonde {
namespace {

using detail::environment;
using detail::environment_boolean;
using detail::environment_number;
using detail::environment_time;
using detail::Variable;
using detail::variable;
using Problems = std::vector<std::string>;

ExporterKind exporter_kind(const SetupOptions& options, Problems& problems) {
  if (options.exporter) return *options.exporter;
  const auto value = environment("OTEL_TRACES_EXPORTER");
  if (!value || detail::equals_ignoring_case(*value, "otlp")) return ExporterKind::otlp;
  if (detail::equals_ignoring_case(*value, "console")) return ExporterKind::console;
  if (detail::equals_ignoring_case(*value, "none")) return ExporterKind::none;
  problems.push_back("OTEL_TRACES_EXPORTER is '" + std::string(*value) +
                     "'; it may be otlp, console or none, and is taken as otlp");
  return ExporterKind::otlp;
}

/// The environment's values for those fields that the program left at their defaults.
BatchOptions batch_options(BatchOptions options, Problems& problems) {
  const BatchOptions defaults;
  const auto time = [&](const Variable& name, std::chrono::milliseconds& field,
                        std::chrono::milliseconds unset) {
    if (field == unset) field = environment_time(name, problems).value_or(field);
  };
  const auto size = [&](const Variable& name, std::size_t& field, std::size_t unset) {
    if (field == unset) field = environment_number(name, problems).value_or(field);
  };
  time(variable("OTEL_BSP_SCHEDULE_DELAY"), options.schedule_delay, defaults.schedule_delay);
  time(variable("OTEL_BSP_EXPORT_TIMEOUT"), options.export_timeout, defaults.export_timeout);
  size(variable("OTEL_BSP_MAX_QUEUE_SIZE"), options.max_queue_size, defaults.max_queue_size);
  size(variable("OTEL_BSP_MAX_EXPORT_BATCH_SIZE"), options.max_export_batch_size,
       defaults.max_export_batch_size);
  if (options.max_export_batch_size > options.max_queue_size) {
    problems.emplace_back(
        "the export batch size is larger than the queue, and is taken as the queue's size; see "
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE and OTEL_BSP_MAX_QUEUE_SIZE");
  }
  return options;
}

std::unique_ptr<SpanExporter> make_exporter(SetupOptions& options, ExporterKind kind, Problems& problems) {
  if (options.custom_exporter != nullptr) return std::move(options.custom_exporter);
  if (kind == ExporterKind::none) return nullptr;
  if (kind == ExporterKind::console) return make_console_span_exporter();
  auto exporter = make_otlp_span_exporter(
      {.endpoint = options.endpoint, .protocol = options.protocol, .headers = options.headers}, problems);
  if (exporter) return std::move(*exporter);
  problems.push_back("no spans will be exported: " + exporter.error().message);
  return nullptr;
}

Resource make_resource(const SetupOptions& options, Problems& problems) {
  Resource resource =
      Resource::detect().merged_with(Resource::from_environment(problems)).merged_with(options.resource);
  std::vector<Resource::Attribute> named;
  if (!options.service_name.empty()) named.emplace_back("service.name", options.service_name);
  if (!options.service_version.empty()) named.emplace_back("service.version", options.service_version);
  return resource.merged_with(Resource(std::move(named)));
}

std::unique_ptr<TracerProvider> make_provider(SetupOptions& options, Problems& problems) {
  TracerProviderOptions provider;
  provider.resource = make_resource(options, problems);
  const bool is_custom = options.custom_exporter != nullptr;
  const ExporterKind kind = exporter_kind(options, problems);
  if (auto exporter = make_exporter(options, kind, problems); exporter != nullptr) {
    const bool is_simple = options.simple_processor.value_or(!is_custom && kind == ExporterKind::console);
    if (is_simple) {
      provider.processors.push_back(std::make_unique<SimpleSpanProcessor>(std::move(exporter)));
    } else {
      provider.processors.push_back(
          std::make_unique<BatchSpanProcessor>(std::move(exporter), batch_options(options.batch, problems)));
    }
  }
  return std::make_unique<TracerProvider>(std::move(provider));
}

}  // namespace

Telemetry setup(SetupOptions options) {
  Problems problems;
  std::unique_ptr<TracerProvider> provider;
  detail::set_diagnostic_handler(std::move(options.on_diagnostic));
  if (!environment_boolean(variable("OTEL_SDK_DISABLED"), problems)) {
    provider = make_provider(options, problems);
    provider->set_as_global();
  }
  for (const std::string& problem : problems) detail::diagnose(problem);
  return Telemetry(std::move(provider));
}

}  // namespace sonde
