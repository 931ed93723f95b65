#include "query/plain_json.h"

#include "base/base64.h"
#include "base/json_writer.h"

namespace sonde::query {
namespace {

using base::JsonWriter;

void write_array(const auto& items, JsonWriter& json) {
  json.begin_array();
  for (const auto& item : items) write_plain_json(AttributeValue(item), json);
  json.end_array();
}

}  // namespace

void write_plain_json(const AttributeValue& value, JsonWriter& json) {
  using Type = AttributeValue::Type;
  switch (value.type()) {
    case Type::empty: return json.null();
    case Type::boolean: return json.boolean(value.as_boolean());
    case Type::integer: return json.integer(value.as_integer());
    case Type::floating: return json.number(value.as_floating());
    case Type::string: return json.string(value.as_string());
    case Type::bytes: {
      std::string text;
      base::append_base64(value.as_bytes(), text);
      return json.string(text);
    }
    case Type::array: return write_array(value.as_array(), json);
    case Type::booleans: return write_array(value.as_booleans(), json);
    case Type::integers: return write_array(value.as_integers(), json);
    case Type::floatings: return write_array(value.as_floatings(), json);
    case Type::strings: return write_array(value.as_strings(), json);
    case Type::map:
      json.begin_object();
      for (const Attribute& attribute : value.as_map()) {
        write_plain_json(attribute.value, json.key(attribute.key));
      }
      return json.end_object();
  }
}

std::string plain_text(const AttributeValue& value) {
  if (value.type() == AttributeValue::Type::empty) return {};
  if (value.type() == AttributeValue::Type::string) return std::string(value.as_string());
  std::string text;
  JsonWriter json(text);
  write_plain_json(value, json);
  return text;
}

}  // namespace sonde::query
