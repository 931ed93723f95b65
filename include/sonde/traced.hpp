#pragma once

// Wraps a function so that every call of it is a span:
//
//     auto process = sonde::traced("process_document", {{"component", "parser"}}, process_document);
//     auto text = process(document);
//
// Anything that can be called can be wrapped: functions, lambdas, member functions, overloaded and move-only
// callables. Arguments, result and exceptions pass through. The span is current during the call; its status
// becomes ok, unless the function set one, or error by the exception that left it, which is recorded.
//
// If the function returns an awaitable, so does the wrapper, of the same type where that is a coroutine's;
// the span then lives until the awaited result, and is current in the coroutine where that carries context
// (see coroutine.hpp). A task that is given up before its end gives its span the status error.
//
// A function that has something to say about its span takes it as its first parameter, which the callers of
// the wrapper leave out:
//
//     auto chat = sonde::traced("chat", [](sonde::Span& span, Prompt prompt) -> Task<Answer> { ... });

#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sonde/awaitable.hpp"
#include "sonde/coroutine.hpp"
#include "sonde/owned_attributes.hpp"
#include "sonde/tracer.hpp"
#include "sonde/tracer_provider.hpp"
#include "sonde/with_span.hpp"

namespace sonde {

struct TracedOptions {
  SpanKind kind = SpanKind::internal;
  std::optional<Tracer> tracer = {};  ///< Else that of the global provider named "sonde.traced".
};

namespace detail {

/// How an operation ended, as its span's status.
struct SpanOutcome {
  /// Status ok, unless there is one.
  static void succeed(Span& span) noexcept;
  /// Called while an exception is handled: records it, and gives it as the status unless there is one.
  static void fail(Span& span) noexcept;
  /// Status error, unless there is one.
  static void abandon(Span& span) noexcept;
};

class SucceedOnReturn {
 public:
  explicit SucceedOnReturn(Span& span) noexcept : span_(span) {}
  SucceedOnReturn(const SucceedOnReturn&) = delete;
  SucceedOnReturn& operator=(const SucceedOnReturn&) = delete;
  ~SucceedOnReturn() {
    if (early_exits() <= early_exits_) SpanOutcome::succeed(span_);
  }

 private:
  Span& span_;
  int early_exits_ = early_exits();
};

/// A call that goes on after it returned: its span, and the callable if nobody else keeps it.
template <class Callable>
struct TracedCall {
  TracedCall(Span started, Callable&& called)
      : span(std::move(started)), callable(std::forward<Callable>(called)) {}
  TracedCall(const TracedCall&) = delete;
  TracedCall& operator=(const TracedCall&) = delete;
  ~TracedCall() { SpanOutcome::abandon(span); }

  void succeed() noexcept {
    SpanOutcome::succeed(span);
    span.end();
  }
  /// Called while an exception is handled.
  void fail() noexcept {
    SpanOutcome::fail(span);
    span.end();
  }

  Span span;
  Callable callable;
};

template <class Callable, class... Arguments>
concept TakesSpan =
    !std::is_invocable_v<Callable, Arguments...> && std::is_invocable_v<Callable, Span&, Arguments...>;
template <class Callable, class... Arguments>
concept Traceable = std::is_invocable_v<Callable, Arguments...> || TakesSpan<Callable, Arguments...>;

template <class Callable, class... Arguments>
decltype(auto) invoke_traced(Span& span, Callable&& callable, Arguments&&... arguments) {
  if constexpr (TakesSpan<Callable, Arguments...>) {
    return std::invoke(std::forward<Callable>(callable), span, std::forward<Arguments>(arguments)...);
  } else {
    return std::invoke(std::forward<Callable>(callable), std::forward<Arguments>(arguments)...);
  }
}

/// What the wrapper of a function that returns `Awaitable` returns, and whether its coroutine carries
/// context.
template <class Awaitable, class Call>
struct FollowTypes {
  using Result = ContextTask<AwaitResult<Awaitable>>;
  static constexpr bool carries_context = true;  // a ContextTask is started with it
};
template <class Awaitable, class Call>
  requires requires {
    typename std::coroutine_traits<Awaitable, Context, std::unique_ptr<Call>, Awaitable>::promise_type;
  }
struct FollowTypes<Awaitable, Call> {
  using Result = Awaitable;
  static constexpr bool carries_context = std::is_base_of_v<
      ContextPromise,
      typename std::coroutine_traits<Awaitable, Context, std::unique_ptr<Call>, Awaitable>::promise_type>;
};

/// The awaitable, to be started with the context unless it has it already.
template <bool carries_context, class Awaitable>
decltype(auto) with_context_unless(Context& context, std::remove_reference_t<Awaitable>& awaitable) {
  if constexpr (carries_context) {
    return std::forward<Awaitable>(awaitable);
  } else {
    return with_context(std::move(context), std::forward<Awaitable>(awaitable));
  }
}

/// Awaits what a call returned, and ends its span with the outcome.
template <class Awaitable, class Call>
auto follow(Context context, std::unique_ptr<Call> call, Awaitable awaitable) ->
    typename FollowTypes<Awaitable, Call>::Result {
  constexpr bool carries_context = FollowTypes<Awaitable, Call>::carries_context;
  try {
    if constexpr (std::is_void_v<AwaitResult<Awaitable>>) {
      co_await with_context_unless<carries_context, Awaitable>(context, awaitable);
      call->succeed();
    } else {
      decltype(auto) result = co_await with_context_unless<carries_context, Awaitable>(context, awaitable);
      call->succeed();
      co_return std::forward<decltype(result)>(result);
    }
  } catch (...) {
    call->fail();
    throw;
  }
}

}  // namespace detail

/// What traced() returns. Copies and moves as its callable does; may be called from several threads at once
/// if the callable may.
template <class Callable>
class Traced {
 public:
  Traced(std::string_view name, Attributes attributes, Callable callable, const TracedOptions& options)
      : name_(name),
        attributes_(attributes),
        kind_(options.kind),
        tracer_(options.tracer ? *options.tracer : get_tracer("sonde.traced")),
        callable_(std::move(callable)) {}

  template <class... Arguments>
    requires detail::Traceable<Callable&, Arguments...>
  decltype(auto) operator()(Arguments&&... arguments) & {
    return call<Callable&>(callable_, std::forward<Arguments>(arguments)...);
  }
  template <class... Arguments>
    requires detail::Traceable<const Callable&, Arguments...>
  decltype(auto) operator()(Arguments&&... arguments) const& {
    return call<const Callable&>(callable_, std::forward<Arguments>(arguments)...);
  }
  /// A coroutine keeps the callable then, so that a lambda's captures live as long as it does.
  template <class... Arguments>
    requires detail::Traceable<Callable&, Arguments...>
  decltype(auto) operator()(Arguments&&... arguments) && {
    return call<Callable>(std::move(callable_), std::forward<Arguments>(arguments)...);
  }

 private:
  [[nodiscard]] SpanOptions span_options() const noexcept {
    return {.kind = kind_, .attributes = attributes_.view()};
  }

  /// `Target` is the callable's type, a reference if it is somebody else's.
  template <class Target, class... Arguments>
  [[nodiscard]] decltype(auto) call(Target&& target, Arguments&&... arguments) const {
    using Returned =
        decltype(detail::invoke_traced(std::declval<Span&>(), target, std::forward<Arguments>(arguments)...));
    if constexpr (detail::IsAwaitable<Returned>) {
      return call_awaitable<Returned, Target>(std::forward<Target>(target),
                                              std::forward<Arguments>(arguments)...);
    } else {
      ScopedSpan span = tracer_.start_as_current_span(name_, span_options());
      return call_plain(span, target, std::forward<Arguments>(arguments)...);
    }
  }

  template <class... Arguments>
  static decltype(auto) call_plain(Span& span, Arguments&&... arguments) {
    try {
      const detail::SucceedOnReturn outcome(span);
      return detail::invoke_traced(span, std::forward<Arguments>(arguments)...);
    } catch (...) {
      detail::SpanOutcome::fail(span);
      throw;
    }
  }

  template <class Returned, class Target, class... Arguments>
  auto call_awaitable(Target&& target, Arguments&&... arguments) const {
    using Call = detail::TracedCall<Target>;
    auto call =
        std::make_unique<Call>(tracer_.start_span(name_, span_options()), std::forward<Target>(target));
    const auto start = [&]() -> Returned {
      const CurrentSpanScope scope(call->span);
      try {
        return detail::invoke_traced(call->span, call->callable, std::forward<Arguments>(arguments)...);
      } catch (...) {
        call->fail();
        throw;
      }
    };
    Returned awaitable = start();
    Context context = Context::current().set_span(call->span);
    return detail::follow<Returned>(std::move(context), std::move(call), std::forward<Returned>(awaitable));
  }

  std::string name_;
  OwnedAttributes attributes_;
  SpanKind kind_;
  Tracer tracer_;
  Callable callable_;
};

/// Wraps `callable`; see above. The name and the attributes are copied.
template <class Callable>
[[nodiscard]] Traced<std::decay_t<Callable>> traced(std::string_view name, Attributes attributes,
                                                    Callable&& callable, const TracedOptions& options = {}) {
  return {name, attributes, std::forward<Callable>(callable), options};
}
template <class Callable>
[[nodiscard]] Traced<std::decay_t<Callable>> traced(std::string_view name, Callable&& callable,
                                                    const TracedOptions& options = {}) {
  return {name, {}, std::forward<Callable>(callable), options};
}

}  // namespace sonde
