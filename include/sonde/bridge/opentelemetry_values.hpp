#pragma once

// What Sonde and opentelemetry-cpp both have a type for, turned from one into the other: contexts,
// attributes, kinds, statuses and times. The bridges stand on it; programs seldom need it.

#include <opentelemetry/baggage/baggage.h>
#include <opentelemetry/common/attribute_value.h>
#include <opentelemetry/common/key_value_iterable.h>
#include <opentelemetry/common/timestamp.h>
#include <opentelemetry/nostd/shared_ptr.h>
#include <opentelemetry/nostd/span.h>
#include <opentelemetry/nostd/string_view.h>
#include <opentelemetry/nostd/variant.h>
#include <opentelemetry/trace/span_context.h>
#include <opentelemetry/trace/span_metadata.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <forward_list>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sonde/attribute.hpp"
#include "sonde/baggage.hpp"
#include "sonde/span_context.hpp"
#include "sonde/span_kind.hpp"

namespace sonde::bridge {

[[nodiscard]] inline std::string_view to_sonde(opentelemetry::nostd::string_view text) noexcept {
  return {text.data(), text.size()};
}
[[nodiscard]] inline opentelemetry::nostd::string_view to_opentelemetry(std::string_view text) noexcept {
  return {text.data(), text.size()};
}

/// Nanoseconds since the Unix epoch; 0, which is "now" to Sonde, for their default.
[[nodiscard]] inline std::uint64_t to_sonde(opentelemetry::common::SystemTimestamp time) noexcept {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

[[nodiscard]] inline opentelemetry::common::SystemTimestamp to_opentelemetry(std::uint64_t time) noexcept {
  return opentelemetry::common::SystemTimestamp(std::chrono::nanoseconds(time));
}

[[nodiscard]] inline StatusCode to_sonde(opentelemetry::trace::StatusCode code) noexcept {
  switch (code) {
    case opentelemetry::trace::StatusCode::kOk: return StatusCode::ok;
    case opentelemetry::trace::StatusCode::kError: return StatusCode::error;
    default: return StatusCode::unset;
  }
}
[[nodiscard]] inline opentelemetry::trace::StatusCode to_opentelemetry(StatusCode code) noexcept {
  switch (code) {
    case StatusCode::ok: return opentelemetry::trace::StatusCode::kOk;
    case StatusCode::error: return opentelemetry::trace::StatusCode::kError;
    default: return opentelemetry::trace::StatusCode::kUnset;
  }
}

[[nodiscard]] inline SpanKind to_sonde(opentelemetry::trace::SpanKind kind) noexcept {
  switch (kind) {
    case opentelemetry::trace::SpanKind::kServer: return SpanKind::server;
    case opentelemetry::trace::SpanKind::kClient: return SpanKind::client;
    case opentelemetry::trace::SpanKind::kProducer: return SpanKind::producer;
    case opentelemetry::trace::SpanKind::kConsumer: return SpanKind::consumer;
    default: return SpanKind::internal;
  }
}
[[nodiscard]] inline opentelemetry::trace::SpanKind to_opentelemetry(SpanKind kind) noexcept {
  switch (kind) {
    case SpanKind::server: return opentelemetry::trace::SpanKind::kServer;
    case SpanKind::client: return opentelemetry::trace::SpanKind::kClient;
    case SpanKind::producer: return opentelemetry::trace::SpanKind::kProducer;
    case SpanKind::consumer: return opentelemetry::trace::SpanKind::kConsumer;
    default: return opentelemetry::trace::SpanKind::kInternal;
  }
}

[[nodiscard]] inline opentelemetry::trace::TraceId to_opentelemetry(const TraceId& id) noexcept {
  return opentelemetry::trace::TraceId(
      opentelemetry::nostd::span<const std::uint8_t, TraceId::size>(id.bytes.data(), TraceId::size));
}
[[nodiscard]] inline opentelemetry::trace::SpanId to_opentelemetry(const SpanId& id) noexcept {
  return opentelemetry::trace::SpanId(
      opentelemetry::nostd::span<const std::uint8_t, SpanId::size>(id.bytes.data(), SpanId::size));
}

[[nodiscard]] inline TraceId to_sonde(const opentelemetry::trace::TraceId& id) noexcept {
  TraceId ours;
  std::memcpy(ours.bytes.data(), id.Id().data(), TraceId::size);
  return ours;
}
[[nodiscard]] inline SpanId to_sonde(const opentelemetry::trace::SpanId& id) noexcept {
  SpanId ours;
  std::memcpy(ours.bytes.data(), id.Id().data(), SpanId::size);
  return ours;
}

/// Allocates only if there is a tracestate.
[[nodiscard]] inline SpanContext to_sonde(const opentelemetry::trace::SpanContext& context) {
  const auto& state = context.trace_state();
  return {to_sonde(context.trace_id()), to_sonde(context.span_id()),
          TraceFlags{context.trace_flags().flags()}, context.IsRemote(),
          state == nullptr || state->Empty() ? TraceState() : TraceState(state->ToHeader())};
}
/// The other way. A tracestate is parsed again, as their type wants it.
[[nodiscard]] inline opentelemetry::trace::SpanContext to_opentelemetry(const SpanContext& context) {
  namespace api = opentelemetry::trace;
  const std::string_view state = context.trace_state().header();
  return {
      to_opentelemetry(context.trace_id()), to_opentelemetry(context.span_id()),
      api::TraceFlags(context.trace_flags().bits), context.is_remote(),
      state.empty() ? api::TraceState::GetDefault() : api::TraceState::FromHeader(to_opentelemetry(state))};
}

/// Their baggage has metadata at the end of values, behind a semicolon.
[[nodiscard]] inline Baggage to_sonde(const opentelemetry::baggage::Baggage& baggage) {
  Baggage ours;
  baggage.GetAllEntries([&](opentelemetry::nostd::string_view key, opentelemetry::nostd::string_view value) {
    const std::string_view text = to_sonde(value);
    const std::size_t end = std::min(text.find(';'), text.size());
    ours = ours.set(to_sonde(key), text.substr(0, end), text.substr(std::min(end + 1, text.size())));
    return true;
  });
  return ours;
}
/// Theirs holds printable ASCII only; other entries are left out.
[[nodiscard]] inline opentelemetry::nostd::shared_ptr<opentelemetry::baggage::Baggage> to_opentelemetry(
    const Baggage& baggage) {
  auto theirs = opentelemetry::baggage::Baggage::GetDefault();
  for (const auto& [key, value, metadata] : baggage) {
    theirs = theirs->Set(key, metadata.empty() ? value : value + ';' + metadata);
  }
  return theirs;
}

/// One of their attribute values as ours: a view of theirs, but for arrays whose elements ours has no type
/// for, which it holds itself.
class ConvertedValue {
 public:
  explicit ConvertedValue(const opentelemetry::common::AttributeValue& value) {
    opentelemetry::nostd::visit([this](const auto& content) { value_ = convert(content); }, value);
  }
  ConvertedValue(const ConvertedValue&) = delete;
  ConvertedValue& operator=(const ConvertedValue&) = delete;

  [[nodiscard]] const AttributeValue& value() const noexcept { return value_; }

 private:
  template <class Scalar>
    requires std::is_arithmetic_v<Scalar>
  static AttributeValue convert(Scalar value) noexcept {
    return value;
  }
  static AttributeValue convert(const char* text) noexcept { return text; }
  static AttributeValue convert(opentelemetry::nostd::string_view text) noexcept { return to_sonde(text); }
  static AttributeValue convert(opentelemetry::nostd::span<const bool> values) noexcept {
    return AttributeValue::booleans({values.data(), values.size()});
  }
  static AttributeValue convert(opentelemetry::nostd::span<const std::int64_t> values) noexcept {
    return AttributeValue::integers({values.data(), values.size()});
  }
  static AttributeValue convert(opentelemetry::nostd::span<const double> values) noexcept {
    return AttributeValue::floatings({values.data(), values.size()});
  }
  static AttributeValue convert(opentelemetry::nostd::span<const std::uint8_t> values) noexcept {
    return AttributeValue::bytes({values.data(), values.size()});
  }
  /// Strings, and integers of other widths.
  template <class Element>
  AttributeValue convert(opentelemetry::nostd::span<const Element> values) {
    elements_.reserve(values.size());
    for (const Element& element : values) elements_.push_back(convert(element));
    return AttributeValue::array(elements_);
  }

  std::vector<AttributeValue> elements_;
  AttributeValue value_;
};

/// Their attributes as ours; views of theirs, as above.
class ConvertedAttributes {
 public:
  explicit ConvertedAttributes(const opentelemetry::common::KeyValueIterable& attributes) {
    list_.reserve(attributes.size());
    // Their iteration lets no exception out, so one that is short of memory loses the attribute, not the
    // program.
    attributes.ForEachKeyValue([this](opentelemetry::nostd::string_view key,
                                      const opentelemetry::common::AttributeValue& value) noexcept {
      try {
        list_.push_back({to_sonde(key), values_.emplace_front(value).value()});
      } catch (...) {
        return false;
      }
      return true;
    });
  }

  // NOLINTNEXTLINE(google-explicit-constructor): what a recording call takes.
  operator Attributes() const noexcept { return {list_.data(), list_.size()}; }

 private:
  std::forward_list<ConvertedValue> values_;
  std::vector<Attribute> list_;
};

}  // namespace sonde::bridge
