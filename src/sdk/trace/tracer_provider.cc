#include "sonde/tracer_provider.hpp"

#include "sdk/diagnostics.h"
#include "sdk/scoped_provider.h"
#include "sdk/trace/tracer_core.h"

namespace sonde {

using detail::ScopeKey;

void detail::TracerPipeline::set_processors(std::vector<std::unique_ptr<SpanProcessor>> all) {
  processors = std::move(all);
  for (const auto& processor : processors) {
    const SpanProcessor::Interest wants = processor->interest();
    interest.on_start |= wants.on_start;
    interest.on_ending |= wants.on_ending;
  }
}

constinit std::atomic<detail::SpanCountersFactory> detail::span_counters_factory{nullptr};

class TracerProvider::Impl
    : public detail::ScopedProvider<detail::TracerPipeline, detail::TracerCore, detail::TracerSlot> {
 public:
  using ScopedProvider::ScopedProvider;
};

TracerProvider::TracerProvider(TracerProviderOptions options)
    : impl_(std::make_unique<Impl>([&](detail::TracerPipeline& pipeline) {
        detail::encode_resource_core(pipeline.resource, std::move(options.resource));
        pipeline.limits = options.limits;
        pipeline.sampler = std::move(options.sampler);
        if (pipeline.sampler != nullptr) pipeline.sampling = detail::SamplingPlan(*pipeline.sampler);
        pipeline.id_generator = std::move(options.id_generator);
        pipeline.scope_rules = std::move(options.tracers);
        pipeline.set_processors(std::move(options.processors));
        const detail::SpanCountersFactory make_counters = detail::span_counters_factory.load();
        if (options.meter_provider != nullptr && make_counters != nullptr) {
          pipeline.counters = make_counters(*options.meter_provider);
        }
        pipeline.ends_plainly = !pipeline.interest.on_ending && pipeline.counters == nullptr;
        pipeline.is_plain = pipeline.id_generator == nullptr && pipeline.counters == nullptr;
        const detail::SamplingPlan::Case& root = pipeline.sampling.at(detail::ParentCase::root);
        pipeline.drops_roots =
            pipeline.is_plain && root.sampler == nullptr && root.decision == SamplingDecision::drop;
      })) {}

TracerProvider::~TracerProvider() { shutdown(); }

Tracer TracerProvider::get_tracer(std::string_view name, std::string_view version,
                                  std::string_view schema_url, Attributes attributes) {
  const detail::TracerSlot* const slot = impl_->slot(ScopeKey(name, version, schema_url, attributes));
  return slot == nullptr ? Tracer() : Tracer(slot);
}

bool TracerProvider::force_flush(std::chrono::milliseconds timeout) noexcept {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  bool done = true;
  for (const auto& processor : impl_->pipeline().processors) done = processor->force_flush(deadline) && done;
  return done;
}

bool TracerProvider::shutdown(std::chrono::milliseconds timeout) noexcept {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  if (!impl_->turn_off()) return true;
  bool done = true;
  for (const auto& processor : impl_->pipeline().processors) done = processor->shutdown(deadline) && done;
  return done;
}

const Resource& TracerProvider::resource() const noexcept { return impl_->pipeline().resource.resource; }

void TracerProvider::set_as_global() { impl_->set_as_global(); }

/// What global tracers lead to until the program sets a provider: one without processors, whose sampler is
/// there to keep the first span off the quick path. Immortal, as pipelines are. Two threads that make it at
/// once make two, of which one stays: a fork could leave the guard of a static shut in the child, and a
/// detail::Immortal is made under a lock, which the making of a provider must not be.
TracerProvider::Impl& TracerProvider::stand_in() {
  static constinit std::atomic<Impl*> instance{nullptr};
  if (Impl* const made = instance.load(std::memory_order_acquire); made != nullptr) return *made;
  auto fresh = std::make_unique<Impl>([](detail::TracerPipeline& pipeline) {
    pipeline.sampler = std::make_unique<TraceIdRatioBasedSampler>(0.0);
    pipeline.sampling = detail::SamplingPlan(*pipeline.sampler);
    pipeline.stands_in = true;
  });
  Impl* made = nullptr;
  return instance.compare_exchange_strong(made, fresh.get()) ? *fresh.release() : *made;
}

void detail::report_first_use() noexcept {
  if (!TracerProvider::stand_in().turn_off()) return;
  diagnose(
      "a span was started before there was a tracer provider, so it is not recorded; call sonde::setup() "
      "first");
}

Tracer get_tracer(std::string_view name, std::string_view version, std::string_view schema_url,
                  Attributes attributes) {
  TracerProvider::stand_in().set_as_first_global();
  return Tracer(&TracerProvider::Impl::global_slot(ScopeKey(name, version, schema_url, attributes)));
}

}  // namespace sonde
