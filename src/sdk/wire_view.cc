#include "sonde/wire_view.hpp"

#include <bit>

#include "otlp/writer.h"
#include "sdk/wire_fields.h"
#include "sonde/otlp_batch.hpp"

namespace sonde {

namespace fields = otlp::fields;
using otlp::WireType;

namespace detail {
namespace {

bool take_content(std::string_view& message, WireType type, WireField& field) noexcept {
  switch (type) {
    case WireType::varint: return take_varint(message, field.integer);
    case WireType::fixed64: return take_fixed<std::uint64_t>(message, field.integer);
    case WireType::fixed32: return take_fixed<std::uint32_t>(message, field.integer);
    case WireType::delimited: {
      std::uint64_t size = 0;
      if (!take_varint(message, size) || size > message.size()) return false;
      field.content = message.substr(0, size);
      message.remove_prefix(size);
      return true;
    }
    default: return false;
  }
}

}  // namespace

WireField take_field(std::string_view& message) noexcept {
  WireField field;
  std::uint64_t tag = 0;
  if (message.empty() || !take_varint(message, tag) ||
      !take_content(message, static_cast<WireType>(tag & 7), field)) {
    message = {};
    return {};
  }
  field.number = static_cast<std::uint32_t>(tag >> 3);
  return field;
}

}  // namespace detail

ValueView::ValueView(std::string_view any_value) noexcept {
  using Type = AttributeValue::Type;
  const detail::WireField field = detail::take_field(any_value);
  integer_ = field.integer;
  content_ = field.content;
  switch (field.number) {
    case fields::any_value::string_value: type_ = Type::string; break;
    case fields::any_value::bool_value: type_ = Type::boolean; break;
    case fields::any_value::int_value: type_ = Type::integer; break;
    case fields::any_value::double_value: type_ = Type::floating; break;
    case fields::any_value::array_value: type_ = Type::array; break;
    case fields::any_value::kvlist_value: type_ = Type::map; break;
    case fields::any_value::bytes_value: type_ = Type::bytes; break;
    default: break;
  }
}

double ValueView::as_floating() const noexcept { return std::bit_cast<double>(integer_); }

detail::WireRange<ValueView> ValueView::elements() const noexcept {
  return {content_, fields::array_value::values};
}

detail::WireRange<AttributeView> ValueView::entries() const noexcept {
  return {content_, fields::key_value_list::values};
}

AttributeView::AttributeView(std::string_view key_value) noexcept {
  detail::for_each_field(key_value, [this](const detail::WireField& field) {
    if (field.number == fields::key_value::key) key_ = field.content;
    if (field.number == fields::key_value::value) value_ = field.content;
  });
}

InstrumentationScope detail::scope_of(std::string_view scope_items) noexcept {
  InstrumentationScope scope;
  for_each_field(scope_items, [&](const WireField& field) {
    if (field.number == fields::scope_items::schema_url) scope.schema_url = field.content;
    if (field.number != fields::scope_items::scope) return;
    scope.attributes = {field.content, fields::instrumentation_scope::attributes};
    for_each_field(field.content, [&](const WireField& part) {
      if (part.number == fields::instrumentation_scope::name) scope.name = part.content;
      if (part.number == fields::instrumentation_scope::version) scope.version = part.content;
    });
  });
  return scope;
}

}  // namespace sonde
