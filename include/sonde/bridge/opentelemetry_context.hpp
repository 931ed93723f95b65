#pragma once

// One current span for two libraries. opentelemetry-cpp keeps a stack of contexts for each thread, Sonde a
// pointer to the current span; share_current_span() puts a storage of ours behind their RuntimeContext, in
// which a span made current by either is the current one of both. So a span started by one is the parent of
// what the other starts meanwhile, however deep the two are nested.
//
// Writing to the current span through their API (Tracer::GetCurrentSpan()->AddEvent(...)) reaches a Sonde
// span as long as it is the current one of the calling thread; ending it is left to its owner.
//
// For users of opentelemetry-cpp 1.19 or later, whose headers this one includes.
//
// Source: specification context/README.md; opentelemetry/context/runtime_context.h.

#include <opentelemetry/context/runtime_context.h>
#include <opentelemetry/trace/default_span.h>

#include <memory>
#include <utility>

#include "sonde/bridge/opentelemetry_span.hpp"
#include "sonde/bridge/opentelemetry_values.hpp"
#include "sonde/span.hpp"

namespace sonde::bridge {

/// A Sonde span that was made current by Sonde, as their API sees it. It may outlive that span, so it looks
/// before it writes.
class CurrentSpan final : public SpanInterface<CurrentSpan> {
 public:
  explicit CurrentSpan(const sonde::Span& span) : span_(&span), context_(span.context()) {}

  void End(const opentelemetry::trace::EndSpanOptions& /*options*/) noexcept override {}
  [[nodiscard]] opentelemetry::trace::SpanContext GetContext() const noexcept override {
    return to_opentelemetry(context_);
  }

  template <class Write>
  void with_span(const Write& write) const {
    const sonde::Span* const current = sonde::detail::current.span;
    if (current != span_ || current->context().span_id() != context_.span_id()) return;
    write(const_cast<sonde::Span&>(
        *current));  // NOLINT(cppcoreguidelines-pro-type-const-cast): it is this thread's
  }

 private:
  const sonde::Span* span_;
  SpanContext context_;
};

namespace detail {

/// The span in one of their contexts, or null.
[[nodiscard]] inline opentelemetry::nostd::shared_ptr<opentelemetry::trace::Span> span_of(
    const opentelemetry::context::Context& context) noexcept {
  using SpanPointer = opentelemetry::nostd::shared_ptr<opentelemetry::trace::Span>;
  const opentelemetry::context::ContextValue value = context.GetValue(opentelemetry::trace::kSpanKey);
  const auto* const span = opentelemetry::nostd::get_if<SpanPointer>(&value);
  return span == nullptr ? SpanPointer() : *span;
}

[[nodiscard]] inline SpanId id_of(const sonde::Span* span) noexcept {
  return span == nullptr ? SpanId() : span->context().span_id();
}

/// One attached context of a thread.
struct AttachedContext {
  opentelemetry::context::Context context;
  sonde::Span span;                      ///< Stands for the context's span, if Sonde has none that does.
  const sonde::Span* current = nullptr;  ///< What Sonde's current span became.
  const sonde::Span* previous = nullptr;
  SpanId span_id;  ///< Of `current`.
  std::unique_ptr<AttachedContext> below;
};

/// What is attached on a thread. Contexts that were detached are kept for the next ones, so that a Sonde span
/// that ends out of order finds its predecessor's memory still there.
class AttachedContexts {
 public:
  [[nodiscard]] opentelemetry::context::Context current() {
    const opentelemetry::context::Context base =
        top_ == nullptr ? opentelemetry::context::Context() : top_->context;
    const sonde::Span* const span = sonde::detail::current.span;
    if (id_of(span) == (top_ == nullptr ? SpanId() : top_->span_id)) return base;
    if (span != seen_ || id_of(span) != seen_id_ || !(base == seen_over_)) see(span, base);
    return seen_context_;
  }

  void attach(const opentelemetry::context::Context& context) {
    std::unique_ptr<AttachedContext> attached =
        free_ == nullptr ? std::make_unique<AttachedContext>() : take(free_);
    const auto span = span_of(context);
    const SpanContext span_context = span == nullptr ? SpanContext() : to_sonde(span->GetContext());
    attached->context = context;
    attached->previous = sonde::detail::current.span;
    attached->span_id = span_context.span_id();
    if (span_context.span_id() == id_of(attached->previous)) {
      attached->current = attached->previous;  // the same span, which may be written to
    } else {
      attached->span = sonde::Span(span_context);
      attached->current = &attached->span;
    }
    sonde::detail::current.span = attached->current;
    put(top_, std::move(attached));
  }

  /// Detaches everything down to the context that the token is for. False if it is not attached on this
  /// thread.
  bool detach(const opentelemetry::context::Token& token) noexcept {
    const AttachedContext* found = top_.get();
    while (found != nullptr && !(token == found->context)) found = found->below.get();
    if (found == nullptr) return false;
    seen_context_ = seen_over_ =
        opentelemetry::context::Context();  // a span may end with the last who knows it
    for (bool is_last = false; !is_last;) {
      std::unique_ptr<AttachedContext> attached = take(top_);
      is_last = attached.get() == found;
      if (sonde::detail::current.span == attached->current) sonde::detail::current.span = attached->previous;
      attached->context = opentelemetry::context::Context();
      put(free_, std::move(attached));
    }
    return true;
  }

 private:
  using Stack = std::unique_ptr<AttachedContext>;

  static std::unique_ptr<AttachedContext> take(Stack& stack) noexcept {
    return std::exchange(stack, std::move(stack->below));
  }
  static void put(Stack& stack, std::unique_ptr<AttachedContext> attached) noexcept {
    attached->below = std::move(stack);
    stack = std::move(attached);
  }

  /// Their context for a span that Sonde made current on top of `base`.
  void see(const sonde::Span* span, opentelemetry::context::Context base) {
    using SpanPointer = opentelemetry::nostd::shared_ptr<opentelemetry::trace::Span>;
    const SpanPointer pointer = span == nullptr ? SpanPointer(new opentelemetry::trace::DefaultSpan(
                                                      opentelemetry::trace::SpanContext::GetInvalid()))
                                                : SpanPointer(new CurrentSpan(*span));
    seen_context_ = base.SetValue(opentelemetry::trace::kSpanKey, pointer);
    seen_over_ = std::move(base);
    seen_ = span;
    seen_id_ = id_of(span);
  }

  Stack top_;
  Stack free_;
  opentelemetry::context::Context seen_context_;  ///< The last one made by see(), and from what.
  opentelemetry::context::Context seen_over_;
  const sonde::Span* seen_ = nullptr;
  SpanId seen_id_;
};

[[nodiscard]] inline AttachedContexts& attached_contexts() {
  static thread_local AttachedContexts contexts;
  return contexts;
}

}  // namespace detail

/// Keeps their contexts and Sonde's current span in step. Thread-safe; what it keeps is each thread's own.
class ContextStorage final : public opentelemetry::context::RuntimeContextStorage {
 public:
  opentelemetry::context::Context GetCurrent() noexcept override {
    try {
      return detail::attached_contexts().current();
    } catch (...) {
      return {};
    }
  }

  /// Null if memory is exhausted.
  opentelemetry::nostd::unique_ptr<opentelemetry::context::Token> Attach(
      const opentelemetry::context::Context& context) noexcept override {
    try {
      auto token = CreateToken(context);
      detail::attached_contexts().attach(context);
      return token;
    } catch (...) {
      return {};
    }
  }

  bool Detach(opentelemetry::context::Token& token) noexcept override {
    return detail::attached_contexts().detach(token);
  }
};

/// Makes the current span of each thread the same for both libraries. Call it before either starts spans,
/// once; contexts attached before are forgotten. install_opentelemetry_api() and use_opentelemetry_sdk() do
/// it.
inline void share_current_span() {
  opentelemetry::context::RuntimeContext::SetRuntimeContextStorage(
      opentelemetry::nostd::shared_ptr<opentelemetry::context::RuntimeContextStorage>(new ContextStorage));
}

}  // namespace sonde::bridge
