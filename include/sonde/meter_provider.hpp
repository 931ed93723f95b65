#pragma once

// The provider is what metrics are configured with: it gives out meters, and its readers collect what their
// instruments measure. Programs usually let setup() make one; libraries never need it.
//
// Source: specification metrics/sdk.md, MeterProvider.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "sonde/meter.hpp"
#include "sonde/metric_reader.hpp"
#include "sonde/resource.hpp"
#include "sonde/scope_rule.hpp"
#include "sonde/view.hpp"

namespace sonde {

/// Which measurements may be kept as exemplars (OTEL_METRICS_EXEMPLAR_FILTER).
enum class ExemplarFilter : std::uint8_t {
  trace_based,  ///< Those made while a sampled span is current.
  always_on,
  always_off,
};

struct MeterProviderOptions {
  Resource resource = {};
  std::vector<View> views = {};
  ExemplarFilter exemplar_filter = ExemplarFilter::trace_based;
  std::vector<ScopeRule> meters = {};  ///< Meters turned off do as those without a provider.
  std::vector<std::shared_ptr<MetricReader>> readers = {};  ///< Each of one provider only.
};

class MeterProvider {
 public:
  explicit MeterProvider(MeterProviderOptions options);
  ~MeterProvider();  ///< Shuts down, allowing five seconds.
  MeterProvider(const MeterProvider&) = delete;
  MeterProvider& operator=(const MeterProvider&) = delete;

  /// The meter of that scope; the same one for the same arguments. Takes a lock.
  [[nodiscard]] Meter get_meter(std::string_view name, std::string_view version = {},
                                std::string_view schema_url = {}, Attributes attributes = {});

  /// Lets every reader that exports collect and export. False if that was not done in time.
  bool force_flush(std::chrono::milliseconds timeout = std::chrono::milliseconds(30'000)) noexcept;

  /// Flushes and turns its instruments off for good. False if not done in time.
  bool shutdown(std::chrono::milliseconds timeout = std::chrono::milliseconds(5'000)) noexcept;

  [[nodiscard]] const Resource& resource() const noexcept;

  /// Makes this the provider behind sonde::get_meter(), for meters and instruments already given out too.
  void set_as_global();

 private:
  friend Meter get_meter(std::string_view name, std::string_view version, std::string_view schema_url,
                         Attributes attributes);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sonde
