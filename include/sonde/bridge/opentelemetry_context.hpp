#pragma once

// One current span for two libraries. opentelemetry-cpp keeps a stack of contexts for each thread, Sonde a
// pointer to the current span; share_current_context() puts a storage of ours behind their RuntimeContext, in
// which a span made current by either is the current one of both. So a span started by one is the parent of
// what the other starts meanwhile, however deep the two are nested.
//
// Writing to the current span through their API (Tracer::GetCurrentSpan()->AddEvent(...)) reaches a Sonde
// span as long as it is the current one of the calling thread; ending it is left to its owner.
//
// For users of opentelemetry-cpp 1.19 or later, whose headers this one includes.
//
// Source: specification context/README.md; opentelemetry/context/runtime_context.h.

#include <opentelemetry/baggage/baggage_context.h>
#include <opentelemetry/context/runtime_context.h>
#include <opentelemetry/trace/default_span.h>

#include <memory>
#include <optional>
#include <utility>

#include "sonde/bridge/opentelemetry_span.hpp"
#include "sonde/bridge/opentelemetry_values.hpp"
#include "sonde/context.hpp"
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
    const sonde::Span* const current = sonde::detail::current_span();
    if (current != span_ || current->context().span_id() != context_.span_id()) return;
    write(const_cast<sonde::Span&>(
        *current));  // NOLINT(cppcoreguidelines-pro-type-const-cast): it is this thread's
  }

 private:
  const sonde::Span* span_;
  SpanContext context_;
};

namespace detail {

using sonde::detail::ContextValues;
using sonde::detail::HeldContext;
using sonde::detail::Scope;

/// The span or the baggage in one of their contexts, or null.
template <class T>
[[nodiscard]] opentelemetry::nostd::shared_ptr<T> find(const opentelemetry::context::Context& context,
                                                       opentelemetry::nostd::string_view key) noexcept {
  const opentelemetry::context::ContextValue value = context.GetValue(key);
  const auto* const found = opentelemetry::nostd::get_if<opentelemetry::nostd::shared_ptr<T>>(&value);
  return found == nullptr ? opentelemetry::nostd::shared_ptr<T>() : *found;
}
[[nodiscard]] inline auto span_of(const opentelemetry::context::Context& context) noexcept {
  return find<opentelemetry::trace::Span>(context, opentelemetry::trace::kSpanKey);
}
[[nodiscard]] inline auto baggage_of(const opentelemetry::context::Context& context) noexcept {
  return find<opentelemetry::baggage::Baggage>(context, opentelemetry::baggage::kBaggageHeader);
}

/// What Sonde has as current, in a form that can be compared later, when a span may lie where another lay.
struct Observed {
  SpanId span_id;
  sonde::detail::SharedPointer<ContextValues> values;

  [[nodiscard]] static Observed now() {
    Observed observed;
    if (const auto* const span = sonde::detail::current_span(); span != nullptr) {
      observed.span_id = span->context().span_id();
    }
    observed.values =
        sonde::detail::SharedPointer<ContextValues>::of(sonde::detail::current_context().values);
    return observed;
  }
  friend bool operator==(const Observed&, const Observed&) = default;
};

/// One attached context of a thread.
struct AttachedContext {
  opentelemetry::context::Context context;
  std::optional<HeldContext> held;  ///< The same in Sonde's terms, unless Sonde had that as current anyway.
  std::optional<Scope> scope;       ///< Makes it current for Sonde.
  Observed observed;
  std::unique_ptr<AttachedContext> below;
};

/// What is attached on a thread.
class AttachedContexts {
 public:
  /// The thread's current context, with what Sonde made current since the last was attached.
  [[nodiscard]] opentelemetry::context::Context current() {
    const Observed observed = Observed::now();
    const opentelemetry::context::Context base =
        top_ == nullptr ? opentelemetry::context::Context() : top_->context;
    if (observed == (top_ == nullptr ? Observed() : top_->observed)) return base;
    const sonde::Span* const span = sonde::detail::current_span();
    if (!seen_ || observed != seen_->observed || span != seen_->span || !(base == seen_->base)) {
      seen_ = Seen{see(observed, base), base, span, observed};
    }
    return seen_->context;
  }

  void attach(const opentelemetry::context::Context& context) {
    const auto span = span_of(context);
    const SpanContext span_context = span == nullptr ? SpanContext() : to_sonde(span->GetContext());
    const auto baggage = baggage_of(context);
    const bool is_other_span = span_context.span_id() != Observed::now().span_id;
    const bool is_other_baggage = baggage != baggage_of(current());

    auto attached = std::make_unique<AttachedContext>();
    attached->context = context;
    const sonde::Span* ours_span = sonde::detail::current_span();
    const ContextValues* ours_values = sonde::detail::current_context().values;
    if (is_other_span || is_other_baggage) {
      Context ours = Context::current().set_span(span_context);
      if (is_other_baggage) ours = ours.set_baggage(baggage == nullptr ? Baggage() : to_sonde(*baggage));
      attached->held.emplace(std::move(ours));
      if (is_other_span) ours_span = attached->held->span();  // else it stays the one that may be written to
      ours_values = attached->held->values();
    }
    attached->scope.emplace(ours_span, ours_values);
    attached->observed = Observed::now();
    attached->below = std::move(top_);
    top_ = std::move(attached);
  }

  /// Detaches everything down to the context that the token is for. False if it is not attached on this
  /// thread.
  bool detach(const opentelemetry::context::Token& token) noexcept {
    const AttachedContext* found = top_.get();
    while (found != nullptr && !(token == found->context)) found = found->below.get();
    if (found == nullptr) return false;
    for (bool is_last = false; !is_last;) {
      is_last = top_.get() == found;
      top_ = std::move(top_->below);
    }
    seen_.reset();  // a span may end with the last who knows it
    return true;
  }

 private:
  /// Their context for what Sonde made current on top of `base`.
  [[nodiscard]] opentelemetry::context::Context see(const Observed& observed,
                                                    const opentelemetry::context::Context& base) const {
    using SpanPointer = opentelemetry::nostd::shared_ptr<opentelemetry::trace::Span>;
    namespace api = opentelemetry::trace;
    const Observed known = top_ == nullptr ? Observed() : top_->observed;
    const sonde::Span* const span = sonde::detail::current_span();
    opentelemetry::context::Context context = base;
    if (observed.span_id != known.span_id) {
      context = context.SetValue(
          api::kSpanKey, span == nullptr ? SpanPointer(new api::DefaultSpan(api::SpanContext::GetInvalid()))
                                         : SpanPointer(new CurrentSpan(*span)));
    }
    if (observed.values != known.values) {
      const Baggage baggage = observed.values.get() == nullptr ? Baggage() : observed.values->baggage;
      context = context.SetValue(opentelemetry::baggage::kBaggageHeader, to_opentelemetry(baggage));
    }
    return context;
  }

  /// The last context that see() made, and from what.
  struct Seen {
    opentelemetry::context::Context context;
    opentelemetry::context::Context base;
    const sonde::Span* span;
    Observed observed;
  };

  std::unique_ptr<AttachedContext> top_;
  std::optional<Seen> seen_;
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

/// Makes the current span and baggage of each thread the same for both libraries. Call it before either
/// starts spans, once; contexts attached before are forgotten. install_opentelemetry_api() and
/// use_opentelemetry_sdk() do it.
inline void share_current_context() {
  opentelemetry::context::RuntimeContext::SetRuntimeContextStorage(
      opentelemetry::nostd::shared_ptr<opentelemetry::context::RuntimeContextStorage>(new ContextStorage));
}

}  // namespace sonde::bridge
