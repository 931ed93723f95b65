#pragma once

// What stands behind the public handles, alike for the three signals. A provider has one pipeline, whose
// resource is encoded once; each of its tracers, meters or loggers has one core, with the scope's bytes
// encoded once. All of them are immortal: a span may end after its provider is gone, so what records point at
// is never freed. There are as many as (provider, scope) pairs, and they stay reachable, so leak checkers see
// them for what they are.

#include <atomic>
#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/attribute.hpp"
#include "sonde/otlp_batch.hpp"
#include "sonde/resource.hpp"

namespace sonde::detail {

struct ResourceCore {
  Resource resource;
  std::string encoded;  ///< The field `resource` of a ResourceSpans and its like, tag and length included.
};

/// What tells one scope from another.
struct ScopeKey {
  ScopeKey(std::string_view scope_name, std::string_view scope_version, std::string_view scope_schema_url,
           Attributes attributes);

  std::string name;
  std::string version;
  std::string schema_url;
  std::string encoded_attributes;  ///< The fields `attributes` of an InstrumentationScope.

  friend auto operator<=>(const ScopeKey&, const ScopeKey&) = default;
};

struct ScopeCore {
  ScopeCore(const ResourceCore& resource_core, ScopeKey scope_key);

  [[nodiscard]] InstrumentationScope scope() const noexcept;

  const ResourceCore* resource;
  ScopeKey key;
  std::string encoded_scope;       ///< The field `scope` of a ScopeSpans and its like.
  std::string encoded_schema_url;  ///< The field `schema_url` of a ScopeSpans and its like, or nothing.
};

/// Whether `text` is what the pattern stands for; see ScopeRule.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view text) noexcept;

/// The rule that counts for the scope of that name, or null. A Rule has what a ScopeRule has.
template <class Rule>
[[nodiscard]] const Rule* find_rule(const std::vector<Rule>& rules, std::string_view scope_name) noexcept {
  for (const Rule& rule : rules) {
    if (matches_pattern(rule.name, scope_name)) return &rule;
  }
  return nullptr;
}

/// Whether the rules leave the scope of that name on.
template <class Rule>
[[nodiscard]] bool is_enabled(const std::vector<Rule>& rules, std::string_view scope_name) noexcept {
  const Rule* const rule = find_rule(rules, scope_name);
  return rule == nullptr || rule->is_enabled;
}

/// Fills in `core.resource`.
void encode_resource_core(ResourceCore& core, Resource resource);

}  // namespace sonde::detail
