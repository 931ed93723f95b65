#include "sonde/owned_attributes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>

namespace sonde {

struct OwnedAttributes::Storage {
  explicit Storage(Attributes attributes) : list(copy_map(attributes)) {}

  template <class T>
  std::span<T> allocate(std::size_t count) {
    static_assert(alignof(T) <= alignof(std::max_align_t) && std::is_trivially_destructible_v<T>);
    blocks.push_back(std::make_unique<std::byte[]>(count * sizeof(T)));
    return {new (blocks.back().get()) T[count], count};
  }
  template <class T>
  std::span<const T> copy_items(std::span<const T> items) {
    if (items.empty()) return {};
    const std::span<T> copy = allocate<T>(items.size());
    std::ranges::copy(items, copy.begin());
    return copy;
  }
  std::string_view copy_string(std::string_view text) {
    const auto copy = copy_items(std::span<const char>(text));
    return {copy.data(), copy.size()};
  }
  std::span<const Attribute> copy_map(std::span<const Attribute> attributes) {
    if (attributes.empty()) return {};
    const std::span<Attribute> copy = allocate<Attribute>(attributes.size());
    for (std::size_t i = 0; i < copy.size(); ++i) {
      copy[i] = {copy_string(attributes[i].key), copy_value(attributes[i].value)};
    }
    return copy;
  }
  std::span<const AttributeValue> copy_array(std::span<const AttributeValue> values) {
    if (values.empty()) return {};
    const std::span<AttributeValue> copy = allocate<AttributeValue>(values.size());
    for (std::size_t i = 0; i < copy.size(); ++i) copy[i] = copy_value(values[i]);
    return copy;
  }
  std::span<const std::string_view> copy_strings(std::span<const std::string_view> texts) {
    if (texts.empty()) return {};
    const std::span<std::string_view> copy = allocate<std::string_view>(texts.size());
    for (std::size_t i = 0; i < copy.size(); ++i) copy[i] = copy_string(texts[i]);
    return copy;
  }
  AttributeValue copy_value(const AttributeValue& value) {
    using Type = AttributeValue::Type;
    switch (value.type()) {
      case Type::empty:
      case Type::boolean:
      case Type::integer:
      case Type::floating: return value;
      case Type::string: return copy_string(value.as_string());
      case Type::bytes: return AttributeValue::bytes(copy_items(value.as_bytes()));
      case Type::array: return AttributeValue::array(copy_array(value.as_array()));
      case Type::map: return AttributeValue::map(copy_map(value.as_map()));
      case Type::booleans: return AttributeValue::booleans(copy_items(value.as_booleans()));
      case Type::integers: return AttributeValue::integers(copy_items(value.as_integers()));
      case Type::floatings: return AttributeValue::floatings(copy_items(value.as_floatings()));
      case Type::strings: return AttributeValue::strings(copy_strings(value.as_strings()));
    }
    return {};
  }

  std::vector<std::unique_ptr<std::byte[]>> blocks;
  std::span<const Attribute> list;
};

OwnedAttributes::OwnedAttributes(Attributes attributes)
    : storage_(attributes.empty() ? nullptr : std::make_shared<const Storage>(attributes)) {}

Attributes OwnedAttributes::view() const noexcept {
  return storage_ == nullptr ? Attributes() : Attributes(storage_->list);
}

}  // namespace sonde
