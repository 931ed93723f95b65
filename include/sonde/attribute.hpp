#pragma once

// An attribute is a key and a value. The value is OTLP's AnyValue: a scalar, a string, bytes, or an array or
// map of further values to any depth, so that structured content such as GenAI messages needs no JSON inside
// strings.
//
// AttributeValue is a view of 16 bytes: it never owns or copies what it points at. Passed to a recording call
// it need only live until that call returns, so literals and temporaries are fine as arguments:
//
//     span.set_attribute("gen_ai.request.model", model);
//     span.set_attribute("doc_ids", AttributeValue::strings(ids));
//     span.set_attribute("message", AttributeValue::map({{"role", "user"}, {"parts", 2}}));
//
// Source: opentelemetry-proto common.proto, AnyValue; specification common/README.md.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace sonde {

struct Attribute;

class AttributeValue {
 public:
  enum class Type : std::uint8_t {
    empty,  ///< No value: OTLP's AnyValue with nothing set.
    boolean,
    integer,   ///< 64 bits, signed.
    floating,  ///< 64 bits, IEEE 754.
    string,    ///< UTF-8.
    bytes,
    array,     ///< Values of any types.
    map,       ///< Attributes; keys are meant to be unique.
    booleans,  ///< The four kinds of homogeneous array that a caller may hold already; on the wire an array.
    integers,
    floatings,
    strings,
  };

  constexpr AttributeValue() noexcept = default;

  // Implicit, so that set_attribute("key", 42) reads as it should.
  // NOLINTBEGIN(google-explicit-constructor)
  constexpr AttributeValue(std::same_as<bool> auto value) noexcept : boolean_(value), type_(Type::boolean) {}

  /// An unsigned value above the signed range becomes the largest integer: OTLP has no wider one.
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool>)
  constexpr AttributeValue(Integer value) noexcept : integer_(to_signed(value)), type_(Type::integer) {}

  constexpr AttributeValue(std::floating_point auto value) noexcept
      : floating_(static_cast<double>(value)), type_(Type::floating) {}

  constexpr AttributeValue(std::string_view value) noexcept
      : data_(value.data()), size_(clamp(value.size())), type_(Type::string) {}
  AttributeValue(const std::string& value) noexcept : AttributeValue(std::string_view(value)) {}
  /// A null pointer is the empty value.
  constexpr AttributeValue(const char* value) noexcept {
    if (value != nullptr) *this = AttributeValue(std::string_view(value));
  }
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] static constexpr AttributeValue bytes(std::span<const std::uint8_t> value) noexcept {
    return {value.data(), value.size(), Type::bytes};
  }
  [[nodiscard]] static constexpr AttributeValue array(std::span<const AttributeValue> values) noexcept {
    return {values.data(), values.size(), Type::array};
  }
  [[nodiscard]] static constexpr AttributeValue array(std::initializer_list<AttributeValue> values) noexcept {
    return {values.begin(), values.size(), Type::array};
  }
  [[nodiscard]] static constexpr AttributeValue map(std::span<const Attribute> attributes) noexcept {
    return {attributes.data(), attributes.size(), Type::map};
  }
  [[nodiscard]] static constexpr AttributeValue map(std::initializer_list<Attribute> attributes) noexcept;
  [[nodiscard]] static constexpr AttributeValue booleans(std::span<const bool> values) noexcept {
    return {values.data(), values.size(), Type::booleans};
  }
  [[nodiscard]] static constexpr AttributeValue integers(std::span<const std::int64_t> values) noexcept {
    return {values.data(), values.size(), Type::integers};
  }
  [[nodiscard]] static constexpr AttributeValue floatings(std::span<const double> values) noexcept {
    return {values.data(), values.size(), Type::floatings};
  }
  [[nodiscard]] static constexpr AttributeValue strings(std::span<const std::string_view> values) noexcept {
    return {values.data(), values.size(), Type::strings};
  }

  [[nodiscard]] constexpr Type type() const noexcept { return type_; }

  // Each of these may be read only when type() says so.
  [[nodiscard]] constexpr bool as_boolean() const noexcept { return boolean_; }
  [[nodiscard]] constexpr std::int64_t as_integer() const noexcept { return integer_; }
  [[nodiscard]] constexpr double as_floating() const noexcept { return floating_; }
  [[nodiscard]] std::string_view as_string() const noexcept {
    return {static_cast<const char*>(data_), size_};
  }
  [[nodiscard]] std::span<const std::uint8_t> as_bytes() const noexcept { return items<std::uint8_t>(); }
  [[nodiscard]] std::span<const AttributeValue> as_array() const noexcept { return items<AttributeValue>(); }
  [[nodiscard]] std::span<const Attribute> as_map() const noexcept { return items<Attribute>(); }
  [[nodiscard]] std::span<const bool> as_booleans() const noexcept { return items<bool>(); }
  [[nodiscard]] std::span<const std::int64_t> as_integers() const noexcept { return items<std::int64_t>(); }
  [[nodiscard]] std::span<const double> as_floatings() const noexcept { return items<double>(); }
  [[nodiscard]] std::span<const std::string_view> as_strings() const noexcept {
    return items<std::string_view>();
  }

 private:
  constexpr AttributeValue(const void* data, std::size_t size, Type type) noexcept
      : data_(data), size_(clamp(size)), type_(type) {}

  /// OTLP lengths above 4 GiB cannot be sent; what is beyond is cut.
  static constexpr std::uint32_t clamp(std::size_t size) noexcept {
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(size < most ? size : most);
  }
  static constexpr std::int64_t to_signed(std::integral auto value) noexcept {
    if constexpr (std::unsigned_integral<decltype(value)> && sizeof(value) == 8) {
      constexpr auto most = std::numeric_limits<std::int64_t>::max();
      return value > static_cast<std::uint64_t>(most) ? most : static_cast<std::int64_t>(value);
    } else {
      return static_cast<std::int64_t>(value);
    }
  }
  template <class T>
  [[nodiscard]] std::span<const T> items() const noexcept {
    return {static_cast<const T*>(data_), size_};
  }

  union {
    const void* data_ = nullptr;
    bool boolean_;
    std::int64_t integer_;
    double floating_;
  };
  std::uint32_t size_ = 0;
  Type type_ = Type::empty;
};

static_assert(sizeof(AttributeValue) == 16);

/// A key and its value, both views; see AttributeValue for how long they must live.
struct Attribute {
  std::string_view key;
  AttributeValue value;
};

constexpr AttributeValue AttributeValue::map(std::initializer_list<Attribute> attributes) noexcept {
  return {attributes.begin(), attributes.size(), Type::map};
}

/// The attributes of a recording call: a span over an array, a vector or a braced list.
class Attributes : public std::span<const Attribute> {
 public:
  using std::span<const Attribute>::span;
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Attributes(std::span<const Attribute> list) noexcept : std::span<const Attribute>(list) {}
  // NOLINTNEXTLINE(google-explicit-constructor): f({{"key", 1}}) is the point; lives as long as the call.
  constexpr Attributes(std::initializer_list<Attribute> list) noexcept
      : std::span<const Attribute>(list.begin(), list.size()) {}
};

}  // namespace sonde
