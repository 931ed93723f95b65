#include "configuration_file/parts.h"

namespace sonde::configuration_file {
namespace {

using yaml::Fields;
using yaml::Node;

Severity read_severity(Fields& fields) {
  const auto name = fields.choice("minimum_severity", severity_names);
  for (std::size_t i = 0; i < severity_names.size(); ++i) {
    if (name == severity_names[i]) return static_cast<Severity>(i + 1);
  }
  return Severity::unspecified;
}

LoggerRule read_rule(const std::string& name, const Node& node, const std::string& key,
                     yaml::Report& report) {
  Fields fields(node, key, report);
  return {.name = name,
          .is_enabled = fields.boolean("enabled").value_or(true),
          .minimum_severity = read_severity(fields),
          .trace_based = fields.boolean("trace_based").value_or(false)};
}

std::vector<LoggerRule> read_rules(Fields& provider) {
  constexpr std::string_view field = "logger_configurator/development";
  std::vector<LoggerRule> rules;
  const Node* const node = find_value(provider, field);
  if (node == nullptr) return rules;
  Fields fields(*node, provider.key_of(field), provider.report());
  const auto& items = fields.list("loggers");
  for (std::size_t i = 0; i < items.size(); ++i) {
    Fields matcher(items[i], fields.key_of("loggers") + "[" + std::to_string(i) + "]", provider.report());
    matcher.require("name");
    const auto name = matcher.text("name");
    const Node* const config = matcher.require("config");
    if (config != nullptr && name) {
      rules.push_back(read_rule(*name, *config, matcher.key_of("config"), provider.report()));
    }
  }
  if (const Node* const config = find_value(fields, "default_config")) {
    rules.push_back(read_rule("*", *config, fields.key_of("default_config"), provider.report()));
  }
  return rules;
}

LogRecordLimits read_limits(Fields& provider, const AttributeLimits& general) {
  const Node nothing;
  const Node* const node = find_value(provider, "limits");
  Fields fields(node == nullptr ? nothing : *node, provider.key_of("limits"), provider.report());
  const AttributeLimits own = or_general(read_attribute_limits(fields), general);
  LogRecordLimits limits;
  set_limit(limits.attribute_count, own.count);
  set_limit(limits.attribute_value_length, own.value_length);
  set_limit(limits.attribute_value_depth, own.value_depth);
  return limits;
}

}  // namespace

LoggerProviderConfiguration read_logger_provider(const Node& node, const std::string& key,
                                                 const AttributeLimits& general, yaml::Report& report) {
  LoggerProviderConfiguration provider;
  Fields fields(node, key, report);
  for (Processor& processor : read_processors(fields, default_log_record_batch())) {
    provider.processors.push_back(
        {exporter_of<LogRecordExporter>(std::move(processor.exporter)), processor.batch});
  }
  provider.limits = read_limits(fields, general);
  provider.loggers = read_rules(fields);
  return provider;
}

}  // namespace sonde::configuration_file
