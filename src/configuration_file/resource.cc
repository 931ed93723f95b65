#include <algorithm>

#include "configuration_file/parts.h"
#include "sdk/resource_encoding.h"

namespace sonde::configuration_file {
namespace {

using yaml::Fields;
using yaml::Node;
using Attributes = std::vector<Resource::Attribute>;

/// The value as the type that the entry names; nothing if it is not of that type.
std::optional<Resource::Value> value_of(const Node& node, std::string_view type) {
  if (type == "string_array") {
    std::vector<std::string> texts;
    for (const Node& item : node.items) {
      const auto text = as_text(item);
      if (!text) return std::nullopt;
      texts.emplace_back(*text);
    }
    return node.kind == Node::Kind::sequence ? std::optional<Resource::Value>(std::move(texts))
                                             : std::nullopt;
  }
  if (type == "bool") return as_boolean(node);
  if (type == "int") return as_integer(node);
  if (type == "double") return as_number(node);
  if (const auto text = as_text(node)) return std::string(*text);
  return std::nullopt;
}

void read_attribute(Fields& fields, Attributes& attributes) {
  fields.require("name");
  const auto name = fields.text("name");
  const Node* const value = fields.require("value");
  const auto type =
      fields.choice("type", {"string", "bool", "int", "double", "string_array"}).value_or("string");
  if (!name || value == nullptr || is_null(*value)) return;
  if (auto read = value_of(*value, type)) {
    attributes.emplace_back(*name, *std::move(read));
  } else {
    fields.report().add(
        value->position, fields.key_of("value"),
        "must be of the type " + std::string(type) + ", not " + std::string(type_name(*value)));
  }
}

/// As in OTEL_RESOURCE_ATTRIBUTES.
void read_attributes_list(Fields& fields, Attributes& attributes) {
  const std::string listed = fields.text("attributes_list").value_or("");
  if (!detail::parse_resource_attributes(listed, attributes)) {
    fields.report().add(fields.position(), fields.key_of("attributes_list"),
                        "must be key=value pairs separated by commas, values percent-encoded");
  }
}

bool is_among(std::string_view key, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [key](const std::string& prefix) { return key.starts_with(prefix); });
}

/// Which of the attributes that a process finds out for itself are wanted, by how they begin.
std::vector<std::string> read_detection(Fields& resource) {
  std::vector<std::string> prefixes = {"service.name", "telemetry."};
  const Node* const node = find_value(resource, "detection/development");
  if (node == nullptr) return prefixes;
  Fields fields(*node, resource.key_of("detection/development"), resource.report());
  fields.unsupported("attributes", "all attributes of the detectors named are taken");
  for (const Node& item : fields.list("detectors")) {
    const std::string key = fields.key_of("detectors");
    const yaml::Entry* const entry = only_entry(item, key, resource.report());
    if (entry == nullptr) continue;
    if (entry->key == "host" || entry->key == "process") {
      prefixes.push_back(entry->key + ".");
    } else if (entry->key != "service") {
      report_unknown(*entry, key, "host, process and service", resource.report());
    }
  }
  return prefixes;
}

}  // namespace

Resource read_resource(const Node& node, const std::string& key, yaml::Report& report) {
  Fields fields(node, key, report);
  Attributes listed;
  read_attributes_list(fields, listed);
  Attributes attributes;
  const auto& list = fields.list("attributes");
  for (std::size_t i = 0; i < list.size(); ++i) {
    Fields attribute(list[i], fields.key_of("attributes") + "[" + std::to_string(i) + "]", report);
    read_attribute(attribute, attributes);
  }
  fields.unsupported("schema_url", "resources have none here");
  const std::vector<std::string> wanted = read_detection(fields);
  Attributes detected = Resource::detect().attributes();
  std::erase_if(detected, [&](const Resource::Attribute& one) { return !is_among(one.first, wanted); });
  return Resource(std::move(detected))
      .merged_with(Resource(std::move(listed)))
      .merged_with(Resource(std::move(attributes)));
}

}  // namespace sonde::configuration_file
