#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <protozero/pbf_reader.hpp>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "otlp/decode.h"
#include "otlp/decoding.h"
#include "otlp/schema.h"

namespace sonde::otlp {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

static_assert(std::endian::native == std::endian::little, "packed numbers are copied as they stand");

template <class T>
bool is(const protozero::exception& exception) {
  return dynamic_cast<const T*>(&exception) != nullptr;
}

Malformed explain(const protozero::exception& exception) {
  if (is<protozero::end_of_buffer_exception>(exception)) return {"is longer than what encloses it"};
  if (is<protozero::varint_too_long_exception>(exception)) return {"has a varint of more than 10 bytes"};
  if (is<protozero::unknown_pbf_wire_type_exception>(exception)) return {"has an unknown wire type"};
  if (is<protozero::invalid_tag_exception>(exception)) return {"has an impossible field number"};
  if (is<protozero::invalid_length_exception>(exception)) return {"ends inside a number"};
  return {exception.what()};
}

void expect(const pbf_reader& reader, pbf_wire_type type) {
  if (reader.wire_type() != type) throw Malformed{"has the wrong wire type"};
}

/// The content of a string, bytes or message field. protozero takes lengths modulo 2^32, which would turn an
/// absurd length into a small one, so a length of more than 32 bits is refused here.
std::string_view view(pbf_reader& reader) {
  expect(reader, pbf_wire_type::length_delimited);
  const char* const length = reader.data().data();
  const protozero::data_view content = reader.get_view();
  const std::ptrdiff_t width = content.data() - length;
  if (width >= 5 && (width > 5 || static_cast<std::uint8_t>(length[4]) > 0x0F)) {
    throw protozero::end_of_buffer_exception{};
  }
  return {content.data(), content.size()};
}

std::uint64_t varint(pbf_reader& reader) {
  expect(reader, pbf_wire_type::varint);
  return reader.get_uint64();
}

std::uint64_t fixed64(pbf_reader& reader) {
  expect(reader, pbf_wire_type::fixed64);
  return reader.get_fixed64();
}

double floating(pbf_reader& reader) {
  expect(reader, pbf_wire_type::fixed64);
  return reader.get_double();
}

void skip(pbf_reader& reader) {
  if (reader.wire_type() == pbf_wire_type::length_delimited) {
    static_cast<void>(view(reader));
  } else {
    reader.skip();
  }
}

/// Calls `visit(reader)` for each field of that number, from the one `reader` stands at to the end. `visit`
/// consumes the field. Stops where the input is malformed: the reading that follows meets the same fault
/// there, and says where.
template <class Visit>
void for_each_field(pbf_reader reader, fields::Number number, Visit visit) {
  try {
    do {
      if (reader.tag() == number) {
        visit(reader);
      } else {
        skip(reader);
      }
    } while (reader.next());
  } catch (const protozero::exception&) {
  } catch (const Malformed&) {
  }
}

/// How many fields of the number that `reader` stands at there are, from that one to the end.
std::size_t count_fields(const pbf_reader& reader) {
  std::size_t count = 0;
  for_each_field(reader, reader.tag(), [&](pbf_reader& field) {
    ++count;
    skip(field);
  });
  return count;
}

/// The numbers that repeated fields hold: packed into one field, or one a field, as the sender likes.
struct Varints {
  static constexpr pbf_wire_type wire_type = pbf_wire_type::varint;
  static std::uint64_t take(const char*& data, const char* end) {
    return protozero::decode_varint(&data, end);
  }
  static std::size_t count(std::string_view content) {
    return static_cast<std::size_t>(std::ranges::count_if(content, [](char c) { return (c & 0x80) == 0; }));
  }
};

template <class T>
struct Fixed {
  static constexpr pbf_wire_type wire_type = pbf_wire_type::fixed64;
  static T take(const char*& data, const char* end) {
    if (end - data < static_cast<std::ptrdiff_t>(sizeof(T))) throw protozero::invalid_length_exception{};
    T value;
    std::memcpy(&value, data, sizeof value);
    data += sizeof value;
    return value;
  }
  static std::size_t count(std::string_view content) { return content.size() / sizeof(T); }
};

/// The bytes of the numbers in the current field, packed or single.
std::string_view numbers(pbf_reader& reader, pbf_wire_type single) {
  if (reader.wire_type() == pbf_wire_type::length_delimited) return view(reader);
  expect(reader, single);
  const char* const start = reader.data().data();
  reader.skip();
  return {start, static_cast<std::size_t>(reader.data().data() - start)};
}

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
    throw malformed;
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
  explicit RequestReader(std::string body) : builder_(body.size()) {
    input_ = builder_.arena().keep(std::move(body));
  }

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
