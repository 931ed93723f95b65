#include <algorithm>

#include "configuration_file/parts.h"
#include "sdk/configuration/environment.h"
#include "sonde/propagator.hpp"

namespace sonde::configuration_file {

using std::chrono::milliseconds;
using yaml::Fields;
using yaml::Node;

const Node* find_value(Fields& fields, std::string_view name) {
  const Node* const node = fields.find(name);
  return node == nullptr || is_null(*node) ? nullptr : node;
}

void report_unknown(const yaml::Entry& entry, const std::string& key, std::string_view known,
                    yaml::Report& report) {
  report.add(entry.position, key + "." + entry.key, "is not supported; there is " + std::string(known));
}

std::optional<milliseconds> read_time(Fields& fields, std::string_view name, std::int64_t least) {
  const auto count = fields.integer(name, least);
  return count ? std::optional(milliseconds(*count)) : std::nullopt;
}

std::optional<milliseconds> read_timeout(Fields& fields, std::string_view name) {
  const auto time = read_time(fields, name, 0);
  constexpr milliseconds no_limit(0x7fff'ffff);  // 24 days, and may still be added to a point of time
  return time == milliseconds(0) ? no_limit : time;
}

AttributeLimits read_attribute_limits(Fields& fields) {
  AttributeLimits limits;
  limits.count = fields.integer("attribute_count_limit", 0);
  limits.value_length = fields.integer("attribute_value_length_limit", 0);
  limits.value_depth = fields.integer("attribute_value_depth_limit", 1);
  return limits;
}

AttributeLimits or_general(const AttributeLimits& own, const AttributeLimits& general) {
  return {.count = own.count ? own.count : general.count,
          .value_length = own.value_length ? own.value_length : general.value_length,
          .value_depth = own.value_depth ? own.value_depth : general.value_depth};
}

void set_limit(std::size_t& limit, std::optional<std::int64_t> value) {
  if (value) limit = static_cast<std::size_t>(*value);
}

std::vector<Processor> read_processors(Fields& provider, const BatchOptions& defaults) {
  std::vector<Processor> processors;
  provider.require("processors");
  const auto& list = provider.list("processors");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string key = provider.key_of("processors") + "[" + std::to_string(i) + "]";
    const yaml::Entry* const entry = only_entry(list[i], key, provider.report());
    if (entry == nullptr) continue;
    if (entry->key != "batch" && entry->key != "simple") {
      report_unknown(*entry, key, "batch and simple", provider.report());
      continue;
    }
    Fields fields(entry->value, key + "." + entry->key, provider.report());
    std::optional<BatchOptions> batch;
    if (entry->key == "batch") {
      batch = defaults;
      batch->schedule_delay = read_time(fields, "schedule_delay", 0).value_or(batch->schedule_delay);
      batch->export_timeout = read_timeout(fields, "export_timeout").value_or(batch->export_timeout);
      if (const auto size = fields.integer("max_queue_size", 1)) {
        batch->max_queue_size = static_cast<std::size_t>(*size);
      }
      if (const auto size = fields.integer("max_export_batch_size", 1)) {
        batch->max_export_batch_size = static_cast<std::size_t>(*size);
      } else {
        batch->max_export_batch_size = std::min(batch->max_export_batch_size, batch->max_queue_size);
      }
    }
    if (auto exporter = read_exporter(fields, false)) processors.push_back({*std::move(exporter), batch});
  }
  return processors;
}

std::vector<ScopeRule> read_scope_rules(Fields& provider, std::string_view field, std::string_view list) {
  std::vector<ScopeRule> rules;
  const Node* const node = find_value(provider, field);
  if (node == nullptr) return rules;
  Fields fields(*node, provider.key_of(field), provider.report());
  const auto& items = fields.list(list);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string key = fields.key_of(list) + "[" + std::to_string(i) + "]";
    Fields matcher(items[i], key, provider.report());
    matcher.require("name");
    const auto name = matcher.text("name");
    const Node* const config = matcher.require("config");
    if (config == nullptr || !name) continue;
    Fields settings(*config, matcher.key_of("config"), provider.report());
    rules.push_back({.name = *name, .is_enabled = settings.boolean("enabled").value_or(true)});
  }
  if (const Node* const config = find_value(fields, "default_config")) {
    Fields settings(*config, fields.key_of("default_config"), provider.report());
    rules.push_back({.name = "*", .is_enabled = settings.boolean("enabled").value_or(true)});
  }
  return rules;
}

std::vector<std::string> read_propagators(const Node& node, const std::string& key, yaml::Report& report) {
  std::vector<std::string> names;
  Fields fields(node, key, report);
  for (const Node& item : fields.list("composite")) {
    if (const yaml::Entry* const entry = only_entry(item, fields.key_of("composite"), report)) {
      names.push_back(entry->key);
    }
  }
  const std::string listed = fields.text("composite_list").value_or("");
  for (std::string_view rest = listed; !rest.empty();) {
    if (const auto name = detail::take_until(',', rest); !name.empty()) names.emplace_back(name);
  }
  if (names.empty()) names.emplace_back("none");
  if (const auto made = make_propagator(names); !made) report.add(node.position, key, made.error().message);
  return names;
}

}  // namespace sonde::configuration_file
