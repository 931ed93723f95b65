#pragma once

// How the SDK writes OTLP: straight into memory it has measured first, front to back. Each message has a pair
// of functions, one that tells its size and one that writes it; the caller makes room for the size and then
// writes without any further check. No message objects, no allocation, no dependency.
//
// Source: the protocol buffers encoding (tags, varints, length-delimited fields) and common.proto.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>

#include "otlp/fields.h"
#include "sonde/attribute.hpp"

namespace sonde::otlp {

static_assert(std::endian::native == std::endian::little,
              "the wire is little-endian, and so is every target");

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5 };

constexpr std::uint32_t tag(std::uint32_t field, WireType type) noexcept {
  return field << 3 | static_cast<std::uint32_t>(type);
}

constexpr std::size_t varint_size(std::uint64_t value) noexcept {
  return value < 0x80 ? 1 : (static_cast<std::size_t>(std::bit_width(value)) + 6) / 7;
}

inline std::uint8_t* write_varint(std::uint8_t* out, std::uint64_t value) noexcept {
  while (value >= 0x80) {
    *out++ = static_cast<std::uint8_t>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<std::uint8_t>(value);
  return out;
}

inline std::uint8_t* write_tag(std::uint8_t* out, std::uint32_t field, WireType type) noexcept {
  return write_varint(out, tag(field, type));
}

template <class T>
std::uint8_t* write_fixed(std::uint8_t* out, T value) noexcept {
  std::memcpy(out, &value, sizeof value);
  return out + sizeof value;
}

/// Keys and most values are short, and a call of memcpy() costs as much as copying them: up to 32 bytes are
/// copied as two words that overlap.
[[gnu::always_inline]] inline std::uint8_t* write_bytes(std::uint8_t* out, const void* data,
                                                        std::size_t size) noexcept {
  const auto* const from = static_cast<const std::uint8_t*>(data);
  const auto copy_ends = [&]<std::size_t width>(std::integral_constant<std::size_t, width>) {
    std::uint8_t last[width];
    std::memcpy(last, from + size - width, width);
    std::memcpy(out, from, width);
    std::memcpy(out + size - width, last, width);
  };
  if (size > 32) {
    std::memcpy(out, from, size);
  } else if (size >= 16) {
    copy_ends(std::integral_constant<std::size_t, 16>());
  } else if (size >= 8) {
    copy_ends(std::integral_constant<std::size_t, 8>());
  } else if (size >= 4) {
    copy_ends(std::integral_constant<std::size_t, 4>());
  } else {
    for (std::size_t i = 0; i < size; ++i) out[i] = from[i];
  }
  return out + size;
}

/// A length-delimited field whole: tag, length and content.
constexpr std::size_t delimited_size(std::uint32_t field, std::size_t size) noexcept {
  return varint_size(tag(field, WireType::delimited)) + varint_size(size) + size;
}

inline std::uint8_t* write_delimited_header(std::uint8_t* out, std::uint32_t field,
                                            std::size_t size) noexcept {
  return write_varint(write_tag(out, field, WireType::delimited), size);
}

inline std::uint8_t* write_delimited(std::uint8_t* out, std::uint32_t field, const void* data,
                                     std::size_t size) noexcept {
  return write_bytes(write_delimited_header(out, field, size), data, size);
}

inline std::uint8_t* write_delimited(std::uint8_t* out, std::uint32_t field, std::string_view text) noexcept {
  return write_delimited(out, field, text.data(), text.size());
}

/// The most that is kept of one value (specification: common/README.md, attribute limits).
struct ValueLimits {
  /// Of a string in Unicode characters, of bytes in bytes.
  std::size_t length = std::numeric_limits<std::size_t>::max();
  /// The value itself is at depth 1, what an array or map holds one deeper. Deeper arrays and maps become
  /// empty values.
  std::size_t depth = 64;
};

/// `text` cut after `most` characters (code points), never inside one.
[[nodiscard]] std::string_view truncate_slow(std::string_view text, std::size_t most) noexcept;
[[nodiscard]] inline std::string_view truncate(std::string_view text, std::size_t most) noexcept {
  return text.size() <= most ? text : truncate_slow(text, most);
}

/// What value_size() and write_value() do for arrays, maps and bytes. Writing takes the size.
[[nodiscard]] std::size_t nested_value_size(const AttributeValue& value, const ValueLimits& limits) noexcept;
std::uint8_t* write_nested_value(std::uint8_t* out, std::size_t size, const AttributeValue& value,
                                 const ValueLimits& limits) noexcept;

/// The size of the AnyValue message of `value`, without a tag or a length before it.
[[nodiscard]] inline std::size_t value_size(const AttributeValue& value,
                                            const ValueLimits& limits = {}) noexcept {
  switch (value.type()) {
    case AttributeValue::Type::empty: return 0;
    case AttributeValue::Type::boolean: return 2;
    case AttributeValue::Type::integer:
      return 1 + varint_size(static_cast<std::uint64_t>(value.as_integer()));
    case AttributeValue::Type::floating: return 1 + sizeof(double);
    case AttributeValue::Type::string:
      return delimited_size(fields::any_value::string_value,
                            truncate(value.as_string(), limits.length).size());
    default: return nested_value_size(value, limits);
  }
}

/// Writes a value whose value_size() is `size`.
inline std::uint8_t* write_value(std::uint8_t* out, std::size_t size, const AttributeValue& value,
                                 const ValueLimits& limits = {}) noexcept {
  switch (value.type()) {
    case AttributeValue::Type::empty: return out;
    case AttributeValue::Type::boolean:
      out = write_tag(out, fields::any_value::bool_value, WireType::varint);
      *out++ = value.as_boolean() ? 1 : 0;
      return out;
    case AttributeValue::Type::integer:
      out = write_tag(out, fields::any_value::int_value, WireType::varint);
      return write_varint(out, static_cast<std::uint64_t>(value.as_integer()));
    case AttributeValue::Type::floating:
      out = write_tag(out, fields::any_value::double_value, WireType::fixed64);
      return write_fixed(out, value.as_floating());
    case AttributeValue::Type::string:
      return write_delimited(out, fields::any_value::string_value,
                             truncate(value.as_string(), limits.length));
    default: return write_nested_value(out, size, value, limits);
  }
}

/// The size of the KeyValue message.
[[nodiscard]] inline std::size_t key_value_size(std::string_view key, std::size_t value_size) noexcept {
  return delimited_size(fields::key_value::key, key.size()) +
         delimited_size(fields::key_value::value, value_size);
}

/// Most attributes are short: all their lengths fit one byte each, so they need not be measured before they
/// are written. Holds for scalars and for strings of at most `string_length` bytes, under keys that are not
/// too long.
[[nodiscard]] inline bool is_short_key_value(std::string_view key, const AttributeValue& value,
                                             std::size_t string_length) noexcept {
  constexpr std::size_t most_of_scalar = 11;  // a tag and a varint
  constexpr std::size_t most = 119;           // of key and value, beside tags and lengths
  const std::size_t size =
      value.type() == AttributeValue::Type::string ? value.as_string().size() : most_of_scalar;
  return value.type() <= AttributeValue::Type::string && size <= string_length && key.size() + size <= most;
}

/// The most that write_short_key_value() writes.
inline constexpr std::size_t short_key_value_size = 2 + 127;

/// A short KeyValue whole: tag, length and content. `field` is below 16.
[[gnu::always_inline]] inline std::uint8_t* write_short_key_value(std::uint8_t* const out,
                                                                  std::uint32_t field, std::string_view key,
                                                                  const AttributeValue& value) noexcept {
  using Type = AttributeValue::Type;
  static_assert(Type::string == Type{4} && Type::floating < Type::string && Type::boolean < Type::string);
  const auto byte = [](std::size_t number) { return static_cast<std::uint8_t>(number); };
  const auto byte_tag = [&](std::uint32_t number, WireType type) { return byte(tag(number, type)); };
  out[0] = byte_tag(field, WireType::delimited);
  out[2] = byte_tag(fields::key_value::key, WireType::delimited);
  out[3] = byte(key.size());
  std::uint8_t* const header = write_bytes(out + 4, key.data(), key.size());
  header[0] = byte_tag(fields::key_value::value, WireType::delimited);
  std::uint8_t* end = header + 2;
  if (value.type() == Type::string) {
    const std::string_view text = value.as_string();
    end[0] = byte_tag(fields::any_value::string_value, WireType::delimited);
    end[1] = byte(text.size());
    end = write_bytes(end + 2, text.data(), text.size());
  } else {
    end = write_value(end, 0, value);  // whose size only matters if it is nested
  }
  header[1] = byte(static_cast<std::size_t>(end - header) - 2);
  out[1] = byte(static_cast<std::size_t>(end - out) - 2);
  return end;
}

/// `attributes` as a repeated KeyValue under `field`. A key given twice is written once, with its last value,
/// in lists of up to 128; in longer ones keys must be unique.
[[nodiscard]] std::size_t key_values_size(std::uint32_t field, Attributes attributes,
                                          const ValueLimits& limits = {}) noexcept;
std::uint8_t* write_key_values(std::uint8_t* out, std::uint32_t field, Attributes attributes,
                               const ValueLimits& limits = {}) noexcept;

}  // namespace sonde::otlp
