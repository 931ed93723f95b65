#include "sdk/configuration/environment_configuration.h"

#include <algorithm>
#include <optional>
#include <type_traits>

#include "base/decimal.h"
#include "sdk/configuration/environment.h"

namespace sonde::detail {
namespace {

using Problems = std::vector<std::string>;

DiagnosticLevel diagnostic_level(Problems& problems) {
  const auto level = environment_choice(variable("OTEL_LOG_LEVEL"), problems);
  if (level == "none") return DiagnosticLevel::none;
  if (level == "error") return DiagnosticLevel::error;
  if (level == "warn") return DiagnosticLevel::warning;
  if (level == "debug") return DiagnosticLevel::debug;
  return DiagnosticLevel::info;
}

/// The four variables of a batch processor.
struct BatchVariables {
  const Variable& schedule_delay;
  const Variable& export_timeout;
  const Variable& max_queue_size;
  const Variable& max_export_batch_size;
};

BatchOptions read_batch(BatchOptions options, const BatchVariables& names, Problems& problems) {
  options.schedule_delay = environment_time(names.schedule_delay, problems).value_or(options.schedule_delay);
  options.export_timeout = environment_time(names.export_timeout, problems).value_or(options.export_timeout);
  if (const auto size = environment_number(names.max_queue_size, problems)) options.max_queue_size = *size;
  if (const auto size = environment_number(names.max_export_batch_size, problems)) {
    options.max_export_batch_size = *size;
  }
  if (options.max_export_batch_size > options.max_queue_size) {
    if (environment(names.max_export_batch_size)) {
      problems.push_back(std::string(names.max_export_batch_size.name) + " is larger than the queue of " +
                         std::to_string(options.max_queue_size) + ", and is taken as that; see " +
                         std::string(names.max_queue_size.name));
    }
    options.max_export_batch_size = options.max_queue_size;
  }
  return options;
}

/// A limit of its own, or else the general one, or else what it was.
void read_limit(const Variable& name, std::optional<std::uint32_t> general, std::size_t& limit,
                Problems& problems) {
  if (general) limit = *general;
  if (const auto own = environment_number(name, problems)) limit = *own;
}

struct GeneralLimits {
  std::optional<std::uint32_t> count;
  std::optional<std::uint32_t> value_length;
};

SpanLimits span_limits(const GeneralLimits& general, Problems& problems) {
  SpanLimits limits;
  read_limit(variable("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"), general.count, limits.attribute_count, problems);
  read_limit(variable("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT"), general.value_length,
             limits.attribute_value_length, problems);
  read_limit(variable("OTEL_SPAN_EVENT_COUNT_LIMIT"), {}, limits.event_count, problems);
  read_limit(variable("OTEL_SPAN_LINK_COUNT_LIMIT"), {}, limits.link_count, problems);
  read_limit(variable("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT"), general.count, limits.event_attribute_count,
             problems);
  read_limit(variable("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT"), general.count, limits.link_attribute_count,
             problems);
  return limits;
}

double sampling_ratio(Problems& problems) {
  const auto text = environment(variable("OTEL_TRACES_SAMPLER_ARG"));
  if (!text) return 1.0;
  const std::optional<double> ratio = base::read_decimal(*text);
  if (ratio && *ratio >= 0.0 && *ratio <= 1.0) return *ratio;
  problems.push_back("OTEL_TRACES_SAMPLER_ARG is '" + std::string(*text) +
                     "' and is ignored: it must be a number from 0 to 1");
  return 1.0;
}

SamplerConfiguration sampler(Problems& problems) {
  using Kind = SamplerConfiguration::Kind;
  constexpr std::string_view by_parent = "parentbased_";
  std::string_view name =
      environment_choice(variable("OTEL_TRACES_SAMPLER"), problems).value_or("parentbased_always_on");
  const bool is_parent_based = name.starts_with(by_parent);
  if (is_parent_based) name.remove_prefix(by_parent.size());
  SamplerConfiguration own{.kind = name == "always_on"    ? Kind::always_on
                                   : name == "always_off" ? Kind::always_off
                                                          : Kind::trace_id_ratio_based};
  if (own.kind == Kind::trace_id_ratio_based) own.ratio = sampling_ratio(problems);
  if (!is_parent_based) return own;
  return {.kind = Kind::parent_based, .root = std::make_shared<SamplerConfiguration>(own)};
}

/// The exporters of a signal: those listed, or else OTLP; none if `none` is listed.
std::vector<std::string_view> exporters(const Variable& name, Problems& problems) {
  std::vector<std::string_view> listed = environment_list(name, problems);
  if (listed.empty()) listed.emplace_back("otlp");
  if (std::find(listed.begin(), listed.end(), "none") != listed.end()) {
    if (listed.size() > 1) {
      problems.push_back(std::string(name.name) + " lists none beside others; nothing is exported");
    }
    listed.clear();
  }
  return listed;
}

template <class Exporter>
ExporterConfiguration<Exporter> exporter_of(std::string_view name) {
  if (name == "console") return ConsoleExporterConfiguration{};
  if (name == "otlp/stdout") return OtlpStdoutConfiguration{};
  if constexpr (std::is_same_v<Exporter, SpanExporter>) {
    if (name == "zipkin") return ZipkinExporterOptions{};
  }
  return OtlpExporterOptions{};
}

/// What is printed is printed at once.
std::optional<BatchOptions> batch_of(std::string_view exporter, const BatchOptions& batch) {
  return exporter == "console" || exporter == "otlp/stdout" ? std::nullopt : std::optional(batch);
}

TracerProviderConfiguration tracer_provider(const GeneralLimits& general, const BatchOptions& batch,
                                            Problems& problems) {
  TracerProviderConfiguration provider;
  provider.limits = span_limits(general, problems);
  provider.sampler = sampler(problems);
  for (const std::string_view exporter : exporters(variable("OTEL_TRACES_EXPORTER"), problems)) {
    provider.processors.push_back({exporter_of<SpanExporter>(exporter), batch_of(exporter, batch)});
  }
  return provider;
}

PeriodicReaderOptions metric_reader(Problems& problems) {
  PeriodicReaderOptions options;
  options.interval =
      environment_time(variable("OTEL_METRIC_EXPORT_INTERVAL"), problems).value_or(options.interval);
  options.timeout =
      environment_time(variable("OTEL_METRIC_EXPORT_TIMEOUT"), problems).value_or(options.timeout);
  return options;
}

PrometheusOptions prometheus(Problems& problems) {
  PrometheusOptions options;
  if (const auto host = environment(variable("OTEL_EXPORTER_PROMETHEUS_HOST"))) options.host = *host;
  if (const auto port = environment_number(variable("OTEL_EXPORTER_PROMETHEUS_PORT"), problems)) {
    if (*port <= 65'535) {
      options.port = static_cast<std::uint16_t>(*port);
    } else {
      problems.push_back("OTEL_EXPORTER_PROMETHEUS_PORT is " + std::to_string(*port) +
                         " and is ignored: there is no such port");
    }
  }
  return options;
}

MeterProviderConfiguration meter_provider(const PeriodicReaderOptions& reader, Problems& problems) {
  MeterProviderConfiguration provider;
  const auto filter = environment_choice(variable("OTEL_METRICS_EXEMPLAR_FILTER"), problems);
  if (filter == "always_on") provider.exemplar_filter = ExemplarFilter::always_on;
  if (filter == "always_off") provider.exemplar_filter = ExemplarFilter::always_off;
  for (const std::string_view exporter : exporters(variable("OTEL_METRICS_EXPORTER"), problems)) {
    if (exporter == "prometheus") {
      provider.prometheus.push_back(prometheus(problems));
    } else {
      provider.readers.push_back({exporter_of<MetricExporter>(exporter), reader});
    }
  }
  return provider;
}

LoggerProviderConfiguration logger_provider(const GeneralLimits& general, const BatchOptions& batch,
                                            Problems& problems) {
  LoggerProviderConfiguration provider;
  LogRecordLimits& limits = provider.limits;
  read_limit(variable("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT"), general.count, limits.attribute_count,
             problems);
  read_limit(variable("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT"), general.value_length,
             limits.attribute_value_length, problems);
  for (const std::string_view exporter : exporters(variable("OTEL_LOGS_EXPORTER"), problems)) {
    provider.processors.push_back({exporter_of<LogRecordExporter>(exporter), batch_of(exporter, batch)});
  }
  return provider;
}

}  // namespace

EnvironmentConfiguration configuration_from_environment(Problems& problems) {
  EnvironmentConfiguration read;
  Configuration& configuration = read.configuration;
  configuration.is_disabled = environment_boolean(variable("OTEL_SDK_DISABLED"), problems);
  configuration.diagnostic_level = diagnostic_level(problems);
  configuration.resource = Resource::detect().merged_with(Resource::from_environment(problems));
  const auto propagators = environment_list(variable("OTEL_PROPAGATORS"), problems);
  if (!propagators.empty()) configuration.propagators.assign(propagators.begin(), propagators.end());
  const GeneralLimits general{environment_number(variable("OTEL_ATTRIBUTE_COUNT_LIMIT"), problems),
                              environment_number(variable("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"), problems)};
  read.span_batch =
      read_batch({},
                 {variable("OTEL_BSP_SCHEDULE_DELAY"), variable("OTEL_BSP_EXPORT_TIMEOUT"),
                  variable("OTEL_BSP_MAX_QUEUE_SIZE"), variable("OTEL_BSP_MAX_EXPORT_BATCH_SIZE")},
                 problems);
  configuration.tracer_provider = tracer_provider(general, read.span_batch, problems);
  read.metric_reader = metric_reader(problems);
  configuration.meter_provider = meter_provider(read.metric_reader, problems);
  read.log_record_batch =
      read_batch(default_log_record_batch(),
                 {variable("OTEL_BLRP_SCHEDULE_DELAY"), variable("OTEL_BLRP_EXPORT_TIMEOUT"),
                  variable("OTEL_BLRP_MAX_QUEUE_SIZE"), variable("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE")},
                 problems);
  configuration.logger_provider = logger_provider(general, read.log_record_batch, problems);
  return read;
}

}  // namespace sonde::detail
