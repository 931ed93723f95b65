#include "sdk/metrics/attribute_copy.h"

namespace sonde::detail {

using Type = AttributeValue::Type;

AttributeCopy::AttributeCopy(Attributes attributes) : list_(copy(attributes)) {}

std::vector<Attribute> AttributeCopy::copy(Attributes attributes) {
  std::vector<Attribute> list;
  for (const auto& [key, value] : attributes) list.push_back({copy(key), copy(value)});
  return list;
}

AttributeValue AttributeCopy::copy(const AttributeValue& value) {
  const auto copy_elements = [this](const auto& elements) {
    std::vector<AttributeValue> copies;
    for (const auto& element : elements) copies.push_back(copy(AttributeValue(element)));
    return AttributeValue::array(arrays_.emplace_back(std::move(copies)));
  };
  switch (value.type()) {
    case Type::string: return copy(value.as_string());
    case Type::bytes: {
      const auto bytes = value.as_bytes();
      const std::string_view text = copy({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      return AttributeValue::bytes({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    }
    case Type::map: {
      std::vector<Attribute> entries = copy(Attributes(value.as_map()));
      return AttributeValue::map(maps_.emplace_back(std::move(entries)));
    }
    case Type::array: return copy_elements(value.as_array());
    case Type::booleans: return copy_elements(value.as_booleans());
    case Type::integers: return copy_elements(value.as_integers());
    case Type::floatings: return copy_elements(value.as_floatings());
    case Type::strings: return copy_elements(value.as_strings());
    default: return value;
  }
}

}  // namespace sonde::detail
