#pragma once

// The parts of a configuration file, each read into its part of the Configuration. Whatever is wrong goes
// into the report. The names are the schema's.
//
// Source: github.com/open-telemetry/opentelemetry-configuration, schema/.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sonde/configuration.hpp"
#include "yaml/fields.h"

namespace sonde::configuration_file {

/// The limits of all signals, for those that have none of their own.
struct AttributeLimits {
  std::optional<std::int64_t> count = {};
  std::optional<std::int64_t> value_length = {};
  std::optional<std::int64_t> value_depth = {};
};
[[nodiscard]] AttributeLimits read_attribute_limits(yaml::Fields& fields);
/// The limits of a provider: its own, or else the general ones.
[[nodiscard]] AttributeLimits or_general(const AttributeLimits& own, const AttributeLimits& general);
void set_limit(std::size_t& limit, std::optional<std::int64_t> value);

[[nodiscard]] Resource read_resource(const yaml::Node& node, const std::string& key, yaml::Report& report);
[[nodiscard]] std::vector<std::string> read_propagators(const yaml::Node& node, const std::string& key,
                                                        yaml::Report& report);
[[nodiscard]] TracerProviderConfiguration read_tracer_provider(const yaml::Node& node, const std::string& key,
                                                               const AttributeLimits& general,
                                                               yaml::Report& report);
[[nodiscard]] MeterProviderConfiguration read_meter_provider(const yaml::Node& node, const std::string& key,
                                                             yaml::Report& report);
[[nodiscard]] LoggerProviderConfiguration read_logger_provider(const yaml::Node& node, const std::string& key,
                                                               const AttributeLimits& general,
                                                               yaml::Report& report);
[[nodiscard]] std::vector<View> read_views(yaml::Fields& provider);

/// What all signals may be exported with.
using AnyExporter =
    std::variant<OtlpExporterOptions, OtlpFileOptions, OtlpStdoutConfiguration, ConsoleExporterConfiguration>;
/// The exporter under the field `exporter`; nothing, and a problem, if that is missing or unknown.
[[nodiscard]] std::optional<AnyExporter> read_exporter(yaml::Fields& fields, bool is_of_metrics);

template <class Exporter>
[[nodiscard]] ExporterConfiguration<Exporter> exporter_of(AnyExporter exporter) {
  return std::visit([](auto& one) { return ExporterConfiguration<Exporter>(std::move(one)); }, exporter);
}

/// The exporters of a list of processors, and how they are fed.
struct Processor {
  AnyExporter exporter;
  std::optional<BatchOptions> batch;
};
[[nodiscard]] std::vector<Processor> read_processors(yaml::Fields& provider, const BatchOptions& defaults);

/// The rules of a tracer_configurator/development and its like, whose matchers are under `list`.
[[nodiscard]] std::vector<ScopeRule> read_scope_rules(yaml::Fields& provider, std::string_view field,
                                                      std::string_view list);

/// Milliseconds, where 0 is no limit.
[[nodiscard]] std::optional<std::chrono::milliseconds> read_timeout(yaml::Fields& fields,
                                                                    std::string_view name);
[[nodiscard]] std::optional<std::chrono::milliseconds> read_time(yaml::Fields& fields, std::string_view name,
                                                                 std::int64_t least);

/// The schema's SeverityNumber: the names of severities 1 to 24.
inline constexpr std::array<std::string_view, 24> severity_names = {
    "trace", "trace2", "trace3", "trace4", "debug", "debug2", "debug3", "debug4",
    "info",  "info2",  "info3",  "info4",  "warn",  "warn2",  "warn3",  "warn4",
    "error", "error2", "error3", "error4", "fatal", "fatal2", "fatal3", "fatal4"};

/// The field, unless it is missing or null.
[[nodiscard]] const yaml::Node* find_value(yaml::Fields& fields, std::string_view name);

/// Reports that there is no such component, and which there are.
void report_unknown(const yaml::Entry& entry, const std::string& key, std::string_view known,
                    yaml::Report& report);

}  // namespace sonde::configuration_file
