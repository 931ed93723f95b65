#pragma once

// A tracer starts spans on behalf of one instrumented library or component, whose name and version (the
// instrumentation scope) stand on every one of them. Getting a tracer takes a lock; do it once and keep it. A
// tracer is a pointer: copy it freely, use it from any thread, keep it for as long as you like.
//
// Source: specification trace/api.md, Tracer.

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

#include "sonde/attribute.hpp"
#include "sonde/span.hpp"
#include "sonde/span_context.hpp"
#include "sonde/span_kind.hpp"

namespace sonde {

enum class SamplingDecision : std::uint8_t;

class Baggage;
class Context;

namespace detail {
/// Where a tracer finds its provider's part; null while there is none. Slots are never freed.
struct TracerSlot {
  std::atomic<TracerCore*> core{nullptr};
};
inline constinit TracerSlot empty_tracer_slot;
}  // namespace detail

/// Which span a new one belongs to. A view: what it was made from must live until the span is started.
class Parent {
 public:
  /// The thread's current span; none makes a root.
  constexpr Parent() noexcept = default;
  // NOLINTBEGIN(google-explicit-constructor): {.parent = span} is the point.
  Parent(const Span& span) noexcept : context_(&span.context()), is_current_(false) {}
  Parent(const SpanContext& context) noexcept : context_(&context), is_current_(false) {}
  /// The context's span; none makes a root. The baggage is that of the context.
  Parent(const Context& context) noexcept;
  // NOLINTEND(google-explicit-constructor)
  /// No parent: a new trace.
  [[nodiscard]] static constexpr Parent none() noexcept {
    Parent parent;
    parent.is_current_ = false;
    return parent;
  }

  /// The parent's context, or null. It may be invalid: then the span is a root that takes over its
  /// tracestate.
  [[nodiscard]] const SpanContext* resolve() const noexcept {
    if (!is_current_) return context_;
    const Span* const span = detail::current_span();
    return span == nullptr ? nullptr : &span->context();
  }

  /// Whether resolve() gives null.
  [[nodiscard]] bool is_none() const noexcept {
    return is_current_ ? detail::current_context().span == nullptr : context_ == nullptr;
  }

  /// The baggage the span starts with: that of the context this was made from, else the thread's current one.
  /// A view.
  [[nodiscard]] const Baggage& baggage() const noexcept;

 private:
  const SpanContext* context_ = nullptr;
  const Baggage* baggage_ = nullptr;
  bool is_current_ = true;
};

/// How a span starts, beyond its name. All of it is views that need live only until the span has started.
struct SpanOptions {
  Parent parent = {};
  SpanKind kind = SpanKind::internal;
  Attributes attributes = {};  ///< Prefer these to set_attribute() for what is known now: samplers see them.
  std::span<const SpanLink> links = {};
  std::uint64_t start_time = 0;  ///< Nanoseconds since the Unix epoch; 0 means now.
};

namespace detail {
/// A constant, so that starting a span without options need not make any.
inline constexpr SpanOptions no_span_options;

[[nodiscard]] bool has_processors(const TracerCore& core) noexcept;

struct SpanStarter {
  [[nodiscard]] static Span start(TracerCore& core, std::string_view name,
                                  const SpanOptions& options) noexcept;
  /// Stands for the parent.
  [[nodiscard]] static Span start_without_provider(const Parent& parent) noexcept;

 private:
  static Span start_any(TracerCore& core, std::string_view name, const SpanOptions& options) noexcept;
  static Span start_decided(TracerCore& core, const SpanContext* given, const SpanContext* parent,
                            SamplingDecision decision, std::string_view name,
                            const SpanOptions& options) noexcept;
  static Span start_by_asking(TracerCore& core, const SpanContext& parent, std::string_view name,
                              const SpanOptions& options) noexcept;
  static void record(Span& span, TracerCore& core, const SpanContext* parent, std::string_view name,
                     const SpanOptions& options, Attributes more_attributes) noexcept;
  static void tell_of_start(SpanRecord& record, const Parent& parent) noexcept;
};
}  // namespace detail

class Tracer {
 public:
  /// A tracer that records nothing.
  constexpr Tracer() noexcept = default;

  /// Whether spans may be recorded at all: there is a provider, which has processors and leaves this scope
  /// on. For skipping work that would only describe spans; may change at any time.
  [[nodiscard]] bool is_enabled() const noexcept {
    const detail::TracerCore* const core = slot_->core.load(std::memory_order_acquire);
    return core != nullptr && detail::has_processors(*core);
  }

  /// A span that its owner ends, which does not become the current one. Never fails: without a provider, or
  /// when not sampled, the span records nothing and still carries a context on.
  [[nodiscard]] Span start_span(std::string_view name, const SpanOptions& options) const noexcept {
    detail::TracerCore* const core = slot_->core.load(std::memory_order_acquire);
    if (core != nullptr) return detail::SpanStarter::start(*core, name, options);
    if (options.parent.is_none()) [[likely]]
      return Span();
    return detail::SpanStarter::start_without_provider(options.parent);
  }
  [[nodiscard]] Span start_span(std::string_view name) const noexcept {
    return start_span(name, detail::no_span_options);
  }

  /// A span that is the thread's current one until it goes out of scope.
  [[nodiscard]] ScopedSpan start_as_current_span(std::string_view name,
                                                 const SpanOptions& options) const noexcept {
    return ScopedSpan(start_span(name, options));
  }
  [[nodiscard]] ScopedSpan start_as_current_span(std::string_view name) const noexcept {
    return ScopedSpan(start_span(name));
  }

 private:
  friend class TracerProvider;
  friend Tracer get_tracer(std::string_view name, std::string_view version, std::string_view schema_url,
                           Attributes attributes);
  constexpr explicit Tracer(const detail::TracerSlot* slot) noexcept : slot_(slot) {}

  const detail::TracerSlot* slot_ = &detail::empty_tracer_slot;
};

/// A tracer of the global provider: records once there is one. Takes a lock; keep the tracer.
[[nodiscard]] Tracer get_tracer(std::string_view name, std::string_view version = {},
                                std::string_view schema_url = {}, Attributes attributes = {});

}  // namespace sonde
