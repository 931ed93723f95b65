#pragma once

// A Sonde span behind opentelemetry-cpp's interface of a span: what its calls mean is the same whether the
// span is owned by their handle or only looked at, so it stands here once.

#include <opentelemetry/common/key_value_iterable.h>
#include <opentelemetry/trace/span.h>
#include <opentelemetry/trace/span_context_kv_iterable.h>

#include "sonde/bridge/opentelemetry_values.hpp"
#include "sonde/span.hpp"

namespace sonde::bridge {

/// `Derived::with_span(write)` calls `write` with the span, unless there is none to write to; it may throw,
/// for want of memory, which costs what was to be recorded.
template <class Derived>
class SpanInterface : public opentelemetry::trace::Span {
 public:
  void SetAttribute(opentelemetry::nostd::string_view key,
                    const opentelemetry::common::AttributeValue& value) noexcept override {
    record([&](sonde::Span& span) { span.set_attribute(to_sonde(key), ConvertedValue(value).value()); });
  }

  void AddEvent(opentelemetry::nostd::string_view name) noexcept override {
    record([&](sonde::Span& span) { span.add_event(to_sonde(name)); });
  }
  void AddEvent(opentelemetry::nostd::string_view name,
                opentelemetry::common::SystemTimestamp time) noexcept override {
    record([&](sonde::Span& span) { span.add_event(to_sonde(name), {}, to_sonde(time)); });
  }
  void AddEvent(opentelemetry::nostd::string_view name,
                const opentelemetry::common::KeyValueIterable& attributes) noexcept override {
    record([&](sonde::Span& span) { span.add_event(to_sonde(name), ConvertedAttributes(attributes)); });
  }
  void AddEvent(opentelemetry::nostd::string_view name, opentelemetry::common::SystemTimestamp time,
                const opentelemetry::common::KeyValueIterable& attributes) noexcept override {
    record([&](sonde::Span& span) {
      span.add_event(to_sonde(name), ConvertedAttributes(attributes), to_sonde(time));
    });
  }

#if OPENTELEMETRY_ABI_VERSION_NO >= 2
  void AddLink(const opentelemetry::trace::SpanContext& target,
               const opentelemetry::common::KeyValueIterable& attributes) noexcept override {
    record([&](sonde::Span& span) { span.add_link(to_sonde(target), ConvertedAttributes(attributes)); });
  }
  void AddLinks(const opentelemetry::trace::SpanContextKeyValueIterable& links) noexcept override {
    links.ForEachKeyValue([this](const opentelemetry::trace::SpanContext& target,
                                 const opentelemetry::common::KeyValueIterable& attributes) noexcept {
      AddLink(target, attributes);
      return true;
    });
  }
#endif

  void SetStatus(opentelemetry::trace::StatusCode code,
                 opentelemetry::nostd::string_view description) noexcept override {
    record([&](sonde::Span& span) { span.set_status(to_sonde(code), to_sonde(description)); });
  }

  void UpdateName(opentelemetry::nostd::string_view name) noexcept override {
    record([&](sonde::Span& span) { span.update_name(to_sonde(name)); });
  }

  [[nodiscard]] bool IsRecording() const noexcept override {
    bool is_recording = false;
    record([&](const sonde::Span& span) { is_recording = span.is_recording(); });
    return is_recording;
  }

 protected:
  template <class Write>
  void record(const Write& write) const noexcept {
    try {
      static_cast<const Derived*>(this)->with_span(write);
    } catch (...) {
      return;
    }
  }
};

}  // namespace sonde::bridge
