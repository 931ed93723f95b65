#include "configuration_file/parts.h"

namespace sonde::configuration_file {
namespace {

using yaml::Fields;
using yaml::Node;

std::optional<PeriodicReaderConfiguration> read_periodic(const Node& node, const std::string& key,
                                                         yaml::Report& report) {
  Fields fields(node, key, report);
  PeriodicReaderOptions options;
  options.interval = read_time(fields, "interval", 1).value_or(options.interval);
  options.timeout = read_timeout(fields, "timeout").value_or(options.timeout);
  if (const auto size = fields.integer("max_export_batch_size/development", 1)) {
    options.request.data_points = static_cast<std::size_t>(*size);
  }
  fields.unsupported("producers", "metrics come from this library's instruments only");
  fields.unsupported("cardinality_limits", "set aggregation_cardinality_limit in views");
  auto exporter = read_exporter(fields, true);
  if (!exporter) return std::nullopt;
  return PeriodicReaderConfiguration{exporter_of<MetricExporter>(*std::move(exporter)), options};
}

PrometheusTranslation read_translation(Fields& fields) {
  using enum PrometheusTranslation;
  const auto name =
      fields.choice("translation_strategy",
                    {"underscore_escaping_with_suffixes", "underscore_escaping_without_suffixes/development",
                     "no_utf8_escaping_with_suffixes/development", "no_translation/development"});
  if (name == "underscore_escaping_without_suffixes/development") return underscore_escaping_without_suffixes;
  if (name == "no_utf8_escaping_with_suffixes/development") return no_utf8_escaping_with_suffixes;
  return name == "no_translation/development" ? no_translation : underscore_escaping_with_suffixes;
}

void read_pull(const Node& node, const std::string& key, MeterProviderConfiguration& configuration,
               yaml::Report& report) {
  Fields reader(node, key, report);
  reader.unsupported("producers", "metrics come from this library's instruments only");
  reader.unsupported("cardinality_limits", "set aggregation_cardinality_limit in views");
  const Node* const exporter = reader.require("exporter");
  if (exporter == nullptr) return;
  const yaml::Entry* const entry = only_entry(*exporter, reader.key_of("exporter"), report);
  if (entry == nullptr) return;
  if (entry->key != "prometheus/development") {
    report_unknown(*entry, reader.key_of("exporter"), "prometheus/development", report);
    return;
  }
  Fields fields(entry->value, reader.key_of("exporter") + "." + entry->key, report);
  PrometheusOptions& options = configuration.prometheus.emplace_back();
  options.host = fields.text("host").value_or(options.host);
  if (const auto port = fields.integer("port", 0, 65'535)) options.port = static_cast<std::uint16_t>(*port);
  options.has_scope_info = fields.boolean("scope_info_enabled").value_or(true);
  options.has_target_info = fields.boolean("target_info_enabled/development").value_or(true);
  fields.unsupported("resource_constant_labels", "the resource is in target_info");
  options.translation = read_translation(fields);
}

void read_readers(Fields& provider, MeterProviderConfiguration& configuration) {
  provider.require("readers");
  const auto& list = provider.list("readers");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string key = provider.key_of("readers") + "[" + std::to_string(i) + "]";
    const yaml::Entry* const entry = only_entry(list[i], key, provider.report());
    if (entry == nullptr) continue;
    if (entry->key == "pull") {
      read_pull(entry->value, key + ".pull", configuration, provider.report());
    } else if (entry->key != "periodic") {
      report_unknown(*entry, key, "periodic and pull", provider.report());
    } else if (auto reader = read_periodic(entry->value, key + ".periodic", provider.report())) {
      configuration.readers.push_back(*std::move(reader));
    }
  }
}

}  // namespace

MeterProviderConfiguration read_meter_provider(const Node& node, const std::string& key,
                                               yaml::Report& report) {
  MeterProviderConfiguration provider;
  Fields fields(node, key, report);
  read_readers(fields, provider);
  provider.views = read_views(fields);
  const auto filter = fields.choice("exemplar_filter", {"always_on", "always_off", "trace_based"});
  if (filter == "always_on") provider.exemplar_filter = ExemplarFilter::always_on;
  if (filter == "always_off") provider.exemplar_filter = ExemplarFilter::always_off;
  provider.meters = read_scope_rules(fields, "meter_configurator/development", "meters");
  return provider;
}

}  // namespace sonde::configuration_file
