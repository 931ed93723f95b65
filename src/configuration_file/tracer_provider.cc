#include "configuration_file/parts.h"

namespace sonde::configuration_file {
namespace {

using yaml::Fields;
using yaml::Node;

SpanLimits read_limits(Fields& provider, const AttributeLimits& general) {
  const Node nothing;
  const Node* const node = find_value(provider, "limits");
  Fields fields(node == nullptr ? nothing : *node, provider.key_of("limits"), provider.report());
  const AttributeLimits own = or_general(read_attribute_limits(fields), general);
  SpanLimits limits;
  set_limit(limits.attribute_count, own.count);
  set_limit(limits.attribute_value_length, own.value_length);
  set_limit(limits.attribute_value_depth, own.value_depth);
  set_limit(limits.event_count, fields.integer("event_count_limit", 0));
  set_limit(limits.link_count, fields.integer("link_count_limit", 0));
  set_limit(limits.event_attribute_count, general.count);
  set_limit(limits.event_attribute_count, fields.integer("event_attribute_count_limit", 0));
  set_limit(limits.link_attribute_count, general.count);
  set_limit(limits.link_attribute_count, fields.integer("link_attribute_count_limit", 0));
  return limits;
}

SamplerConfiguration read_sampler(const Node& node, const std::string& key, yaml::Report& report) {
  using Kind = SamplerConfiguration::Kind;
  const yaml::Entry* const entry = only_entry(node, key, report);
  if (entry == nullptr) return {};
  const std::string own_key = key + "." + entry->key;
  if (entry->key == "always_on" || entry->key == "always_off") {
    const Fields none(entry->value, own_key, report);
    return {.kind = entry->key == "always_on" ? Kind::always_on : Kind::always_off};
  }
  if (entry->key == "trace_id_ratio_based") {
    Fields fields(entry->value, own_key, report);
    return {.kind = Kind::trace_id_ratio_based, .ratio = fields.number("ratio", 0, 1).value_or(1.0)};
  }
  if (entry->key != "parent_based") {
    report_unknown(*entry, key, "always_on, always_off, trace_id_ratio_based and parent_based", report);
    return {};
  }
  Fields fields(entry->value, own_key, report);
  const auto delegate = [&](std::string_view name) -> std::shared_ptr<const SamplerConfiguration> {
    const Node* const found = find_value(fields, name);
    if (found == nullptr) return nullptr;
    return std::make_shared<SamplerConfiguration>(read_sampler(*found, fields.key_of(name), report));
  };
  return {.kind = Kind::parent_based,
          .root = delegate("root"),
          .remote_parent_sampled = delegate("remote_parent_sampled"),
          .remote_parent_not_sampled = delegate("remote_parent_not_sampled"),
          .local_parent_sampled = delegate("local_parent_sampled"),
          .local_parent_not_sampled = delegate("local_parent_not_sampled")};
}

/// There is one, which is the default.
void check_id_generator(Fields& provider) {
  const Node* const node = find_value(provider, "id_generator");
  if (node == nullptr) return;
  const yaml::Entry* const entry = only_entry(*node, provider.key_of("id_generator"), provider.report());
  if (entry != nullptr && entry->key != "random") {
    report_unknown(*entry, provider.key_of("id_generator"), "random", provider.report());
  }
}

}  // namespace

TracerProviderConfiguration read_tracer_provider(const Node& node, const std::string& key,
                                                 const AttributeLimits& general, yaml::Report& report) {
  TracerProviderConfiguration provider;
  Fields fields(node, key, report);
  for (Processor& processor : read_processors(fields, {})) {
    provider.processors.push_back(
        {exporter_of<SpanExporter>(std::move(processor.exporter)), processor.batch});
  }
  provider.limits = read_limits(fields, general);
  if (const Node* const sampler = find_value(fields, "sampler")) {
    provider.sampler = read_sampler(*sampler, fields.key_of("sampler"), report);
  }
  check_id_generator(fields);
  provider.tracers = read_scope_rules(fields, "tracer_configurator/development", "tracers");
  return provider;
}

}  // namespace sonde::configuration_file
