#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "otlp/decode.h"
#include "otlp/decoding.h"
#include "otlp/protobuf_fields.h"
#include "otlp/schema.h"

namespace sonde::otlp {
namespace {

/// Reads messages into the model. Strings and bytes become views of the input.
class Reader {
 public:
  Reader(BoundedArena& arena, IdFaults& id_faults) : arena_(arena), id_faults_(id_faults) {}

  /// Where the field stands that was begun last, hence roughly where the input is malformed; or null.
  [[nodiscard]] const char* field_start() const { return field_start_; }

  /// Moves to the next field; false at the end.
  bool next(pbf_reader& reader) {
    field_start_ = reader.data().data();
    return reader.next();
  }

  /// Reads a message whose fields are members of `object`, which is as good as new.
  template <class T>
  void message(std::string_view content, T& object) {
    members(content, fields_of<T>, object);
  }

 private:
  template <class Table, class T>
  void members(std::string_view content, const Table& table, T& object);

  template <class Kind, fields::Number number, class T, class Member>
  void member(const Field<Kind, number, T, Member>& field, pbf_reader& reader, T& object) {
    if constexpr (requires { id_faults_.report(Kind{}, field.json_name); }) {
      if (!read_id(reader, object.*field.member)) id_faults_.report(Kind{}, field.json_name);
    } else {
      read(Kind{}, reader, object.*field.member);
    }
  }
  template <fields::Number number, class... Fields, class T>
  void member(const Group<number, Fields...>& group, pbf_reader& reader, T& object) {
    members(view(reader), group.parts, object);
  }

  /// False if the length is wrong.
  template <class Id>
  static bool read_id(pbf_reader& reader, Id& id) {
    const std::string_view bytes = view(reader);
    id = {};
    if (bytes.size() == Id::size) std::memcpy(id.bytes.data(), bytes.data(), Id::size);
    return bytes.empty() || bytes.size() == Id::size;
  }

  void read(kind::Text, pbf_reader& reader, std::string_view& value) { value = view(reader); }
  void read(kind::Boolean, pbf_reader& reader, bool& value) { value = varint(reader) != 0; }
  void read(kind::Double, pbf_reader& reader, double& value) { value = floating(reader); }
  void read(kind::OptionalDouble, pbf_reader& reader, std::optional<double>& value) {
    value = floating(reader);
  }
  void read(kind::Unsigned32, pbf_reader& reader, std::uint32_t& value) {
    value = static_cast<std::uint32_t>(varint(reader));
  }
  void read(kind::Zigzag32, pbf_reader& reader, std::int32_t& value) {
    value = protozero::decode_zigzag32(static_cast<std::uint32_t>(varint(reader)));
  }
  void read(kind::Fixed32, pbf_reader& reader, std::uint32_t& value) {
    expect(reader, pbf_wire_type::fixed32);
    value = reader.get_fixed32();
  }
  void read(kind::Fixed64, pbf_reader& reader, std::uint64_t& value) { value = fixed64(reader); }
  void read(kind::DoubleAlternative, pbf_reader& reader, AttributeValue& value) { value = floating(reader); }
  void read(kind::IntegerAlternative, pbf_reader& reader, AttributeValue& value) {
    value = static_cast<std::int64_t>(fixed64(reader));
  }
  template <const auto& names, class Enum>
  void read(kind::Enumeration<names>, pbf_reader& reader, Enum& value) {
    const std::uint64_t number = varint(reader);
    value = static_cast<Enum>(number < names.size() ? number : 0);
  }

  void read(kind::PackedDoubles, pbf_reader& reader, std::span<const double>& values) {
    read_numbers<Fixed<double>>(reader, values);
  }
  void read(kind::PackedFixed64, pbf_reader& reader, std::span<const std::uint64_t>& values) {
    read_numbers<Fixed<std::uint64_t>>(reader, values);
  }
  void read(kind::PackedUnsigned, pbf_reader& reader, std::span<const std::uint64_t>& values) {
    read_numbers<Varints>(reader, values);
  }

  template <class T>
  void read(kind::Message, pbf_reader& reader, T& object) {
    object = {};
    message(view(reader), object);
  }
  template <class T, class... Alternatives>
  void read(kind::Alternative<T>, pbf_reader& reader, std::variant<Alternatives...>& value) {
    message(view(reader), value.template emplace<T>());
  }
  void read(kind::Value, pbf_reader& reader, AttributeValue& value) { value = any_value(view(reader), 1); }

  template <class T>
  void read(kind::Messages, pbf_reader& reader, std::span<const T>& objects) {
    T& object = append(reader, objects);
    message(view(reader), object);
  }
  void read(kind::Texts, pbf_reader& reader, std::span<const std::string_view>& values) {
    std::string_view& value = append(reader, values);
    value = view(reader);
  }
  void read(kind::Attributes, pbf_reader& reader, std::span<const Attribute>& attributes) {
    Attribute& attribute = append(reader, attributes);
    read_attribute(view(reader), attribute, 1);
  }

  template <class T>
  T& append(const pbf_reader& reader, std::span<const T>& items) {
    return arena_.append(items, [&] { return count_fields(reader); });
  }

  template <class Number, class T>
  void read_numbers(pbf_reader& reader, std::span<const T>& values);

  void read_attribute(std::string_view content, Attribute& attribute, std::size_t depth);
  [[nodiscard]] AttributeValue any_value(std::string_view content, std::size_t depth);
  [[nodiscard]] AttributeValue array_value(std::string_view content, std::size_t depth);
  [[nodiscard]] AttributeValue key_value_list(std::string_view content, std::size_t depth);

  BoundedArena& arena_;
  IdFaults& id_faults_;
  const char* field_start_ = nullptr;
};

template <class Table, class T>
void Reader::members(std::string_view content, const Table& table, T& object) {
  pbf_reader reader(content.data(), content.size());
  fields::Number number = 0;  // of the field being read; none while its tag is
  const auto is_current = [&](const auto& field) { return field.number == number; };
  const auto read_if_current = [&](const auto& field) {
    if (!is_current(field)) return false;
    member(field, reader, object);
    return true;
  };
  try {
    while (next(reader)) {
      number = reader.tag();
      if (!std::apply([&](const auto&... field) { return (read_if_current(field) || ...); }, table))
        skip(reader);
      number = 0;
    }
  } catch (const protozero::exception& exception) {
    Malformed malformed = explain(exception);
    prepend_member(table, object, is_current, malformed);
    throw Malformed(std::move(malformed));
  } catch (Malformed& malformed) {
    prepend_member(table, object, is_current, malformed);
    throw;
  }
}

template <class Number, class T>
void Reader::read_numbers(pbf_reader& reader, std::span<const T>& values) {
  const auto count_all = [before = reader] {
    std::size_t count = 0;
    for_each_field(before, before.tag(),
                   [&](pbf_reader& field) { count += Number::count(numbers(field, Number::wire_type)); });
    return count;
  };
  const std::string_view content = numbers(reader, Number::wire_type);
  const char* data = content.data();
  const char* const end = data + content.size();
  while (data != end) {
    const T value = Number::take(data, end);
    arena_.append(values, count_all) = value;
  }
}

void Reader::read_attribute(std::string_view content, Attribute& attribute, std::size_t depth) {
  pbf_reader reader(content.data(), content.size());
  while (next(reader)) {
    switch (reader.tag()) {
      case fields::key_value::key: attribute.key = view(reader); break;
      case fields::key_value::value: attribute.value = any_value(view(reader), depth); break;
      default: skip(reader);
    }
  }
}

AttributeValue Reader::any_value(std::string_view content, std::size_t depth) {
  if (depth > max_value_depth) throw_too_deep();
  AttributeValue value;
  pbf_reader reader(content.data(), content.size());
  while (next(reader)) {
    switch (reader.tag()) {
      case fields::any_value::string_value: value = view(reader); break;
      case fields::any_value::bool_value: value = varint(reader) != 0; break;
      case fields::any_value::int_value: value = static_cast<std::int64_t>(varint(reader)); break;
      case fields::any_value::double_value: value = floating(reader); break;
      case fields::any_value::array_value: value = array_value(view(reader), depth + 1); break;
      case fields::any_value::kvlist_value: value = key_value_list(view(reader), depth + 1); break;
      case fields::any_value::bytes_value: {
        const std::string_view bytes = view(reader);
        value = AttributeValue::bytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
        break;
      }
      default: skip(reader);
    }
  }
  return value;
}

AttributeValue Reader::array_value(std::string_view content, std::size_t depth) {
  std::span<const AttributeValue> values;
  pbf_reader reader(content.data(), content.size());
  while (next(reader)) {
    if (reader.tag() == fields::array_value::values) {
      AttributeValue& value = append(reader, values);
      value = any_value(view(reader), depth);
    } else {
      skip(reader);
    }
  }
  return AttributeValue::array(values);
}

AttributeValue Reader::key_value_list(std::string_view content, std::size_t depth) {
  std::span<const Attribute> attributes;
  pbf_reader reader(content.data(), content.size());
  while (next(reader)) {
    if (reader.tag() == fields::key_value_list::values) {
      Attribute& attribute = append(reader, attributes);
      read_attribute(view(reader), attribute, depth);
    } else {
      skip(reader);
    }
  }
  return AttributeValue::map(attributes);
}

/// Walks the messages that enclose the items of a signal, which are numbered alike for all three.
template <class Item>
class RequestReader {
 public:
  explicit RequestReader(std::string body)
      : builder_(body.size()), input_(builder_.arena().keep(std::move(body))) {}

  Expected<Decoded<Batch<Item>>> read() && {
    try {
      builder_.reserve(count_items());
      request();
      return std::move(builder_).finish();
    } catch (const protozero::exception& exception) {
      return error(explain(exception));
    } catch (Malformed& malformed) {
      return error(std::move(malformed));
    }
  }

 private:
  [[nodiscard]] Error error(Malformed malformed) const {
    const char* const place = reader_.field_start();
    const std::ptrdiff_t offset = place == nullptr ? 0 : place - input_.data();
    malformed.reason += " (the field at byte " + std::to_string(offset) + ")";
    return builder_.error("protobuf", std::move(malformed));
  }

  [[nodiscard]] std::size_t count_items() const {
    std::size_t count = 0;
    descend(input_, fields::request::resource_items, [&](std::string_view resource_items) {
      descend(resource_items, fields::resource_items::scope_items, [&](std::string_view scope_items) {
        descend(scope_items, fields::scope_items::items, [&](std::string_view) { ++count; });
      });
    });
    return count;
  }
  template <class Visit>
  static void descend(std::string_view content, fields::Number number, Visit visit) {
    pbf_reader reader(content.data(), content.size());
    try {
      if (!reader.next()) return;
    } catch (const protozero::exception&) {
      return;
    }
    for_each_field(reader, number, [&](pbf_reader& field) { visit(view(field)); });
  }

  void request() {
    pbf_reader reader(input_.data(), input_.size());
    while (reader_.next(reader)) {
      if (reader.tag() == fields::request::resource_items) {
        resource_items(view(reader));
      } else {
        skip(reader);
      }
    }
  }
  void resource_items(std::string_view content) {
    Resource& resource = builder_.begin_resource();
    pbf_reader reader(content.data(), content.size());
    while (reader_.next(reader)) {
      switch (reader.tag()) {
        case fields::resource_items::resource: replace("resource", view(reader), resource); break;
        case fields::resource_items::scope_items: scope_items(view(reader)); break;
        case fields::resource_items::schema_url: resource.schema_url = view(reader); break;
        default: skip(reader);
      }
    }
    builder_.end_resource();
  }
  void scope_items(std::string_view content) {
    Scope& scope = builder_.begin_scope();
    pbf_reader reader(content.data(), content.size());
    while (reader_.next(reader)) {
      switch (reader.tag()) {
        case fields::scope_items::scope: replace("scope", view(reader), scope); break;
        case fields::scope_items::items:
          reader_.message(view(reader), builder_.begin_item());
          builder_.end_item();
          break;
        case fields::scope_items::schema_url: scope.schema_url = view(reader); break;
        default: skip(reader);
      }
    }
    builder_.end_scope();
  }
  /// The schema_url stands beside the message, not in it.
  template <class T>
  void replace(std::string_view name, std::string_view content, T& object) {
    T read{};
    read.schema_url = object.schema_url;
    within(name, [&] { reader_.message(content, read); });
    object = read;
  }

  BatchBuilder<Item> builder_;
  std::string_view input_;
  Reader reader_{builder_.arena(), builder_.id_faults()};
};

}  // namespace

Expected<Decoded<TraceBatch>> decode_traces_protobuf(std::string body) {
  return RequestReader<Span>(std::move(body)).read();
}

Expected<Decoded<LogBatch>> decode_logs_protobuf(std::string body) {
  return RequestReader<LogRecord>(std::move(body)).read();
}

Expected<Decoded<MetricBatch>> decode_metrics_protobuf(std::string body) {
  return RequestReader<Metric>(std::move(body)).read();
}

}  // namespace sonde::otlp
