#include "sdk/scope_core.h"

#include <cstdint>

#include "otlp/writer.h"
#include "sdk/resource_encoding.h"

namespace sonde::detail {
namespace {

namespace fields = otlp::fields;

std::string delimited(std::uint32_t field, std::string_view content) {
  std::string out(otlp::delimited_size(field, content.size()), '\0');
  otlp::write_delimited(reinterpret_cast<std::uint8_t*>(out.data()), field, content);
  return out;
}

std::string encode_attributes(Attributes attributes) {
  std::string out(otlp::key_values_size(fields::instrumentation_scope::attributes, attributes), '\0');
  otlp::write_key_values(reinterpret_cast<std::uint8_t*>(out.data()),
                         fields::instrumentation_scope::attributes, attributes);
  return out;
}

std::string encode_scope(const ScopeKey& key) {
  std::string content = delimited(fields::instrumentation_scope::name, key.name);
  if (!key.version.empty()) content += delimited(fields::instrumentation_scope::version, key.version);
  content += key.encoded_attributes;
  return delimited(fields::scope_items::scope, content);
}

}  // namespace

// On a mismatch the last star takes one character more.
bool matches_pattern(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

ScopeKey::ScopeKey(std::string_view scope_name, std::string_view scope_version,
                   std::string_view scope_schema_url, Attributes attributes)
    : name(scope_name),
      version(scope_version),
      schema_url(scope_schema_url),
      encoded_attributes(encode_attributes(attributes)) {}

ScopeCore::ScopeCore(const ResourceCore& resource_core, ScopeKey scope_key)
    : resource(&resource_core), key(std::move(scope_key)), encoded_scope(encode_scope(key)) {
  if (!key.schema_url.empty())
    encoded_schema_url = delimited(fields::scope_items::schema_url, key.schema_url);
}

InstrumentationScope ScopeCore::scope() const noexcept {
  return {key.name,
          key.version,
          key.schema_url,
          {key.encoded_attributes, fields::instrumentation_scope::attributes}};
}

void encode_resource_core(ResourceCore& core, Resource resource) {
  core.encoded = delimited(fields::resource_items::resource, encode_resource(resource));
  core.resource = std::move(resource);
}

}  // namespace sonde::detail
