#include <cstdint>
#include <string>
#include <string_view>

#include "base/base64.h"
#include "base/json_writer.h"
#include "sonde/wire_view.hpp"

namespace sonde {
namespace {

void write_value(const ValueView& value, base::JsonWriter& json) {
  using Type = AttributeValue::Type;
  switch (value.type()) {
    case Type::boolean: return json.boolean(value.as_boolean());
    case Type::integer: return json.integer(value.as_integer());
    case Type::floating: return json.number(value.as_floating());
    case Type::string: return json.string(value.as_string());
    case Type::bytes: {
      std::string text;
      const std::string_view bytes = value.as_string();
      base::append_base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, text);
      return json.string(text);
    }
    case Type::array:
      json.begin_array();
      for (const ValueView element : value.elements()) write_value(element, json);
      return json.end_array();
    case Type::map:
      json.begin_object();
      for (const AttributeView entry : value.entries()) {
        json.key(entry.key());
        write_value(entry.value(), json);
      }
      return json.end_object();
    default: return json.null();
  }
}

}  // namespace

void append_json(const ValueView& value, std::string& out) {
  base::JsonWriter json(out);
  write_value(value, json);
}

}  // namespace sonde
