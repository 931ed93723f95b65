#include "sonde/tracer_provider.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <tuple>

#include "otlp/writer.h"
#include "sdk/resource_encoding.h"
#include "sdk/tracer_core.h"

namespace sonde {
namespace {

using detail::Pipeline;
using detail::TracerCore;
using detail::TracerSlot;
namespace fields = otlp::fields;

using Scope = std::tuple<std::string, std::string, std::string>;  ///< Name, version, schema URL.

/// Everything that spans may point at, for as long as the process lives (see tracer_core.h), and the one lock
/// that guards it and the providers' tracers: getting a tracer is rare.
struct Immortals {
  std::mutex mutex;
  std::deque<Pipeline> pipelines;
  std::deque<TracerCore> cores;
  std::map<Scope, TracerSlot> global_slots;
};

Immortals& immortals() {
  static auto* const instance = new Immortals;  // outlives every static destructor
  return *instance;
}

std::string delimited(std::uint32_t field, std::string_view content) {
  std::string out(otlp::delimited_size(field, content.size()), '\0');
  otlp::write_delimited(reinterpret_cast<std::uint8_t*>(out.data()), field, content);
  return out;
}

std::string encode_scope(std::string_view name, std::string_view version) {
  std::string content = delimited(fields::instrumentation_scope::name, name);
  if (!version.empty()) content += delimited(fields::instrumentation_scope::version, version);
  return delimited(fields::scope_items::scope, content);
}

}  // namespace

class TracerProvider::Impl {
 public:
  explicit Impl(TracerProviderOptions options) : pipeline_(make_pipeline(std::move(options))) {}

  /// Null once shut down. The lock is held.
  TracerCore* core(const Scope& scope) {
    if (is_shut_down_) return nullptr;
    auto [found, is_new] = cores_.try_emplace(scope);
    if (is_new) found->second = make_core(scope);
    return found->second;
  }

  /// Turns the tracers off; false if they are already. The lock is held.
  bool turn_off() noexcept {
    if (is_shut_down_) return false;
    is_shut_down_ = true;
    for (auto& [scope, core] : cores_) core->slot.core.store(nullptr, std::memory_order_release);
    if (global_ != this) return true;
    global_ = nullptr;
    for (auto& [scope, slot] : immortals().global_slots) slot.core.store(nullptr, std::memory_order_release);
    return true;
  }

  /// The lock is held.
  void set_as_global() {
    global_ = this;
    for (auto& [scope, slot] : immortals().global_slots)
      slot.core.store(core(scope), std::memory_order_release);
  }

  /// The provider behind sonde::get_tracer(), or null. The lock is held.
  [[nodiscard]] static Impl* global() noexcept { return global_; }

  [[nodiscard]] Pipeline& pipeline() noexcept { return *pipeline_; }

 private:
  static Pipeline* make_pipeline(TracerProviderOptions options) {
    const std::lock_guard lock(immortals().mutex);
    Pipeline& pipeline = immortals().pipelines.emplace_back();
    pipeline.encoded_resource =
        delimited(fields::resource_items::resource, detail::encode_resource(options.resource));
    pipeline.resource = std::move(options.resource);
    pipeline.limits = options.limits;
    pipeline.processors = std::move(options.processors);
    return &pipeline;
  }

  TracerCore* make_core(const Scope& scope) {
    TracerCore& core = immortals().cores.emplace_back();
    core.pipeline = pipeline_;
    std::tie(core.name, core.version, core.schema_url) = scope;
    core.encoded_scope = encode_scope(core.name, core.version);
    if (!core.schema_url.empty()) {
      core.encoded_schema_url = delimited(fields::scope_items::schema_url, core.schema_url);
    }
    core.slot.core.store(&core, std::memory_order_release);
    return &core;
  }

  static inline Impl* global_ = nullptr;

  Pipeline* pipeline_;
  std::map<Scope, TracerCore*> cores_;
  bool is_shut_down_ = false;
};

TracerProvider::TracerProvider(TracerProviderOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}

TracerProvider::~TracerProvider() { shutdown(); }

Tracer TracerProvider::get_tracer(std::string_view name, std::string_view version,
                                  std::string_view schema_url) {
  const std::lock_guard lock(immortals().mutex);
  const TracerCore* const core =
      impl_->core({std::string(name), std::string(version), std::string(schema_url)});
  return core == nullptr ? Tracer() : Tracer(&core->slot);
}

bool TracerProvider::force_flush(std::chrono::milliseconds timeout) noexcept {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  bool done = true;
  for (const auto& processor : impl_->pipeline().processors) done = processor->force_flush(deadline) && done;
  return done;
}

bool TracerProvider::shutdown(std::chrono::milliseconds timeout) noexcept {
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  {
    const std::lock_guard lock(immortals().mutex);
    if (!impl_->turn_off()) return true;
  }
  bool done = true;
  for (const auto& processor : impl_->pipeline().processors) done = processor->shutdown(deadline) && done;
  return done;
}

const Resource& TracerProvider::resource() const noexcept { return impl_->pipeline().resource; }

void TracerProvider::set_as_global() {
  const std::lock_guard lock(immortals().mutex);
  impl_->set_as_global();
}

Tracer TracerProvider::global_tracer(std::string_view name, std::string_view version) {
  const std::lock_guard lock(immortals().mutex);
  const Scope scope(name, version, "");
  auto [slot, is_new] = immortals().global_slots.try_emplace(scope);
  if (Impl* const provider = Impl::global(); is_new && provider != nullptr) {
    slot->second.core.store(provider->core(scope), std::memory_order_release);
  }
  return Tracer(&slot->second);
}

Tracer get_tracer(std::string_view name, std::string_view version) {
  return TracerProvider::global_tracer(name, version);
}

}  // namespace sonde
