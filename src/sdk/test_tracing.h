#pragma once

// What the SDK's tests share: a provider whose finished spans can be looked at, and short ways to look.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sonde/in_memory_exporter.hpp"
#include "sonde/resource.hpp"
#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde::test {

struct TestTracing {
  /// The spans kept in memory are those that reach the end of `options.processors`.
  explicit TestTracing(TracerProviderOptions options = {}) {
    options.resource = Resource({{"service.name", std::string("test")}});
    options.processors.push_back(std::make_unique<SimpleSpanProcessor>(make_in_memory_exporter(memory)));
    provider = std::make_unique<TracerProvider>(std::move(options));
    tracer = provider->get_tracer("test", "1.0");
  }
  explicit TestTracing(const SpanLimits& limits) : TestTracing(TracerProviderOptions{.limits = limits}) {}
  explicit TestTracing(std::unique_ptr<SpanProcessor> first) : TestTracing(with(std::move(first))) {}

  std::shared_ptr<InMemorySpans> memory = std::make_shared<InMemorySpans>();
  std::unique_ptr<TracerProvider> provider;
  Tracer tracer;

 private:
  static TracerProviderOptions with(std::unique_ptr<SpanProcessor> processor) {
    TracerProviderOptions options;
    options.processors.push_back(std::move(processor));
    return options;
  }
};

/// The first attribute of that key.
template <class Range>
std::optional<ValueView> find(const Range& attributes, std::string_view key) {
  for (const AttributeView attribute : attributes) {
    if (attribute.key() == key) return attribute.value();
  }
  return std::nullopt;
}

template <class Range>
int count(const Range& range) {
  int items = 0;
  for (const auto item : range) {
    static_cast<void>(item);
    ++items;
  }
  return items;
}

}  // namespace sonde::test
