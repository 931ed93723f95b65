#include "sdk/entities.h"

#include <algorithm>
#include <utility>

#include "sdk/configuration/environment.h"
#include "sdk/resource_encoding.h"

namespace sonde::detail {
namespace {

using Attributes = std::vector<Resource::Attribute>;

struct Entity {
  std::string_view type;
  Attributes attributes;
};

/// Takes "{...}" or "[...]" off the front of `text`. False if it does not begin so or is not closed.
bool take_block(char open, char close, std::string_view& text, std::string_view& content) {
  const std::size_t end = text.find(close);
  if (!text.starts_with(open) || end == std::string_view::npos) return false;
  content = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return content.find_first_of("{}[]@") == std::string_view::npos;
}

bool is_type(std::string_view type) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !type.empty() && is_letter(type.front()) && std::all_of(type.begin(), type.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

bool parse_entity(std::string_view text, Entity& entity) {
  entity.type = trim(text.substr(0, text.find('{')));
  text.remove_prefix(std::min(text.find('{'), text.size()));
  std::string_view identifying;
  std::string_view descriptive;
  if (!is_type(entity.type) || !take_block('{', '}', text, identifying)) return false;
  if (text.starts_with('[') && !take_block('[', ']', text, descriptive)) return false;
  if (!text.empty() && !text.starts_with('@')) return false;
  if (!parse_resource_attributes(identifying, entity.attributes) || entity.attributes.empty()) return false;
  return parse_resource_attributes(descriptive, entity.attributes);
}

}  // namespace

std::vector<Resource::Attribute> parse_entities(std::string_view text, std::vector<std::string>& problems) {
  std::vector<Entity> entities;
  while (!text.empty()) {
    const std::string_view listed = take_until(';', text);
    if (listed.empty()) continue;
    Entity entity;
    if (!parse_entity(listed, entity)) {
      problems.push_back("OTEL_ENTITIES: '" + std::string(listed) +
                         "' is ignored: it must be type{id=value}[attribute=value]@schema_url");
      continue;
    }
    const bool is_again =
        std::erase_if(entities, [&](const Entity& earlier) { return earlier.type == entity.type; }) != 0;
    if (is_again) {
      problems.push_back("OTEL_ENTITIES: there are several entities of the type " + std::string(entity.type) +
                         "; the last one counts");
    }
    entities.push_back(std::move(entity));
  }
  Attributes all;
  for (Entity& entity : entities) {
    for (Resource::Attribute& attribute : entity.attributes) all.push_back(std::move(attribute));
  }
  return all;
}

}  // namespace sonde::detail
