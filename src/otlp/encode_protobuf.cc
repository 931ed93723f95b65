#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "otlp/backward_writer.h"
#include "otlp/encoding.h"
#include "otlp/schema.h"

namespace sonde::otlp {

static_assert(std::endian::native == std::endian::little, "fixed-size numbers are copied as they stand");

namespace {

template <class T>
std::string_view bytes_of(std::span<const T> items) {
  return {reinterpret_cast<const char*>(items.data()), items.size_bytes()};
}

constexpr std::uint64_t zigzag(std::int32_t value) {
  const auto bits = static_cast<std::uint32_t>(value);
  return bits << 1 ^ (value < 0 ? ~std::uint32_t{0} : 0);
}

/// Writes members of the model as the fields that their tables say, backwards.
class Writer {
 public:
  [[nodiscard]] std::string take() const { return out_.take(); }

  template <class Item>
  void request(const std::vector<ResourceGroup<Item>>& groups) {
    for (const auto& group : std::views::reverse(groups)) {
      out_.message(fields::request::resource_items, [&] { resource_items(group); });
    }
  }

 private:
  template <class Item>
  void resource_items(const ResourceGroup<Item>& group) {
    out_.text(fields::resource_items::schema_url, group.resource->schema_url);
    for (const auto& scope : std::views::reverse(group.scopes)) {
      out_.message(fields::resource_items::scope_items, [&] { scope_items(scope); });
    }
    out_.message(fields::resource_items::resource, [&] { members(*group.resource); });
  }
  template <class Item>
  void scope_items(const ScopeGroup<Item>& group) {
    out_.text(fields::scope_items::schema_url, group.scope->schema_url);
    for (const Item* item : std::views::reverse(group.items)) {
      out_.message(fields::scope_items::items, [&] { members(*item); });
    }
    out_.message(fields::scope_items::scope, [&] { members(*group.scope); });
  }

  template <class T>
  void members(const T& object) {
    members(fields_of<T>, object, std::make_index_sequence<std::tuple_size_v<decltype(fields_of<T>)>>());
  }
  template <class Table, class T, std::size_t... i>
  void members(const Table& table, const T& object, std::index_sequence<i...>) {
    (member(std::get<sizeof...(i) - 1 - i>(table), object), ...);
  }

  template <class Kind, fields::Number number, class T, class Member>
  void member(const Field<Kind, number, T, Member>& field, const T& object) {
    write(Kind{}, number, object.*field.member);
  }
  template <fields::Number number, class... Fields, class T>
  void member(const Group<number, Fields...>& group, const T& object) {
    out_.message_unless_empty(number,
                              [&] { members(group.parts, object, std::index_sequence_for<Fields...>()); });
  }

  void write(kind::Text, fields::Number number, std::string_view value) { out_.text(number, value); }
  void write(kind::Texts, fields::Number number, std::span<const std::string_view> values) {
    for (const std::string_view value : std::views::reverse(values)) out_.bytes(number, value);
  }
  void write(kind::Boolean, fields::Number number, bool value) { out_.varint(number, value ? 1 : 0); }
  void write(kind::Double, fields::Number number, double value) { out_.fixed(number, value); }
  void write(kind::OptionalDouble, fields::Number number, std::optional<double> value) {
    if (value) out_.fixed_always(number, *value);
  }
  void write(kind::Unsigned32, fields::Number number, std::uint32_t value) { out_.varint(number, value); }
  void write(kind::Zigzag32, fields::Number number, std::int32_t value) {
    out_.varint(number, zigzag(value));
  }
  void write(kind::Fixed32, fields::Number number, std::uint32_t value) { out_.fixed(number, value); }
  void write(kind::Fixed64, fields::Number number, std::uint64_t value) { out_.fixed(number, value); }
  template <const auto& names, class Enum>
  void write(kind::Enumeration<names>, fields::Number number, Enum value) {
    out_.varint(number, static_cast<std::uint64_t>(value));
  }
  template <class AnyId>
  void write(kind::OwnId, fields::Number number, const AnyId& id) {
    if (id.is_valid()) out_.bytes(number, bytes_of(std::span<const std::uint8_t>(id.bytes)));
  }
  template <class AnyId>
  void write(kind::OtherId, fields::Number number, const AnyId& id) {
    write(kind::OwnId{}, number, id);
  }

  void write(kind::DoubleAlternative, fields::Number number, AttributeValue value) {
    if (value.type() == AttributeValue::Type::floating) out_.fixed_always(number, value.as_floating());
  }
  void write(kind::IntegerAlternative, fields::Number number, AttributeValue value) {
    if (value.type() == AttributeValue::Type::integer) out_.fixed_always(number, value.as_integer());
  }
  void write(kind::PackedDoubles, fields::Number number, std::span<const double> values) {
    out_.text(number, bytes_of(values));
  }
  void write(kind::PackedFixed64, fields::Number number, std::span<const std::uint64_t> values) {
    out_.text(number, bytes_of(values));
  }
  void write(kind::PackedUnsigned, fields::Number number, std::span<const std::uint64_t> values) {
    out_.message_unless_empty(number, [&] {
      for (const std::uint64_t value : std::views::reverse(values)) out_.raw_varint(value);
    });
  }

  template <class T>
  void write(kind::Message, fields::Number number, const T& object) {
    out_.message_unless_empty(number, [&] { members(object); });
  }
  template <class T>
  void write(kind::Messages, fields::Number number, std::span<const T> objects) {
    for (const T& object : std::views::reverse(objects)) {
      out_.message(number, [&] { members(object); });
    }
  }
  template <class T, class... Alternatives>
  void write(kind::Alternative<T>, fields::Number number, const std::variant<Alternatives...>& value) {
    if (const T* const object = std::get_if<T>(&value)) {
      out_.message(number, [&] { members(*object); });
    }
  }

  void write(kind::Attributes, fields::Number number, std::span<const Attribute> attributes) {
    for (const Attribute& attribute : std::views::reverse(attributes)) {
      out_.message(number, [&] {
        out_.message(fields::key_value::value, [&] { any_value(attribute.value); });
        out_.text(fields::key_value::key, attribute.key);
      });
    }
  }
  void write(kind::Value, fields::Number number, AttributeValue value) {
    if (value.type() != AttributeValue::Type::empty) {
      out_.message(number, [&] { any_value(value); });
    }
  }
  void any_value(const AttributeValue& value);

  template <class T>
  void array(std::span<const T> values) {
    out_.message(fields::any_value::array_value, [&] {
      for (const T& value : std::views::reverse(values)) {
        out_.message(fields::array_value::values, [&] { any_value(value); });
      }
    });
  }

  BackwardWriter out_;
};

void Writer::any_value(const AttributeValue& value) {
  using Type = AttributeValue::Type;
  switch (value.type()) {
    case Type::empty: break;
    case Type::boolean: out_.varint_always(fields::any_value::bool_value, value.as_boolean() ? 1 : 0); break;
    case Type::integer:
      out_.varint_always(fields::any_value::int_value, static_cast<std::uint64_t>(value.as_integer()));
      break;
    case Type::floating: out_.fixed_always(fields::any_value::double_value, value.as_floating()); break;
    case Type::string: out_.bytes(fields::any_value::string_value, value.as_string()); break;
    case Type::bytes: out_.bytes(fields::any_value::bytes_value, bytes_of(value.as_bytes())); break;
    case Type::array: array(value.as_array()); break;
    case Type::booleans: array(value.as_booleans()); break;
    case Type::integers: array(value.as_integers()); break;
    case Type::floatings: array(value.as_floatings()); break;
    case Type::strings: array(value.as_strings()); break;
    case Type::map:
      out_.message(fields::any_value::kvlist_value,
                   [&] { write(kind::Attributes{}, fields::key_value_list::values, value.as_map()); });
  }
}

}  // namespace

template <class Item>
std::string encode_protobuf(const std::vector<ResourceGroup<Item>>& groups) {
  Writer writer;
  writer.request(groups);
  return writer.take();
}

template std::string encode_protobuf(const std::vector<ResourceGroup<Span>>&);
template std::string encode_protobuf(const std::vector<ResourceGroup<LogRecord>>&);
template std::string encode_protobuf(const std::vector<ResourceGroup<Metric>>&);

}  // namespace sonde::otlp
