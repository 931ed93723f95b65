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

void read_readers(Fields& provider, MeterProviderConfiguration& configuration) {
  provider.require("readers");
  const auto& list = provider.list("readers");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string key = provider.key_of("readers") + "[" + std::to_string(i) + "]";
    const yaml::Entry* const entry = only_entry(list[i], key, provider.report());
    if (entry == nullptr) continue;
    if (entry->key != "periodic") {
      report_unknown(*entry, key, "periodic", provider.report());
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
