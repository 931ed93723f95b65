#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

#include "base/base64.h"
#include "otlp/decode.h"
#include "otlp/decoding.h"
#include "otlp/json_values.h"
#include "otlp/lone_surrogates.h"
#include "otlp/schema.h"

namespace sonde::otlp {
namespace {

/// Reads objects into the model. Strings are copied to the arena, as the parser's memory is reused.
class Reader {
 public:
  Reader(BoundedArena& arena, IdFaults& id_faults) : arena_(arena), id_faults_(id_faults) {}

  /// Reads an object whose members are members of `target`, which is as good as new.
  template <class T>
  void message(dom::element element, T& target) {
    members(object(element), fields_of<T>, target);
  }

  [[nodiscard]] std::string_view text(dom::element element) { return arena_.copy(string(element)); }

 private:
  template <class Table, class T>
  void members(dom::object json, const Table& table, T& target);

  template <class Kind, fields::Number number, class T, class Member>
  void member(const Field<Kind, number, T, Member>& field, dom::element element, T& target) {
    if constexpr (requires { id_faults_.report(Kind{}, field.json_name); }) {
      if (!read_id(element, target.*field.member)) id_faults_.report(Kind{}, field.json_name);
    } else {
      read(Kind{}, element, target.*field.member);
    }
  }
  template <fields::Number number, class... Fields, class T>
  void member(const Group<number, Fields...>& group, dom::element element, T& target) {
    members(object(element), group.parts, target);
  }

  /// False if it is not hexadecimal digits of the right number.
  template <class AnyId>
  static bool read_id(dom::element element, AnyId& id) {
    const std::string_view digits = string(element);
    id = {};
    return digits.empty() || AnyId::from_hex(digits, id);
  }

  void read(kind::Text, dom::element element, std::string_view& value) { value = text(element); }
  void read(kind::Boolean, dom::element element, bool& value) { value = get<bool>(element, "a boolean"); }
  void read(kind::Double, dom::element element, double& value) { value = floating(element); }
  void read(kind::OptionalDouble, dom::element element, std::optional<double>& value) {
    value = floating(element);
  }
  void read(kind::Unsigned32, dom::element element, std::uint32_t& value) {
    value = integer<std::uint32_t>(element);
  }
  void read(kind::Zigzag32, dom::element element, std::int32_t& value) {
    value = integer<std::int32_t>(element);
  }
  void read(kind::Fixed32, dom::element element, std::uint32_t& value) {
    value = integer<std::uint32_t>(element);
  }
  void read(kind::Fixed64, dom::element element, std::uint64_t& value) {
    value = integer<std::uint64_t>(element);
  }
  void read(kind::DoubleAlternative, dom::element element, AttributeValue& value) {
    value = floating(element);
  }
  void read(kind::IntegerAlternative, dom::element element, AttributeValue& value) {
    value = integer<std::int64_t>(element);
  }
  template <const auto& names, class Enum>
  void read(kind::Enumeration<names>, dom::element element, Enum& value) {
    value = static_cast<Enum>(enumerator(names, element));
  }
  static std::size_t enumerator(std::span<const std::string_view> names, dom::element element);

  void read(kind::PackedDoubles, dom::element element, std::span<const double>& values) {
    each(element, values, [](dom::element item, double& value) { value = floating(item); });
  }
  void read(kind::PackedFixed64, dom::element element, std::span<const std::uint64_t>& values) {
    each(element, values,
         [](dom::element item, std::uint64_t& value) { value = integer<std::uint64_t>(item); });
  }
  void read(kind::PackedUnsigned, dom::element element, std::span<const std::uint64_t>& values) {
    read(kind::PackedFixed64{}, element, values);
  }

  template <class T>
  void read(kind::Message, dom::element element, T& target) {
    target = {};
    message(element, target);
  }
  template <class T, class... Alternatives>
  void read(kind::Alternative<T>, dom::element element, std::variant<Alternatives...>& value) {
    message(element, value.template emplace<T>());
  }
  void read(kind::Value, dom::element element, AttributeValue& value) { value = any_value(element, 1); }

  template <class T>
  void read(kind::Messages, dom::element element, std::span<const T>& targets) {
    each(element, targets, [&](dom::element item, T& target) { message(item, target); });
  }
  void read(kind::Texts, dom::element element, std::span<const std::string_view>& values) {
    each(element, values, [&](dom::element item, std::string_view& value) { value = text(item); });
  }
  void read(kind::Attributes, dom::element element, std::span<const Attribute>& attributes) {
    each(element, attributes,
         [&](dom::element item, Attribute& attribute) { read_attribute(item, attribute, 1); });
  }

  /// Fills `items`, from nothing, with what `read_one(element, item)` makes of each element of an array.
  template <class T, class ReadOne>
  void each(dom::element element, std::span<const T>& items, ReadOne read_one) {
    const dom::array elements = array(element);
    items = {};
    for (const dom::element item : elements) {
      read_one(item, arena_.append(items, [&] { return size(elements); }));
    }
  }

  void read_attribute(dom::element element, Attribute& attribute, std::size_t depth);
  [[nodiscard]] AttributeValue any_value(dom::element element, std::size_t depth);
  [[nodiscard]] AttributeValue array_value(dom::element element, std::size_t depth);
  [[nodiscard]] AttributeValue key_value_list(dom::element element, std::size_t depth);
  [[nodiscard]] AttributeValue bytes_value(dom::element element);

  BoundedArena& arena_;
  IdFaults& id_faults_;
};

template <class Table, class T>
void Reader::members(dom::object json, const Table& table, T& target) {
  for (const dom::key_value_pair pair : json) {
    if (pair.value.is_null()) continue;  // ProtoJSON: the same as absent
    const auto is_current = [&](const auto& field) { return field.json_name == pair.key; };
    const auto read_if_current = [&](const auto& field) {
      if (!is_current(field)) return false;
      member(field, pair.value, target);
      return true;
    };
    try {
      std::apply([&](const auto&... field) { (read_if_current(field) || ...); }, table);
    } catch (Malformed& malformed) {
      prepend_member(table, target, is_current, malformed);
      throw;
    }
  }
}

std::size_t Reader::enumerator(std::span<const std::string_view> names, dom::element element) {
  std::string_view name;
  if (element.get(name) == simdjson::SUCCESS) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return i;
    }
  }
  const auto number = integer<std::int32_t>(element);
  return std::cmp_less(number, names.size()) && number > 0 ? static_cast<std::size_t>(number) : 0;
}

void Reader::read_attribute(dom::element element, Attribute& attribute, std::size_t depth) {
  for (const auto [key, value] : object(element)) {
    if (value.is_null()) continue;
    if (key == "key") attribute.key = text(value);
    if (key == "value") attribute.value = any_value(value, depth);
  }
}

AttributeValue Reader::any_value(dom::element element, std::size_t depth) {
  if (depth > max_value_depth) throw_too_deep();
  AttributeValue result;
  for (const auto [key, value] : object(element)) {
    if (value.is_null()) continue;
    if (key == "stringValue") result = text(value);
    if (key == "boolValue") result = get<bool>(value, "a boolean");
    if (key == "intValue") result = integer<std::int64_t>(value);
    if (key == "doubleValue") result = floating(value);
    if (key == "arrayValue") result = array_value(value, depth + 1);
    if (key == "kvlistValue") result = key_value_list(value, depth + 1);
    if (key == "bytesValue") result = bytes_value(value);
  }
  return result;
}

AttributeValue Reader::array_value(dom::element element, std::size_t depth) {
  std::span<const AttributeValue> values;
  for (const auto [key, value] : object(element)) {
    if (key != "values" || value.is_null()) continue;
    each(value, values, [&](dom::element item, AttributeValue& target) { target = any_value(item, depth); });
  }
  return AttributeValue::array(values);
}

AttributeValue Reader::key_value_list(dom::element element, std::size_t depth) {
  std::span<const Attribute> attributes;
  for (const auto [key, value] : object(element)) {
    if (key != "values" || value.is_null()) continue;
    each(value, attributes,
         [&](dom::element item, Attribute& attribute) { read_attribute(item, attribute, depth); });
  }
  return AttributeValue::map(attributes);
}

AttributeValue Reader::bytes_value(dom::element element) {
  std::string decoded;
  if (!base::decode_base64(string(element), decoded)) throw_expected("base64", element);
  const std::string_view bytes = arena_.copy(decoded);
  return AttributeValue::bytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// Walks the objects that enclose the items of a signal.
template <class Item>
class RequestReader {
 public:
  explicit RequestReader(std::string body) : builder_(body.size()), body_(std::move(body)) {}

  Expected<Decoded<Batch<Item>>> read() && {
    dom::element root;
    simdjson::error_code error = parser_.parse(body_).get(root);
    if (error == simdjson::STRING_ERROR && replace_lone_surrogates(body_)) {
      error = parser_.parse(body_).get(root);
    }
    if (error != simdjson::SUCCESS) return builder_.error("JSON", {simdjson::error_message(error)});
    try {
      builder_.reserve(count_items(root));
      request(root);
      return std::move(builder_).finish();
    } catch (Malformed& malformed) {
      return builder_.error("JSON", std::move(malformed));
    }
  }

 private:
  static constexpr EnclosingNames names = enclosing_names<Item>;

  /// Calls `visit(element)` for each element of the array that `parent` has under that name, if it has one.
  template <class Visit>
  static void for_each(dom::element parent, std::string_view name, Visit visit) {
    dom::element member;
    if (object(parent).at_key(name).get(member) != simdjson::SUCCESS || member.is_null()) return;
    within(name, [&] { static_cast<void>(array(member)); });
    for (const dom::element element : array(member)) visit(element);
  }

  /// How many items there are, or how many up to a fault, which the reading that follows meets as well.
  static std::size_t count_items(dom::element root) {
    std::size_t count = 0;
    try {
      for_each(root, names.resource_items, [&](dom::element resource_items) {
        for_each(resource_items, names.scope_items, [&](dom::element scope_items) {
          for_each(scope_items, names.items, [&](dom::element) { ++count; });
        });
      });
    } catch (const Malformed&) {
    }
    return count;
  }

  void request(dom::element root) {
    for_each(root, names.resource_items, [&](dom::element element) { resource_items(element); });
  }
  void resource_items(dom::element element) {
    Resource& resource = builder_.begin_resource();
    enclosing(element, "resource", resource);
    for_each(element, names.scope_items, [&](dom::element child) { scope_items(child); });
    builder_.end_resource();
  }
  void scope_items(dom::element element) {
    enclosing(element, "scope", builder_.begin_scope());
    for_each(element, names.items, [&](dom::element child) {
      reader_.message(child, builder_.begin_item());
      builder_.end_item();
    });
    builder_.end_scope();
  }
  /// The resource or the scope, and the schema_url that stands beside it.
  template <class T>
  void enclosing(dom::element parent, std::string_view name, T& target) {
    dom::element member;
    if (object(parent).at_key(name).get(member) == simdjson::SUCCESS && !member.is_null()) {
      within(name, [&] { reader_.message(member, target); });
    }
    if (object(parent).at_key("schemaUrl").get(member) == simdjson::SUCCESS && !member.is_null()) {
      within("schemaUrl", [&] { target.schema_url = reader_.text(member); });
    }
  }

  BatchBuilder<Item> builder_;
  std::string body_;
  dom::parser parser_;
  Reader reader_{builder_.arena(), builder_.id_faults()};
};

}  // namespace

Expected<Decoded<TraceBatch>> decode_traces_json(std::string body) {
  return RequestReader<Span>(std::move(body)).read();
}

Expected<Decoded<LogBatch>> decode_logs_json(std::string body) {
  return RequestReader<LogRecord>(std::move(body)).read();
}

Expected<Decoded<MetricBatch>> decode_metrics_json(std::string body) {
  return RequestReader<Metric>(std::move(body)).read();
}

}  // namespace sonde::otlp
