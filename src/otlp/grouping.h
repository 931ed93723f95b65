#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "otlp/model.h"

namespace sonde::otlp {

template <class Item>
struct ScopeGroup {
  const Scope* scope = nullptr;
  std::vector<const Item*> items;
};

template <class Item>
struct ResourceGroup {
  const Resource* resource = nullptr;
  std::vector<ScopeGroup<Item>> scopes;
};

/// The items as OTLP nests them: those with the same resource and the same scope (the same object, that is)
/// together, everything in order of first appearance. The groups point into `items`.
template <class Item>
[[nodiscard]] std::vector<ResourceGroup<Item>> group(const std::vector<Item>& items) {
  std::vector<ResourceGroup<Item>> groups;
  std::map<const Resource*, std::size_t> resources;
  std::map<std::pair<const Resource*, const Scope*>, std::size_t> scopes;
  const Item* previous = nullptr;
  ScopeGroup<Item>* current = nullptr;
  for (const Item& item : items) {
    if (previous == nullptr || item.resource != previous->resource || item.scope != previous->scope) {
      const auto [resource, is_new_resource] = resources.try_emplace(item.resource, groups.size());
      if (is_new_resource) groups.push_back({item.resource, {}});
      auto& in_resource = groups[resource->second].scopes;
      const auto [scope, is_new_scope] = scopes.try_emplace({item.resource, item.scope}, in_resource.size());
      if (is_new_scope) in_resource.push_back({item.scope, {}});
      current = &in_resource[scope->second];
    }
    current->items.push_back(&item);
    previous = &item;
  }
  return groups;
}

}  // namespace sonde::otlp
