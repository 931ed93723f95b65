#include "genai/event_record.h"

#include <algorithm>
#include <string>
#include <utility>

namespace sonde::genai::detail {

void EventRecord::set(Attributes attributes) {
  for (const Attribute& attribute : attributes) {
    const auto found = std::find_if(attributes_.begin(), attributes_.end(),
                                    [&](const Attribute& each) { return each.key == attribute.key; });
    if (found != attributes_.end()) {
      found->value = copy(attribute.value);
    } else {
      attributes_.push_back({values_.keep(std::string(attribute.key)), copy(attribute.value)});
    }
  }
}

AttributeValue EventRecord::copy(const AttributeValue& value) {
  using Type = AttributeValue::Type;
  const auto copy_array = [&](const auto& items) -> AttributeValue {
    std::vector<AttributeValue> elements;
    elements.reserve(items.size());
    for (const auto& item : items) elements.push_back(copy(AttributeValue(item)));
    return AttributeValue::array(values_.keep(std::move(elements)));
  };
  switch (value.type()) {
    case Type::string: return values_.keep(std::string(value.as_string()));
    case Type::bytes: {
      const std::span<const std::uint8_t> bytes = value.as_bytes();
      const std::string_view kept =
          values_.keep(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
      return AttributeValue::bytes({reinterpret_cast<const std::uint8_t*>(kept.data()), kept.size()});
    }
    case Type::array: return copy_array(value.as_array());
    case Type::booleans: return copy_array(value.as_booleans());
    case Type::integers: return copy_array(value.as_integers());
    case Type::floatings: return copy_array(value.as_floatings());
    case Type::strings: return copy_array(value.as_strings());
    case Type::map: {
      std::vector<Attribute> entries;
      entries.reserve(value.as_map().size());
      for (const Attribute& entry : value.as_map()) {
        entries.push_back({values_.keep(std::string(entry.key)), copy(entry.value)});
      }
      return AttributeValue::map(values_.keep(std::move(entries)));
    }
    default: return value;
  }
}

}  // namespace sonde::genai::detail
