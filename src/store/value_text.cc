#include "store/value_text.h"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/base64.h"
#include "base/json_writer.h"

namespace sonde::store {
namespace {

constexpr std::string_view bytes_mark = "$bytes";
constexpr std::string_view double_mark = "$double";
constexpr std::string_view map_mark = "$map";

void append_key(std::string_view key, std::string& out) {
  base::append_json_string(key, out);
  out += ':';
}

void append_integer(std::int64_t value, std::string& out) {
  std::array<char, 24> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

void append_double(double value, std::string& out) {
  if (std::isfinite(value)) {
    base::append_json_double(value, out);
    return;
  }
  out += '{';
  append_key(double_mark, out);
  base::append_json_double(value, out);
  out += '}';
}

void append_bytes(std::span<const std::uint8_t> value, std::string& out) {
  out += '{';
  append_key(bytes_mark, out);
  out += '"';
  base::append_base64(value, out);
  out += "\"}";
}

template <class Items, class Append>
void append_array(const Items& items, Append append, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    append(items[i], out);
  }
  out += ']';
}

void append_map(std::span<const Attribute> members, std::string& out) {
  if (members.size() != 1 || !members[0].key.starts_with('$')) {
    append_attributes_text(members, out);
    return;
  }
  out += '{';
  append_key(map_mark, out);
  append_attributes_text(members, out);
  out += '}';
}

Error unreadable(std::string_view why) {
  return {ErrorCode::internal, "a stored attribute value cannot be read: " + std::string(why)};
}

Expected<double> non_finite(std::string_view name) {
  if (name == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (name == "Infinity") return std::numeric_limits<double>::infinity();
  if (name == "-Infinity") return -std::numeric_limits<double>::infinity();
  return unreadable("an unknown number " + std::string(name));
}

using simdjson::dom::element;
using simdjson::dom::element_type;

// The parser has bounded the depth of what these recurse into.
Expected<AttributeValue> to_value(const element& json, otlp::Arena& arena);

Expected<std::span<const Attribute>> to_attributes(const simdjson::dom::object& json, otlp::Arena& arena) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& member : json) ++count;
  const std::span<Attribute> attributes = arena.array<Attribute>(count);
  std::size_t i = 0;
  for (const auto& member : json) {
    const Expected<AttributeValue> value = to_value(member.value, arena);
    if (!value) return value.error();
    attributes[i++] = {arena.copy(member.key), *value};
  }
  return std::span<const Attribute>(attributes);
}

Expected<AttributeValue> to_array(const simdjson::dom::array& json, otlp::Arena& arena) {
  std::size_t count = 0;
  for ([[maybe_unused]] const element item : json) ++count;
  const std::span<AttributeValue> items = arena.array<AttributeValue>(count);
  std::size_t i = 0;
  for (const element item : json) {
    const Expected<AttributeValue> value = to_value(item, arena);
    if (!value) return value.error();
    items[i++] = *value;
  }
  return AttributeValue::array(items);
}

Expected<AttributeValue> to_bytes(std::string_view base64, otlp::Arena& arena) {
  std::string bytes;
  if (!base::decode_base64(base64, bytes)) return unreadable("bytes that are not base64");
  const std::string_view kept = arena.copy(bytes);
  return AttributeValue::bytes({reinterpret_cast<const std::uint8_t*>(kept.data()), kept.size()});
}

/// What {"$mark": content} stands for.
Expected<AttributeValue> to_marked(std::string_view mark, const element& content, otlp::Arena& arena) {
  std::string_view text;
  simdjson::dom::object object;
  if (mark == map_mark && content.get(object) == simdjson::SUCCESS) {
    const auto members = to_attributes(object, arena);
    if (!members) return members.error();
    return AttributeValue::map(*members);
  }
  if (content.get(text) != simdjson::SUCCESS) return unreadable("an unknown mark " + std::string(mark));
  if (mark == bytes_mark) return to_bytes(text, arena);
  if (mark != double_mark) return unreadable("an unknown mark " + std::string(mark));
  const Expected<double> number = non_finite(text);
  if (!number) return number.error();
  return AttributeValue(*number);
}

Expected<AttributeValue> to_map(const simdjson::dom::object& json, otlp::Arena& arena) {
  if (json.size() == 1) {
    const auto only = *json.begin();
    if (only.key.starts_with('$')) return to_marked(only.key, only.value, arena);
  }
  const auto members = to_attributes(json, arena);
  if (!members) return members.error();
  return AttributeValue::map(*members);
}

Expected<AttributeValue> to_value(const element& json, otlp::Arena& arena) {
  switch (json.type()) {
    case element_type::NULL_VALUE: return AttributeValue();
    case element_type::BOOL: return AttributeValue(bool(json.get_bool().value_unsafe()));
    case element_type::INT64: return AttributeValue(json.get_int64().value_unsafe());
    case element_type::DOUBLE: return AttributeValue(json.get_double().value_unsafe());
    case element_type::STRING: return AttributeValue(arena.copy(json.get_string().value_unsafe()));
    case element_type::ARRAY: return to_array(json.get_array().value_unsafe(), arena);
    case element_type::OBJECT: return to_map(json.get_object().value_unsafe(), arena);
    case element_type::UINT64: break;  // never written
  }
  return unreadable("a number out of range");
}

}  // namespace

void append_value_text(const AttributeValue& value, std::string& out) {
  using enum AttributeValue::Type;
  switch (value.type()) {
    case empty: out += "null"; return;
    case boolean: out += value.as_boolean() ? "true" : "false"; return;
    case integer: append_integer(value.as_integer(), out); return;
    case floating: append_double(value.as_floating(), out); return;
    case string: base::append_json_string(value.as_string(), out); return;
    case bytes: append_bytes(value.as_bytes(), out); return;
    case array: append_array(value.as_array(), append_value_text, out); return;
    case map: append_map(value.as_map(), out); return;
    case booleans: append_array(value.as_booleans(), append_value_text, out); return;
    case integers: append_array(value.as_integers(), append_integer, out); return;
    case floatings: append_array(value.as_floatings(), append_double, out); return;
    case strings: append_array(value.as_strings(), base::append_json_string, out); return;
  }
}

void append_attributes_text(std::span<const Attribute> attributes, std::string& out) {
  out += '{';
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    if (i > 0) out += ',';
    append_key(attributes[i].key, out);
    append_value_text(attributes[i].value, out);
  }
  out += '}';
}

struct ValueReader::Parser {
  simdjson::dom::parser json;
};

ValueReader::ValueReader() : parser_(std::make_unique<Parser>()) {}
ValueReader::~ValueReader() = default;

Expected<AttributeValue> ValueReader::value(std::string_view text, otlp::Arena& arena) {
  if (text.empty()) return AttributeValue();
  element json;
  const auto error = parser_->json.parse(text.data(), text.size()).get(json);
  if (error != simdjson::SUCCESS) return unreadable(simdjson::error_message(error));
  return to_value(json, arena);
}

Expected<std::span<const Attribute>> ValueReader::attributes(std::string_view text, otlp::Arena& arena) {
  if (text.empty()) return std::span<const Attribute>();
  simdjson::dom::object json;
  const auto error = parser_->json.parse(text.data(), text.size()).get(json);
  if (error != simdjson::SUCCESS) return unreadable(simdjson::error_message(error));
  return to_attributes(json, arena);
}

}  // namespace sonde::store
