#pragma once

// Functions that run later or elsewhere take the context of where they were made along: callbacks, jobs of a
// thread pool, std::thread, std::async.
//
//     pool.submit(sonde::bind_current([&] { embed(chunk); }));    // embed()'s spans have their parent
//
// What is carried is the context, not the span, which may have ended by then.

#include <functional>
#include <type_traits>
#include <utility>

#include "sonde/context.hpp"

namespace sonde {

/// A callable that runs with a context of its own; the calling thread's is restored afterwards, also if it
/// throws. Arguments, result and exceptions pass through. Copies and moves as its callable does.
template <class Callable>
class BoundCallable {
 public:
  BoundCallable(Context bound_to, Callable bound)
      : context_(std::move(bound_to)), callable_(std::move(bound)) {}

  template <class... Arguments>
    requires std::is_invocable_v<Callable&, Arguments...>
  decltype(auto) operator()(Arguments&&... arguments) & {
    const ContextScope scope(context_);
    return std::invoke(callable_, std::forward<Arguments>(arguments)...);
  }
  template <class... Arguments>
    requires std::is_invocable_v<const Callable&, Arguments...>
  decltype(auto) operator()(Arguments&&... arguments) const& {
    const ContextScope scope(context_);
    return std::invoke(callable_, std::forward<Arguments>(arguments)...);
  }
  template <class... Arguments>
    requires std::is_invocable_v<Callable, Arguments...>
  decltype(auto) operator()(Arguments&&... arguments) && {
    const ContextScope scope(std::move(context_));
    return std::invoke(std::move(callable_), std::forward<Arguments>(arguments)...);
  }

  [[nodiscard]] const Context& context() const noexcept { return context_; }
  [[nodiscard]] const Callable& callable() const noexcept { return callable_; }

 private:
  Context context_;
  Callable callable_;
};

/// The callable, to run with that context.
template <class Callable>
[[nodiscard]] BoundCallable<std::decay_t<Callable>> bind_context(Context context, Callable&& callable) {
  return {std::move(context), std::forward<Callable>(callable)};
}

/// The callable, to run with the context that is current now.
template <class Callable>
[[nodiscard]] BoundCallable<std::decay_t<Callable>> bind_current(Callable&& callable) {
  return bind_context(Context::current(), std::forward<Callable>(callable));
}

}  // namespace sonde
