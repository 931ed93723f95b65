#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "base/base64.h"
#include "base/json_writer.h"
#include "otlp/encode.h"
#include "otlp/encoding.h"
#include "otlp/schema.h"

namespace sonde::otlp {
namespace {

/// Writes members of the model as the JSON members that their tables say; those with their default are left
/// out, as in protobuf.
class Writer {
 public:
  explicit Writer(base::JsonWriter& json) : json_(json) {}

  template <class Item>
  void request(const std::vector<ResourceGroup<Item>>& groups) {
    json_.begin_object();
    json_.key(enclosing_names<Item>.resource_items).begin_array();
    for (const auto& group : groups) resource_items(group);
    json_.end_array();
    json_.end_object();
  }

  void any_value(const AttributeValue& value);
  void attributes(std::span<const Attribute> attributes);

 private:
  template <class Item>
  void resource_items(const ResourceGroup<Item>& group) {
    json_.begin_object();
    json_.key("resource");
    object(*group.resource);
    json_.key(enclosing_names<Item>.scope_items).begin_array();
    for (const auto& scope : group.scopes) scope_items(scope);
    json_.end_array();
    write("schemaUrl", kind::Text{}, group.resource->schema_url);
    json_.end_object();
  }
  template <class Item>
  void scope_items(const ScopeGroup<Item>& group) {
    json_.begin_object();
    json_.key("scope");
    object(*group.scope);
    json_.key(enclosing_names<Item>.items).begin_array();
    for (const Item* item : group.items) object(*item);
    json_.end_array();
    write("schemaUrl", kind::Text{}, group.scope->schema_url);
    json_.end_object();
  }

  template <class T>
  void object(const T& object) {
    json_.begin_object();
    members(fields_of<T>, object);
    json_.end_object();
  }
  template <class Table, class T>
  void members(const Table& table, const T& object) {
    std::apply([&](const auto&... field) { (member(field, object), ...); }, table);
  }
  template <class Kind, fields::Number number, class T, class Member>
  void member(const Field<Kind, number, T, Member>& field, const T& object) {
    write(field.json_name, Kind{}, object.*field.member);
  }
  template <fields::Number number, class... Fields, class T>
  void member(const Group<number, Fields...>& group, const T& object) {
    if (std::apply([&](const auto&... field) { return (is_default(object.*field.member) && ...); },
                   group.parts)) {
      return;
    }
    json_.key(group.json_name).begin_object();
    members(group.parts, object);
    json_.end_object();
  }

  template <class T>
  static bool is_default(const T& value) {
    return value == T{};
  }
  static bool is_default(const ExponentialBuckets& buckets) {
    return buckets.offset == 0 && buckets.counts.empty();
  }

  void write(std::string_view name, kind::Text, std::string_view value) {
    if (!value.empty()) json_.key(name).string(value);
  }
  void write(std::string_view name, kind::Texts, std::span<const std::string_view> values) {
    array(name, values, [&](std::string_view value) { json_.string(value); });
  }
  void write(std::string_view name, kind::Boolean, bool value) {
    if (value) json_.key(name).boolean(value);
  }
  void write(std::string_view name, kind::Double, double value) {
    if (std::bit_cast<std::uint64_t>(value) != 0) json_.key(name).number(value);  // -0.0 is no default
  }
  void write(std::string_view name, kind::OptionalDouble, std::optional<double> value) {
    if (value) json_.key(name).number(*value);
  }
  void write(std::string_view name, kind::Unsigned32, std::uint32_t value) {
    if (value != 0) json_.key(name).unsigned_integer(value);
  }
  void write(std::string_view name, kind::Fixed32, std::uint32_t value) {
    write(name, kind::Unsigned32{}, value);
  }
  void write(std::string_view name, kind::Zigzag32, std::int32_t value) {
    if (value != 0) json_.key(name).integer(value);
  }
  void write(std::string_view name, kind::Fixed64, std::uint64_t value) {
    if (value != 0) json_.key(name).quoted_unsigned(value);
  }
  template <const auto& names, class Enum>
  void write(std::string_view name, kind::Enumeration<names>, Enum value) {
    write(name, kind::Unsigned32{}, static_cast<std::uint32_t>(value));
  }
  template <class AnyId>
  void write(std::string_view name, kind::OwnId, const AnyId& id) {
    if (!id.is_valid()) return;
    std::array<char, AnyId::hex_size> digits;
    detail::to_hex(id.bytes.data(), AnyId::size, digits.data());
    json_.key(name).string({digits.data(), digits.size()});
  }
  template <class AnyId>
  void write(std::string_view name, kind::OtherId, const AnyId& id) {
    write(name, kind::OwnId{}, id);
  }
  void write(std::string_view name, kind::DoubleAlternative, AttributeValue value) {
    if (value.type() == AttributeValue::Type::floating) json_.key(name).number(value.as_floating());
  }
  void write(std::string_view name, kind::IntegerAlternative, AttributeValue value) {
    if (value.type() == AttributeValue::Type::integer) json_.key(name).quoted_integer(value.as_integer());
  }
  void write(std::string_view name, kind::PackedDoubles, std::span<const double> values) {
    array(name, values, [&](double value) { json_.number(value); });
  }
  void write(std::string_view name, kind::PackedFixed64, std::span<const std::uint64_t> values) {
    array(name, values, [&](std::uint64_t value) { json_.quoted_unsigned(value); });
  }
  void write(std::string_view name, kind::PackedUnsigned, std::span<const std::uint64_t> values) {
    write(name, kind::PackedFixed64{}, values);
  }
  template <class T>
  void write(std::string_view name, kind::Message, const T& value) {
    if (is_default(value)) return;
    json_.key(name);
    object(value);
  }
  template <class T>
  void write(std::string_view name, kind::Messages, std::span<const T> values) {
    array(name, values, [&](const T& value) { object(value); });
  }
  template <class T, class... Alternatives>
  void write(std::string_view name, kind::Alternative<T>, const std::variant<Alternatives...>& value) {
    const T* const alternative = std::get_if<T>(&value);
    if (alternative == nullptr) return;
    json_.key(name);
    object(*alternative);
  }
  void write(std::string_view name, kind::Attributes, std::span<const Attribute> values) {
    if (values.empty()) return;
    json_.key(name);
    attributes(values);
  }
  void write(std::string_view name, kind::Value, const AttributeValue& value) {
    if (value.type() == AttributeValue::Type::empty) return;
    json_.key(name);
    any_value(value);
  }

  template <class T, class WriteOne>
  void array(std::string_view name, std::span<const T> values, WriteOne write_one) {
    if (values.empty()) return;
    json_.key(name).begin_array();
    for (const T& value : values) write_one(value);
    json_.end_array();
  }
  template <class T>
  void array_value(std::span<const T> values) {
    json_.key("arrayValue").begin_object();
    json_.key("values").begin_array();
    for (const T& value : values) any_value(value);
    json_.end_array();
    json_.end_object();
  }

  base::JsonWriter& json_;
};

void Writer::attributes(std::span<const Attribute> attributes) {
  json_.begin_array();
  for (const Attribute& attribute : attributes) {
    json_.begin_object();
    json_.key("key").string(attribute.key);
    json_.key("value");
    any_value(attribute.value);
    json_.end_object();
  }
  json_.end_array();
}

void Writer::any_value(const AttributeValue& value) {
  using Type = AttributeValue::Type;
  json_.begin_object();
  switch (value.type()) {
    case Type::empty: break;
    case Type::boolean: json_.key("boolValue").boolean(value.as_boolean()); break;
    case Type::integer: json_.key("intValue").quoted_integer(value.as_integer()); break;
    case Type::floating: json_.key("doubleValue").number(value.as_floating()); break;
    case Type::string: json_.key("stringValue").string(value.as_string()); break;
    case Type::bytes: {
      std::string text;
      base::append_base64(value.as_bytes(), text);
      json_.key("bytesValue").string(text);
      break;
    }
    case Type::array: array_value(value.as_array()); break;
    case Type::booleans: array_value(value.as_booleans()); break;
    case Type::integers: array_value(value.as_integers()); break;
    case Type::floatings: array_value(value.as_floatings()); break;
    case Type::strings: array_value(value.as_strings()); break;
    case Type::map:
      json_.key("kvlistValue").begin_object();
      json_.key("values");
      attributes(value.as_map());
      json_.end_object();
  }
  json_.end_object();
}

}  // namespace

template <class Item>
std::string encode_json(const std::vector<ResourceGroup<Item>>& groups) {
  std::string out;
  base::JsonWriter json(out);
  Writer(json).request(groups);
  return out;
}

template std::string encode_json(const std::vector<ResourceGroup<Span>>&);
template std::string encode_json(const std::vector<ResourceGroup<LogRecord>>&);
template std::string encode_json(const std::vector<ResourceGroup<Metric>>&);

void write_any_value(const AttributeValue& value, base::JsonWriter& json) { Writer(json).any_value(value); }

void write_key_values(std::span<const Attribute> attributes, base::JsonWriter& json) {
  Writer(json).attributes(attributes);
}

}  // namespace sonde::otlp
