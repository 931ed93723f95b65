#include <array>
#include <utility>

#include "configuration_file/parts.h"

namespace sonde::configuration_file {
namespace {

using yaml::Fields;
using yaml::Node;

std::optional<InstrumentKind> read_instrument_kind(Fields& fields) {
  using enum InstrumentKind;
  const auto name =
      fields.choice("instrument_type", {"counter", "gauge", "histogram", "observable_counter",
                                        "observable_gauge", "observable_up_down_counter", "up_down_counter"});
  constexpr std::array<std::pair<std::string_view, InstrumentKind>, 7> kinds = {{
      {"counter", counter},
      {"gauge", gauge},
      {"histogram", histogram},
      {"observable_counter", observable_counter},
      {"observable_gauge", observable_gauge},
      {"observable_up_down_counter", observable_up_down_counter},
      {"up_down_counter", up_down_counter},
  }};
  for (const auto& [known, kind] : kinds) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

InstrumentSelector read_selector(const Node& node, const std::string& key, yaml::Report& report) {
  Fields fields(node, key, report);
  InstrumentSelector selector;
  selector.name = fields.text("instrument_name").value_or("");
  selector.kind = read_instrument_kind(fields);
  selector.unit = fields.text("unit");
  selector.meter_name = fields.text("meter_name");
  selector.meter_version = fields.text("meter_version");
  selector.meter_schema_url = fields.text("meter_schema_url");
  return selector;
}

Aggregation read_explicit_buckets(const Node& node, const std::string& key, yaml::Report& report) {
  Fields fields(node, key, report);
  Aggregation aggregation{.type = Aggregation::Type::explicit_bucket_histogram};
  aggregation.record_min_max = fields.boolean("record_min_max").value_or(true);
  const Node* const boundaries = find_value(fields, "boundaries");
  if (boundaries == nullptr) return aggregation;
  aggregation.has_boundaries = true;
  for (const Node& item : boundaries->items) {
    if (const auto boundary = as_number(item)) {
      aggregation.boundaries.push_back(*boundary);
    } else {
      report.add(item.position, fields.key_of("boundaries"), "must be a list of numbers");
    }
  }
  if (boundaries->kind != Node::Kind::sequence) {
    report.add(boundaries->position, fields.key_of("boundaries"), "must be a list of numbers");
  }
  return aggregation;
}

Aggregation read_exponential_buckets(const Node& node, const std::string& key, yaml::Report& report) {
  Fields fields(node, key, report);
  Aggregation aggregation = Aggregation::exponential_buckets();
  if (const auto scale = fields.integer("max_scale", -10, 20)) {
    aggregation.max_scale = static_cast<std::int32_t>(*scale);
  }
  if (const auto size = fields.integer("max_size", 2))
    aggregation.max_size = static_cast<std::uint32_t>(*size);
  aggregation.record_min_max = fields.boolean("record_min_max").value_or(true);
  return aggregation;
}

std::optional<Aggregation> read_aggregation(const Node& node, const std::string& key, yaml::Report& report) {
  using Type = Aggregation::Type;
  const yaml::Entry* const entry = only_entry(node, key, report);
  if (entry == nullptr) return std::nullopt;
  const std::string own_key = key + "." + entry->key;
  if (entry->key == "explicit_bucket_histogram") return read_explicit_buckets(entry->value, own_key, report);
  if (entry->key == "base2_exponential_bucket_histogram") {
    return read_exponential_buckets(entry->value, own_key, report);
  }
  constexpr std::array<std::pair<std::string_view, Type>, 4> plain = {{{"default", Type::by_instrument},
                                                                       {"drop", Type::drop},
                                                                       {"last_value", Type::last_value},
                                                                       {"sum", Type::sum}}};
  for (const auto& [name, type] : plain) {
    if (name != entry->key) continue;
    const Fields none(entry->value, own_key, report);
    return Aggregation{.type = type};
  }
  report_unknown(
      *entry, key,
      "default, drop, explicit_bucket_histogram, base2_exponential_bucket_histogram, last_value and sum",
      report);
  return std::nullopt;
}

void read_attribute_keys(const Node& node, const std::string& key, View& view, yaml::Report& report) {
  Fields fields(node, key, report);
  auto included = fields.texts("included");
  view.excluded_attribute_keys = fields.texts("excluded");
  for (const auto& list : {included, view.excluded_attribute_keys}) {
    for (const std::string& name : list) {
      if (name.find_first_of("*?") == std::string::npos) continue;
      report.add(node.position, key, "'" + name + "': wildcards are not supported here; list the keys");
    }
  }
  if (!included.empty()) view.attribute_keys = std::move(included);
}

void read_stream(const Node& node, const std::string& key, View& view, yaml::Report& report) {
  Fields fields(node, key, report);
  view.name = fields.text("name");
  view.description = fields.text("description");
  if (const Node* const aggregation = find_value(fields, "aggregation")) {
    view.aggregation = read_aggregation(*aggregation, fields.key_of("aggregation"), report);
  }
  if (const auto limit = fields.integer("aggregation_cardinality_limit", 1)) {
    view.cardinality_limit = static_cast<std::size_t>(*limit);
  }
  if (const Node* const keys = find_value(fields, "attribute_keys")) {
    read_attribute_keys(*keys, fields.key_of("attribute_keys"), view, report);
  }
}

}  // namespace

std::vector<View> read_views(Fields& provider) {
  std::vector<View> views;
  const auto& list = provider.list("views");
  for (std::size_t i = 0; i < list.size(); ++i) {
    Fields fields(list[i], provider.key_of("views") + "[" + std::to_string(i) + "]", provider.report());
    View& view = views.emplace_back();
    if (const Node* const selector = fields.require("selector")) {
      view.selector = read_selector(*selector, fields.key_of("selector"), provider.report());
    }
    if (const Node* const stream = fields.require("stream")) {
      read_stream(*stream, fields.key_of("stream"), view, provider.report());
    }
  }
  return views;
}

}  // namespace sonde::configuration_file
