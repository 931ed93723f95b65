#pragma once

// The provider is what tracing is configured with: it gives out tracers, and spans started through them go to
// its processors. Programs usually let setup() make one; libraries never need it.
//
// Source: specification trace/sdk.md, Tracer Provider.

#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "sonde/id_generator.hpp"
#include "sonde/resource.hpp"
#include "sonde/sampler.hpp"
#include "sonde/scope_rule.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer.hpp"

namespace sonde {

namespace detail {
void report_first_use() noexcept;
}

class MeterProvider;

/// The most that one span holds (specification: trace/sdk.md, Span Limits).
struct SpanLimits {
  std::size_t attribute_count = 128;
  /// Of strings in characters, of bytes in bytes; longer ones are cut.
  std::size_t attribute_value_length = std::numeric_limits<std::size_t>::max();
  /// Of arrays and maps in each other; deeper ones become empty values.
  std::size_t attribute_value_depth = 64;
  std::size_t event_count = 128;
  std::size_t link_count = 128;
  std::size_t event_attribute_count = 128;
  std::size_t link_attribute_count = 128;
};

struct TracerProviderOptions {
  Resource resource = {};
  SpanLimits limits = {};
  std::unique_ptr<Sampler> sampler = {};  ///< Null: follows the parent, and samples every root.
  std::vector<std::unique_ptr<SpanProcessor>> processors = {};
  /// Where spans are counted, as otel.sdk.span.started and otel.sdk.span.live; null: nowhere, which is
  /// cheaper. Needed during construction only.
  MeterProvider* meter_provider = nullptr;
  std::unique_ptr<IdGenerator> id_generator = {};  ///< Null: random ids.
  std::vector<ScopeRule> tracers = {};             ///< Tracers turned off do as those without a provider.
};

class TracerProvider {
 public:
  explicit TracerProvider(TracerProviderOptions options);
  ~TracerProvider();  ///< Shuts down, allowing five seconds.
  TracerProvider(const TracerProvider&) = delete;
  TracerProvider& operator=(const TracerProvider&) = delete;

  /// The tracer of that scope; the same one for the same arguments. Takes a lock.
  [[nodiscard]] Tracer get_tracer(std::string_view name, std::string_view version = {},
                                  std::string_view schema_url = {}, Attributes attributes = {});

  /// Exports all spans that have ended. False if that was not done in time.
  bool force_flush(std::chrono::milliseconds timeout = std::chrono::milliseconds(30'000)) noexcept;

  /// Flushes and turns its tracers off for good; spans still open end without trace. False if not done in
  /// time.
  bool shutdown(std::chrono::milliseconds timeout = std::chrono::milliseconds(5'000)) noexcept;

  [[nodiscard]] const Resource& resource() const noexcept;

  /// Makes this the provider behind sonde::get_tracer(), for tracers already given out too.
  void set_as_global();

 private:
  friend Tracer get_tracer(std::string_view name, std::string_view version, std::string_view schema_url,
                           Attributes attributes);
  friend void detail::report_first_use() noexcept;

  class Impl;
  static Impl& stand_in();
  std::unique_ptr<Impl> impl_;
};

}  // namespace sonde
