#pragma once

// Whether two batches say the same, for tests: every field of every message, through the tables of schema.h.

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <variant>

#include "otlp/model.h"
#include "otlp/schema.h"

namespace sonde::otlp {

template <class T>
[[nodiscard]] bool same(const T& a, const T& b);
[[nodiscard]] inline bool same(const AttributeValue& a, const AttributeValue& b);

/// Any NaN is the same as any other, and -0.0 is not 0.0.
[[nodiscard]] inline bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

template <class T>
[[nodiscard]] bool same(std::optional<T> a, std::optional<T> b) {
  return a.has_value() == b.has_value() && (!a || same(*a, *b));
}

template <class T>
[[nodiscard]] bool same(std::span<const T> a, std::span<const T> b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same(a[i], b[i])) return false;
  }
  return true;
}

template <class... Alternatives>
[[nodiscard]] bool same(const std::variant<Alternatives...>& a, const std::variant<Alternatives...>& b) {
  const auto same_alternative = [&](const auto& value) {
    const auto* const other = std::get_if<std::remove_cvref_t<decltype(value)>>(&b);
    return other != nullptr && same(value, *other);
  };
  return std::visit(same_alternative, a);
}

[[nodiscard]] inline bool same(const AttributeValue& a, const AttributeValue& b) {
  using Type = AttributeValue::Type;
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case Type::empty: return true;
    case Type::boolean: return a.as_boolean() == b.as_boolean();
    case Type::integer: return a.as_integer() == b.as_integer();
    case Type::floating: return same(a.as_floating(), b.as_floating());
    case Type::string: return a.as_string() == b.as_string();
    case Type::bytes: return same(a.as_bytes(), b.as_bytes());
    case Type::array: return same(a.as_array(), b.as_array());
    case Type::map: return same(a.as_map(), b.as_map());
    case Type::booleans: return same(a.as_booleans(), b.as_booleans());
    case Type::integers: return same(a.as_integers(), b.as_integers());
    case Type::floatings: return same(a.as_floatings(), b.as_floatings());
    case Type::strings: return same(a.as_strings(), b.as_strings());
  }
  return false;
}

template <class Kind, fields::Number number, class T, class Member>
[[nodiscard]] bool same_member(const Field<Kind, number, T, Member>& field, const T& a, const T& b) {
  return same(a.*field.member, b.*field.member);
}
template <fields::Number number, class... Fields, class T>
[[nodiscard]] bool same_member(const Group<number, Fields...>& group, const T& a, const T& b) {
  return std::apply([&](const auto&... field) { return (same_member(field, a, b) && ...); }, group.parts);
}

template <class T>
[[nodiscard]] bool same(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, Attribute>) {
    return a.key == b.key && same(a.value, b.value);
  } else if constexpr (std::tuple_size_v<decltype(fields_of<T>)> == 0) {
    return a == b;  // no message
  } else {
    return std::apply([&](const auto&... field) { return (same_member(field, a, b) && ...); }, fields_of<T>);
  }
}

template <class Item>
[[nodiscard]] bool same_items(const Batch<Item>& a, const Batch<Item>& b) {
  if (a.items.size() != b.items.size()) return false;
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    const Item& x = a.items[i];
    const Item& y = b.items[i];
    if (!same(x, y) || !same(*x.resource, *y.resource) || !same(*x.scope, *y.scope)) return false;
    if (x.resource->schema_url != y.resource->schema_url) return false;
    if (x.resource->service_name != y.resource->service_name) return false;
    if (x.scope->schema_url != y.scope->schema_url) return false;
  }
  return true;
}

}  // namespace sonde::otlp
