#pragma once

// Finished spans, read where they lie. A span is encoded once, as it is recorded; processors and exporters
// that want to look inside read those bytes through the views here, which decode what they are asked for and
// copy nothing. A view is valid as long as the bytes are.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "sonde/attribute.hpp"
#include "sonde/ids.hpp"
#include "sonde/span_kind.hpp"

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

class SpanEventView {
 public:
  explicit SpanEventView(std::string_view event) noexcept;
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  /// Nanoseconds since the Unix epoch.
  [[nodiscard]] std::uint64_t time() const noexcept { return time_; }
  [[nodiscard]] detail::WireRange<AttributeView> attributes() const noexcept;

 private:
  std::string_view event_;
  std::string_view name_;
  std::uint64_t time_ = 0;
};

class SpanLinkView {
 public:
  explicit SpanLinkView(std::string_view link) noexcept;
  [[nodiscard]] const TraceId& trace_id() const noexcept { return trace_id_; }
  [[nodiscard]] const SpanId& span_id() const noexcept { return span_id_; }
  [[nodiscard]] detail::WireRange<AttributeView> attributes() const noexcept;

 private:
  std::string_view link_;
  TraceId trace_id_;
  SpanId span_id_;
};

/// A finished span (OTLP's Span).
class SpanView {
 public:
  explicit SpanView(std::string_view span) noexcept;

  [[nodiscard]] const TraceId& trace_id() const noexcept { return trace_id_; }
  [[nodiscard]] const SpanId& span_id() const noexcept { return span_id_; }
  [[nodiscard]] const SpanId& parent_span_id() const noexcept { return parent_span_id_; }
  [[nodiscard]] std::string_view trace_state() const noexcept { return trace_state_; }
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] SpanKind kind() const noexcept { return kind_; }
  /// Nanoseconds since the Unix epoch.
  [[nodiscard]] std::uint64_t start_time() const noexcept { return start_time_; }
  [[nodiscard]] std::uint64_t end_time() const noexcept { return end_time_; }
  [[nodiscard]] StatusCode status() const noexcept { return status_; }
  [[nodiscard]] std::string_view status_message() const noexcept { return status_message_; }
  [[nodiscard]] std::uint32_t dropped_attributes() const noexcept { return dropped_attributes_; }
  [[nodiscard]] std::uint32_t dropped_events() const noexcept { return dropped_events_; }
  [[nodiscard]] std::uint32_t dropped_links() const noexcept { return dropped_links_; }
  [[nodiscard]] detail::WireRange<AttributeView> attributes() const noexcept;
  [[nodiscard]] detail::WireRange<SpanEventView> events() const noexcept;
  [[nodiscard]] detail::WireRange<SpanLinkView> links() const noexcept;
  /// The Span message itself.
  [[nodiscard]] std::string_view otlp() const noexcept { return otlp_; }

 private:
  void read_status(std::string_view status) noexcept;

  std::string_view otlp_;
  std::string_view name_;
  std::string_view trace_state_;
  std::string_view status_message_;
  TraceId trace_id_;
  SpanId span_id_;
  SpanId parent_span_id_;
  std::uint64_t start_time_ = 0;
  std::uint64_t end_time_ = 0;
  std::uint32_t dropped_attributes_ = 0;
  std::uint32_t dropped_events_ = 0;
  std::uint32_t dropped_links_ = 0;
  SpanKind kind_ = SpanKind::unspecified;
  StatusCode status_ = StatusCode::unset;
};

}  // namespace sonde
