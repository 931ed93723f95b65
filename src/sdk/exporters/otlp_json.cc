#include "sdk/exporters/otlp_json.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <tuple>
#include <utility>

#include "base/base64.h"
#include "base/json_writer.h"
#include "otlp/schema.h"
#include "sdk/wire_fields.h"

namespace sonde::sdk {
namespace {

namespace fields = otlp::fields;
namespace kind = otlp::kind;
using detail::WireField;

/// How a field's value is written in JSON.
enum class Form : std::uint8_t {
  text,
  base64,
  hexadecimal,  ///< Ids.
  boolean,
  number,           ///< Integers of 32 bits, and enumerations.
  zigzag,           ///< The same, encoded as sint32.
  quoted_unsigned,  ///< Integers of 64 bits.
  quoted_signed,
  floating,
  message,
};

struct Table;

struct Entry {
  fields::Number number = 0;
  std::string_view name = {};
  Form form = Form::text;
  bool is_repeated = false;
  bool is_varint = false;        ///< Of repeated numbers; the others take eight bytes each.
  const Table* table = nullptr;  ///< Of a message.
};

struct Table {
  std::span<const Entry> entries;
  bool is_oneof = false;         ///< Of all fields the last one counts.
  bool writes_defaults = false;  ///< Also the fields that are absent.
};

// Attribute values contain each other, so their tables are written out.

struct Values {
  static const Table any_value;
  static const Table array_value;
  static const Table key_value;
  static const Table key_value_list;
};

constexpr std::array any_value_entries{
    Entry{fields::any_value::string_value, "stringValue"},
    Entry{fields::any_value::bool_value, "boolValue", Form::boolean},
    Entry{fields::any_value::int_value, "intValue", Form::quoted_signed},
    Entry{fields::any_value::double_value, "doubleValue", Form::floating},
    Entry{fields::any_value::array_value, "arrayValue", Form::message, false, false, &Values::array_value},
    Entry{fields::any_value::kvlist_value, "kvlistValue", Form::message, false, false,
          &Values::key_value_list},
    Entry{fields::any_value::bytes_value, "bytesValue", Form::base64},
};
constexpr std::array array_value_entries{
    Entry{fields::array_value::values, "values", Form::message, true, false, &Values::any_value}};
constexpr std::array key_value_entries{
    Entry{fields::key_value::key, "key"},
    Entry{fields::key_value::value, "value", Form::message, false, false, &Values::any_value},
};
constexpr std::array key_value_list_entries{
    Entry{fields::key_value_list::values, "values", Form::message, true, false, &Values::key_value}};

constexpr Table Values::any_value{any_value_entries, true};
constexpr Table Values::array_value{array_value_entries, false, true};
constexpr Table Values::key_value{key_value_entries, false, true};
constexpr Table Values::key_value_list{key_value_list_entries, false, true};

// The other tables are those of otlp/schema.h, brought to this shape at compile time.

template <class T>
struct TableOf {
  static const Table table;
};

constexpr Entry shape(kind::Text, const void*) { return {}; }
constexpr Entry shape(kind::Texts, const void*) { return {.is_repeated = true}; }
constexpr Entry shape(kind::Boolean, const void*) { return {.form = Form::boolean}; }
constexpr Entry shape(kind::Double, const void*) { return {.form = Form::floating}; }
constexpr Entry shape(kind::OptionalDouble, const void*) { return {.form = Form::floating}; }
constexpr Entry shape(kind::DoubleAlternative, const void*) { return {.form = Form::floating}; }
constexpr Entry shape(kind::Unsigned32, const void*) { return {.form = Form::number}; }
constexpr Entry shape(kind::Fixed32, const void*) { return {.form = Form::number}; }
constexpr Entry shape(kind::Zigzag32, const void*) { return {.form = Form::zigzag}; }
constexpr Entry shape(kind::Fixed64, const void*) { return {.form = Form::quoted_unsigned}; }
constexpr Entry shape(kind::IntegerAlternative, const void*) { return {.form = Form::quoted_signed}; }
constexpr Entry shape(kind::OwnId, const void*) { return {.form = Form::hexadecimal}; }
constexpr Entry shape(kind::OtherId, const void*) { return {.form = Form::hexadecimal}; }
constexpr Entry shape(kind::PackedDoubles, const void*) {
  return {.form = Form::floating, .is_repeated = true};
}
constexpr Entry shape(kind::PackedFixed64, const void*) {
  return {.form = Form::quoted_unsigned, .is_repeated = true};
}
constexpr Entry shape(kind::PackedUnsigned, const void*) {
  return {.form = Form::quoted_unsigned, .is_repeated = true, .is_varint = true};
}
template <const auto& names>
constexpr Entry shape(kind::Enumeration<names>, const void*) {
  return {.form = Form::number};
}
constexpr Entry shape(kind::Value, const void*) {
  return {.form = Form::message, .table = &Values::any_value};
}
constexpr Entry shape(kind::Attributes, const void*) {
  return {.form = Form::message, .is_repeated = true, .table = &Values::key_value};
}
template <class T>
constexpr Entry shape(kind::Message, const T*) {
  return {.form = Form::message, .table = &TableOf<T>::table};
}
template <class T>
constexpr Entry shape(kind::Messages, const std::span<const T>*) {
  return {.form = Form::message, .is_repeated = true, .table = &TableOf<T>::table};
}
template <class T>
constexpr Entry shape(kind::Alternative<T>, const void*) {
  return {.form = Form::message, .table = &TableOf<T>::table};
}

template <class T, std::size_t index>
struct GroupOf {
  static const Table table;
};

template <class T, std::size_t index, class Kind, fields::Number number, class Owner, class Member>
constexpr Entry entry(const otlp::Field<Kind, number, Owner, Member>& field) {
  Entry entry = shape(Kind{}, static_cast<const Member*>(nullptr));
  entry.number = number;
  entry.name = field.json_name;
  return entry;
}
template <class T, std::size_t index, fields::Number number, class... Fields>
constexpr Entry entry(const otlp::Group<number, Fields...>& group) {
  return {number, group.json_name, Form::message, false, false, &GroupOf<T, index>::table};
}

template <class T, class Fields>
constexpr auto entries(const Fields& all) {
  return [&]<std::size_t... index>(std::index_sequence<index...>) {
    return std::array{entry<T, index>(std::get<index>(all))...};
  }(std::make_index_sequence<std::tuple_size_v<Fields>>());
}

template <class T>
constexpr auto entries_of = entries<T>(otlp::fields_of<T>);
template <class T, std::size_t index>
constexpr auto entries_of_group = entries<T>(std::get<index>(otlp::fields_of<T>).parts);

template <class T>
constexpr Table TableOf<T>::table{entries_of<T>};
template <class T, std::size_t index>
constexpr Table GroupOf<T, index>::table{entries_of_group<T, index>};

// What encloses the items of a signal.

template <class Item>
struct Enclosing {
  static constexpr otlp::EnclosingNames names = otlp::enclosing_names<Item>;
  static constexpr std::array scope_entries{
      Entry{fields::scope_items::scope, "scope", Form::message, false, false, &TableOf<otlp::Scope>::table},
      Entry{fields::scope_items::items, names.items, Form::message, true, false, &TableOf<Item>::table},
      Entry{fields::scope_items::schema_url, "schemaUrl"},
  };
  static constexpr Table scope_items{scope_entries};
  static constexpr std::array resource_entries{
      Entry{fields::resource_items::resource, "resource", Form::message, false, false,
            &TableOf<otlp::Resource>::table},
      Entry{fields::resource_items::scope_items, names.scope_items, Form::message, true, false, &scope_items},
      Entry{fields::resource_items::schema_url, "schemaUrl"},
  };
  static constexpr Table resource_items{resource_entries};
  static constexpr std::array request_entries{Entry{fields::request::resource_items, names.resource_items,
                                                    Form::message, true, false, &resource_items}};
  static constexpr Table request{request_entries};
};

const Table& request_table(Signal signal) noexcept {
  switch (signal) {
    case Signal::metrics: return Enclosing<otlp::Metric>::request;
    case Signal::logs: return Enclosing<otlp::LogRecord>::request;
    default: return Enclosing<otlp::Span>::request;
  }
}

class Transcoder {
 public:
  explicit Transcoder(std::string& out) : json_(out) {}

  void message(std::string_view message, const Table& table, int depth = 0) {
    json_.begin_object();
    if (depth < deepest) {
      members(message, table, depth);
    } else {
      is_too_deep_ = true;
    }
    json_.end_object();
  }
  [[nodiscard]] bool is_too_deep() const noexcept { return is_too_deep_; }

 private:
  /// Of messages. An attribute value at the SDK's limit of 64 levels is some 200 deep.
  static constexpr int deepest = 256;

  /// Elements of a repeated field need not stand together, but in JSON they do: hence a walk an entry.
  void members(std::string_view message, const Table& table, int depth) {
    std::uint64_t present = 0;
    detail::for_each_field(message, [&](const WireField& field) {
      if (field.number >= 64) return;
      if (table.is_oneof) present = 0;
      present |= std::uint64_t{1} << field.number;
    });
    for (const Entry& entry : table.entries) {
      if ((present >> entry.number & 1) == 0 && !table.writes_defaults) continue;
      json_.key(entry.name);
      if (entry.is_repeated) {
        elements(message, entry, depth);
      } else {
        WireField last;
        detail::for_each_field(message, [&](const WireField& field) {
          if (field.number == entry.number) last = field;
        });
        value(last, entry, depth);
      }
    }
  }

  void elements(std::string_view message, const Entry& entry, int depth) {
    json_.begin_array();
    detail::for_each_field(message, [&](const WireField& field) {
      if (field.number != entry.number) return;
      const bool is_packed = (entry.form == Form::floating || entry.form == Form::quoted_unsigned) &&
                             field.content.data() != nullptr;
      is_packed ? packed(field.content, entry) : value(field, entry, depth);
    });
    json_.end_array();
  }

  void packed(std::string_view content, const Entry& entry) {
    WireField number;
    while (entry.is_varint ? detail::take_varint(content, number.integer)
                           : detail::take_fixed<std::uint64_t>(content, number.integer)) {
      value(number, entry, 0);
    }
  }

  void value(const WireField& field, const Entry& entry, int depth) {
    const auto low = static_cast<std::uint32_t>(field.integer);
    switch (entry.form) {
      case Form::text: return json_.string(field.content);
      case Form::base64: return base64(field.content);
      case Form::hexadecimal: return hexadecimal(field.content);
      case Form::boolean: return json_.boolean(field.integer != 0);
      case Form::number: return json_.unsigned_integer(low);
      case Form::zigzag:
        return json_.integer(static_cast<std::int32_t>(low >> 1) ^ -static_cast<std::int32_t>(low & 1));
      case Form::quoted_unsigned: return json_.quoted_unsigned(field.integer);
      case Form::quoted_signed: return json_.quoted_integer(static_cast<std::int64_t>(field.integer));
      case Form::floating: return json_.number(std::bit_cast<double>(field.integer));
      case Form::message: return message(field.content, *entry.table, depth + 1);
    }
  }

  void base64(std::string_view bytes) {
    text_.clear();
    base::append_base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, text_);
    json_.string(text_);
  }
  void hexadecimal(std::string_view bytes) {
    text_.resize(2 * bytes.size());
    detail::to_hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), text_.data());
    json_.string(text_);
  }

  base::JsonWriter json_;
  std::string text_;
  bool is_too_deep_ = false;
};

}  // namespace

bool append_otlp_json(Signal signal, std::string_view request, std::string& out) {
  const std::size_t before = out.size();
  Transcoder transcoder(out);
  transcoder.message(request, request_table(signal));
  if (transcoder.is_too_deep()) out.resize(before);
  return !transcoder.is_too_deep();
}

}  // namespace sonde::sdk
