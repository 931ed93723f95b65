#include "sonde/meter_provider.hpp"

#include <new>
#include <utility>

#include "sdk/diagnostics.h"
#include "sdk/metrics/meter_core.h"
#include "sdk/scoped_provider.h"
#include "sdk/trace/span_counters.h"

namespace sonde {

using detail::ScopeKey;

class MeterProvider::Impl
    : public detail::ScopedProvider<detail::MeterPipeline, detail::MeterCore, detail::MeterSlot> {
 public:
  using ScopedProvider::ScopedProvider;

  /// Those the provider has; none after shutdown.
  [[nodiscard]] std::vector<std::shared_ptr<MetricReader>> readers() {
    const std::lock_guard lock(detail::metrics_mutex());
    return pipeline().readers;
  }

  void detach_readers() {
    std::vector<std::shared_ptr<MetricReader>> readers;  // destroyed after the lock is released
    const std::lock_guard lock(detail::metrics_mutex());
    pipeline().is_shut_down = true;
    readers.swap(pipeline().readers);
  }
};

MeterProvider::MeterProvider(MeterProviderOptions options)
    : impl_(std::make_unique<Impl>([&](detail::MeterPipeline& pipeline) {
        detail::span_counters_factory.store(detail::make_span_counters);
        detail::encode_resource_core(pipeline.resource, std::move(options.resource));
        pipeline.views = std::move(options.views);
        pipeline.exemplar_filter = options.exemplar_filter;
        pipeline.scope_rules = std::move(options.meters);
        for (auto& reader : options.readers) {
          if (reader == nullptr) continue;
          if (reader->collector_ != nullptr) {
            detail::diagnose(
                "a metric reader belongs to another provider already, and is left out of this one");
            continue;
          }
          reader->collector_ = std::make_shared<detail::MetricCollector>(pipeline, pipeline.readers.size());
          pipeline.readers.push_back(std::move(reader));
        }
        pipeline.previous_times.resize(pipeline.readers.size());
      })) {
  for (const auto& reader : impl_->readers()) reader->on_attached();
}

MeterProvider::~MeterProvider() { shutdown(); }

Meter MeterProvider::get_meter(std::string_view name, std::string_view version, std::string_view schema_url,
                               Attributes attributes) {
  return Meter(impl_->slot(ScopeKey(name, version, schema_url, attributes)));
}

bool MeterProvider::force_flush(std::chrono::milliseconds timeout) noexcept {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  bool done = true;
  for (const auto& reader : impl_->readers()) done = reader->force_flush(deadline) && done;
  return done;
}

bool MeterProvider::shutdown(std::chrono::milliseconds timeout) noexcept {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  bool done = true;
  for (const auto& reader : impl_->readers()) done = reader->shutdown(deadline) && done;
  if (impl_->turn_off()) impl_->detach_readers();
  return done;
}

const Resource& MeterProvider::resource() const noexcept { return impl_->pipeline().resource.resource; }

void MeterProvider::set_as_global() {
  impl_->set_as_global();
  detail::say_problems();
}

Meter get_meter(std::string_view name, std::string_view version, std::string_view schema_url,
                Attributes attributes) {
  return Meter(&MeterProvider::Impl::global_slot(ScopeKey(name, version, schema_url, attributes)));
}

}  // namespace sonde
