#include "sonde/propagator.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <mutex>

#include "sdk/configuration/environment.h"
#include "sdk/context/propagators.h"
#include "sdk/fork.h"

namespace sonde {
namespace {

class CompositePropagator final : public TextMapPropagator {
 public:
  explicit CompositePropagator(std::vector<std::unique_ptr<TextMapPropagator>> propagators)
      : propagators_(std::move(propagators)) {}

  [[nodiscard]] std::vector<std::string> fields() const override {
    std::vector<std::string> all;
    for (const auto& propagator : propagators_) {
      for (std::string& field : propagator->fields()) all.push_back(std::move(field));
    }
    return all;
  }
  [[nodiscard]] Context extract_from(const CarrierGetter& carrier, const Context& context) const override {
    Context extracted = context;
    for (const auto& propagator : propagators_) extracted = propagator->extract_from(carrier, extracted);
    return extracted;
  }
  void inject_into(CarrierSetter& carrier, const Context& context) const override {
    for (const auto& propagator : propagators_) propagator->inject_into(carrier, context);
  }

 private:
  std::vector<std::unique_ptr<TextMapPropagator>> propagators_;
};

struct Named {
  std::string_view name;
  std::unique_ptr<TextMapPropagator> (*make)();
};
constexpr std::array known = {
    Named{"tracecontext", detail::make_trace_context_propagator},
    Named{"baggage", detail::make_baggage_propagator}, Named{"b3", detail::make_b3_propagator},
    Named{"b3multi", detail::make_b3_multi_propagator}, Named{"jaeger", detail::make_jaeger_propagator}};

constexpr ContextKey<bool> debug_key("debug");

/// Handles read the current one without a lock, so none that was ever set is freed.
struct Global {
  detail::ForkSafeMutex mutex{detail::ForkLockRank::providers};
  std::deque<std::unique_ptr<const TextMapPropagator>> all;
  std::atomic<const TextMapPropagator*> current;

  Global() : current(all.emplace_back(make_composite_propagator({})).get()) {}
};
Global& global() {
  static constinit detail::Immortal<Global> instance;
  return instance.get();
}

}  // namespace

Expected<std::unique_ptr<TextMapPropagator>> make_propagator(std::span<const std::string> names) {
  std::vector<std::unique_ptr<TextMapPropagator>> propagators;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::ranges::find(names.first(i), names[i]) != names.first(i).end()) continue;
    if (names[i] == "none" && names.size() == 1) break;
    const auto* const found = std::ranges::find(known, names[i], &Named::name);
    if (found == known.end()) {
      return Error{
          ErrorCode::invalid_argument,
          "there is no propagator '" + names[i] +
              "'; there are tracecontext, baggage, b3, b3multi, jaeger, and none, which stands alone"};
    }
    propagators.push_back(found->make());
  }
  if (propagators.size() == 1) return std::move(propagators.front());
  return make_composite_propagator(std::move(propagators));
}

std::unique_ptr<TextMapPropagator> make_composite_propagator(
    std::vector<std::unique_ptr<TextMapPropagator>> propagators) {
  return std::make_unique<CompositePropagator>(std::move(propagators));
}

const TextMapPropagator& global_propagator() noexcept {
  return *global().current.load(std::memory_order_acquire);
}

void set_global_propagator(std::unique_ptr<TextMapPropagator> propagator) {
  if (propagator == nullptr) propagator = make_composite_propagator({});
  const std::lock_guard lock(global().mutex);
  global().current.store(global().all.emplace_back(std::move(propagator)).get(), std::memory_order_release);
}

namespace detail {
Context remote_context(const TraceId& trace_id, const SpanId& span_id, bool is_sampled, bool is_debug,
                       const Context& context) {
  const TraceFlags flags{is_sampled || is_debug ? TraceFlags::sampled : std::uint8_t{0}};
  const Context remote = context.set_span(SpanContext(trace_id, span_id, flags, true));
  return is_debug || detail::is_debug(context) ? remote.set(debug_key, is_debug) : remote;
}

bool is_debug(const Context& context) noexcept {
  const bool* const debug = context.get(debug_key);
  return debug != nullptr && *debug;
}

bool is_same_header(std::string_view a, std::string_view b) noexcept { return equals_ignoring_case(a, b); }
}  // namespace detail

}  // namespace sonde
