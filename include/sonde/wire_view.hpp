#pragma once

// Recorded telemetry, read where it lies: ranges over the fields of a protobuf message, and OTLP's attribute
// values. What is damaged reads as ended; nothing is copied.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "sonde/attribute.hpp"

namespace sonde {

namespace detail {

/// One field of a protobuf message.
struct WireField {
  std::uint32_t number = 0;   ///< 0: the message has ended, or is damaged from here on.
  std::uint64_t integer = 0;  ///< Of a varint or fixed-size field.
  std::string_view content;   ///< Of a length-delimited field.
};

/// Takes the next field off the front of `message`.
WireField take_field(std::string_view& message) noexcept;

/// The content of the first length-delimited field of that number, or nothing.
[[nodiscard]] inline std::string_view find_field(std::string_view message, std::uint32_t number) noexcept {
  for (WireField field = take_field(message); field.number != 0; field = take_field(message)) {
    if (field.number == number) return field.content;
  }
  return {};
}

/// The submessages of a message that stand under one field number, each as a View.
template <class View>
class WireRange {
 public:
  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = View;

    Iterator() = default;
    Iterator(std::string_view rest, std::uint32_t field) noexcept : rest_(rest), field_(field) { advance(); }
    View operator*() const noexcept { return View(content_); }
    Iterator& operator++() noexcept {
      advance();
      return *this;
    }
    void operator++(int) noexcept { advance(); }
    friend bool operator==(const Iterator& iterator, std::default_sentinel_t) noexcept {
      return iterator.at_end_;
    }

   private:
    void advance() noexcept {
      for (WireField field = take_field(rest_); field.number != 0; field = take_field(rest_)) {
        if (field.number == field_) {
          content_ = field.content;
          return;
        }
      }
      at_end_ = true;
    }

    std::string_view rest_;
    std::string_view content_;
    std::uint32_t field_ = 0;
    bool at_end_ = false;
  };

  WireRange() = default;
  WireRange(std::string_view message, std::uint32_t field) noexcept : message_(message), field_(field) {}
  [[nodiscard]] Iterator begin() const noexcept { return Iterator(message_, field_); }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::string_view message_;
  std::uint32_t field_ = 0;
};

}  // namespace detail

class AttributeView;

/// A recorded value (OTLP's AnyValue). Arrays and maps are walked with elements() and entries().
class ValueView {
 public:
  explicit ValueView(std::string_view any_value) noexcept;

  /// One of empty, boolean, integer, floating, string, bytes, array, map.
  [[nodiscard]] AttributeValue::Type type() const noexcept { return type_; }
  [[nodiscard]] bool as_boolean() const noexcept { return integer_ != 0; }
  [[nodiscard]] std::int64_t as_integer() const noexcept { return static_cast<std::int64_t>(integer_); }
  [[nodiscard]] double as_floating() const noexcept;
  /// The content of a string or of bytes.
  [[nodiscard]] std::string_view as_string() const noexcept { return content_; }
  [[nodiscard]] detail::WireRange<ValueView> elements() const noexcept;
  [[nodiscard]] detail::WireRange<AttributeView> entries() const noexcept;

 private:
  std::string_view content_;
  std::uint64_t integer_ = 0;
  AttributeValue::Type type_ = AttributeValue::Type::empty;
};

/// Appends a value as JSON: for people, and for receivers whose attributes cannot nest (specification
/// common/README.md, AnyValue representation for non-OTLP protocols). Bytes become base64.
void append_json(const ValueView& value, std::string& out);

/// A recorded key and value.
class AttributeView {
 public:
  explicit AttributeView(std::string_view key_value) noexcept;
  [[nodiscard]] std::string_view key() const noexcept { return key_; }
  [[nodiscard]] ValueView value() const noexcept { return ValueView(value_); }

 private:
  std::string_view key_;
  std::string_view value_;
};

}  // namespace sonde
