#include "otlp/writer.h"

#include <algorithm>
#include <span>

namespace sonde::otlp {
namespace {

using Type = AttributeValue::Type;

std::size_t size_at(const AttributeValue& value, const ValueLimits& limits, std::size_t depth) noexcept;

/// Longer lists are written as they come: looking for repeated keys takes quadratic time.
constexpr std::size_t most_compared = 128;

/// A key that comes again later in the list: the later value is the one that counts.
bool is_overwritten(Attributes attributes, std::size_t index) noexcept {
  if (attributes.size() > most_compared) return false;
  for (std::size_t later = index + 1; later < attributes.size(); ++later) {
    if (attributes[later].key == attributes[index].key) return true;
  }
  return false;
}

std::size_t list_size(std::uint32_t field, Attributes attributes, const ValueLimits& limits,
                      std::size_t depth) noexcept {
  std::size_t size = 0;
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    if (is_overwritten(attributes, i)) continue;
    const std::size_t value = size_at(attributes[i].value, limits, depth);
    size += delimited_size(field, key_value_size(attributes[i].key, value));
  }
  return size;
}

std::span<const std::uint8_t> bytes_within(const AttributeValue& value, const ValueLimits& limits) noexcept {
  const auto bytes = value.as_bytes();
  return bytes.first(std::min(bytes.size(), limits.length));
}

/// Calls `visit` with each element of any of the array types, as an AttributeValue.
template <class Visit>
void for_each_element(const AttributeValue& array, Visit visit) {
  switch (array.type()) {
    case Type::array:
      for (const AttributeValue& value : array.as_array()) visit(value);
      break;
    case Type::booleans:
      for (const bool value : array.as_booleans()) visit(AttributeValue(value));
      break;
    case Type::integers:
      for (const std::int64_t value : array.as_integers()) visit(AttributeValue(value));
      break;
    case Type::floatings:
      for (const double value : array.as_floatings()) visit(AttributeValue(value));
      break;
    case Type::strings:
      for (const std::string_view value : array.as_strings()) visit(AttributeValue(value));
      break;
    default: break;
  }
}

/// The size of an ArrayValue message.
std::size_t array_size(const AttributeValue& array, const ValueLimits& limits, std::size_t depth) noexcept {
  std::size_t size = 0;
  for_each_element(array, [&](const AttributeValue& value) {
    size += delimited_size(fields::array_value::values, size_at(value, limits, depth));
  });
  return size;
}

std::size_t size_at(const AttributeValue& value, const ValueLimits& limits, std::size_t depth) noexcept {
  switch (value.type()) {
    case Type::bytes:
      return delimited_size(fields::any_value::bytes_value, bytes_within(value, limits).size());
    case Type::map:
      if (depth > limits.depth) return 0;
      return delimited_size(
          fields::any_value::kvlist_value,
          list_size(fields::key_value_list::values, Attributes(value.as_map()), limits, depth + 1));
    case Type::array:
    case Type::booleans:
    case Type::integers:
    case Type::floatings:
    case Type::strings:
      if (depth > limits.depth) return 0;
      return delimited_size(fields::any_value::array_value, array_size(value, limits, depth + 1));
    default: return value_size(value, limits);
  }
}

/// Writes a value into memory of its size, from the back to the front: what a message holds is written before
/// its length, which is known by then. Front to back, each length would have to be measured first, at every
/// level again.
class ValueWriter {
 public:
  ValueWriter(std::uint8_t* end, const ValueLimits& limits) noexcept : front_(end), limits_(limits) {}

  void write(const AttributeValue& value, std::size_t depth) noexcept {
    switch (value.type()) {
      case Type::bytes: {
        const auto bytes = bytes_within(value, limits_);
        return write(fields::any_value::bytes_value, bytes.data(), bytes.size());
      }
      case Type::string: {
        const std::string_view text = truncate(value.as_string(), limits_.length);
        return write(fields::any_value::string_value, text.data(), text.size());
      }
      case Type::map:
        if (depth > limits_.depth) return;
        return message(fields::any_value::kvlist_value,
                       [&] { write_entries(Attributes(value.as_map()), depth + 1); });
      case Type::array: return write_elements(value.as_array(), depth);
      case Type::booleans: return write_elements(value.as_booleans(), depth);
      case Type::integers: return write_elements(value.as_integers(), depth);
      case Type::floatings: return write_elements(value.as_floatings(), depth);
      case Type::strings: return write_elements(value.as_strings(), depth);
      default: {
        const std::size_t size = value_size(value, limits_);
        write_value(front_ -= size, size, value, limits_);
      }
    }
  }

 private:
  void write_entries(Attributes entries, std::size_t depth) noexcept {
    for (std::size_t i = entries.size(); i-- > 0;) {
      if (is_overwritten(entries, i)) continue;
      message(fields::key_value_list::values, [&] {
        message(fields::key_value::value, [&] { write(entries[i].value, depth); });
        write(fields::key_value::key, entries[i].key.data(), entries[i].key.size());
      });
    }
  }

  template <class Item>
  void write_elements(std::span<const Item> items, std::size_t depth) noexcept {
    if (depth > limits_.depth) return;
    message(fields::any_value::array_value, [&] {
      for (std::size_t i = items.size(); i-- > 0;) {
        message(fields::array_value::values, [&] { write(AttributeValue(items[i]), depth + 1); });
      }
    });
  }

  /// A length-delimited field whose content `write_content` writes.
  template <class WriteContent>
  void message(std::uint32_t field, WriteContent write_content) noexcept {
    const std::uint8_t* const end = front_;
    write_content();
    write_header(field, static_cast<std::size_t>(end - front_));
  }
  void write(std::uint32_t field, const void* data, std::size_t size) noexcept {
    front_ -= size;
    write_bytes(front_, data, size);
    write_header(field, size);
  }
  void write_header(std::uint32_t field, std::size_t size) noexcept {
    front_ -= delimited_size(field, size) - size;
    write_delimited_header(front_, field, size);
  }

  std::uint8_t* front_;
  const ValueLimits& limits_;
};

}  // namespace

std::size_t nested_value_size(const AttributeValue& value, const ValueLimits& limits) noexcept {
  return size_at(value, limits, 1);
}

std::uint8_t* write_nested_value(std::uint8_t* out, std::size_t size, const AttributeValue& value,
                                 const ValueLimits& limits) noexcept {
  ValueWriter(out + size, limits).write(value, 1);
  return out + size;
}

std::size_t key_values_size(std::uint32_t field, Attributes attributes, const ValueLimits& limits) noexcept {
  return list_size(field, attributes, limits, 1);
}

std::uint8_t* write_key_values(std::uint8_t* out, std::uint32_t field, Attributes attributes,
                               const ValueLimits& limits) noexcept {
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    if (is_overwritten(attributes, i)) continue;
    const auto& [key, value] = attributes[i];
    const std::size_t size = value_size(value, limits);
    out = write_delimited_header(out, field, key_value_size(key, size));
    out = write_delimited(out, fields::key_value::key, key);
    out = write_delimited_header(out, fields::key_value::value, size);
    out = write_value(out, size, value, limits);
  }
  return out;
}

std::string_view truncate_slow(std::string_view text, std::size_t most) noexcept {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool continues = (static_cast<std::uint8_t>(text[i]) & 0xC0) == 0x80;
    if (!continues && characters++ == most) return text.substr(0, i);
  }
  return text;
}

}  // namespace sonde::otlp
