#pragma once

// For coroutines of task types that carry no context. In one of them no span may stay current across a
// co_await, but what it awaits can be started with one:
//
//     auto span = tracer.start_span("answer");
//     auto documents = co_await sonde::with_span(span, retrieve(question));
//
// The span is current until the awaitable first suspends: enough for a callee that carries context or binds
// its callbacks, and for whatever it does before it waits. The thread is then left as it was.

#include <atomic>
#include <coroutine>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

#include "sonde/awaitable.hpp"
#include "sonde/context.hpp"

namespace sonde {

/// What with_span() returns: a coroutine that runs when it is awaited, once, by one coroutine. Destroying it
/// destroys what it awaits.
template <class Result>
class [[nodiscard]] ContextTask;

namespace detail {

/// The outcome of a coroutine: a value, a reference or nothing, or an exception.
template <class Result>
class TaskResult {
 public:
  template <class Value>
  void return_value(Value&& value) {
    if constexpr (std::is_reference_v<Result>) {
      outcome_.template emplace<1>(&value);
    } else {
      outcome_.template emplace<1>(std::forward<Value>(value));
    }
  }
  void unhandled_exception() noexcept { outcome_.template emplace<2>(std::current_exception()); }
  Result take() {
    if (outcome_.index() == 2) std::rethrow_exception(std::get<2>(outcome_));
    if constexpr (std::is_reference_v<Result>) {
      return static_cast<Result>(*std::get<1>(outcome_));
    } else {
      return std::move(std::get<1>(outcome_));
    }
  }

 private:
  using Kept = std::conditional_t<std::is_reference_v<Result>,
                                  std::add_pointer_t<std::remove_reference_t<Result>>, Result>;
  std::variant<std::monostate, Kept, std::exception_ptr> outcome_;
};

template <>
class TaskResult<void> {
 public:
  void return_void() noexcept {}
  void unhandled_exception() noexcept { exception_ = std::current_exception(); }
  void take() {
    if (exception_ != nullptr) std::rethrow_exception(exception_);
  }

 private:
  std::exception_ptr exception_;
};

template <class Result>
struct ContextTaskPromise : TaskResult<Result> {
  using Handle = std::coroutine_handle<ContextTaskPromise>;

  /// From the coroutine's parameters.
  template <class... Rest>
  explicit ContextTaskPromise(Context context_to_start_with, Rest&&... /*rest*/)
      : context(std::move(context_to_start_with)) {}

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(Handle task) noexcept {
      ContextTaskPromise& promise = task.promise();
      if (promise.is_one_done.exchange(true, std::memory_order_acq_rel)) return promise.continuation;
      return std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };

  ContextTask<Result> get_return_object() noexcept;
  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }

  Context context;
  std::coroutine_handle<> continuation;
  /// Of starting the task and finishing it, whichever is done second resumes the continuation. So a task that
  /// finishes at once uses up no stack, however often that happens.
  std::atomic<bool> is_one_done{false};
};

}  // namespace detail

template <class Result>
class [[nodiscard]] ContextTask {
 public:
  using promise_type = detail::ContextTaskPromise<Result>;

  explicit ContextTask(typename promise_type::Handle task) noexcept : task_(task) {}
  ContextTask(ContextTask&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
  ContextTask& operator=(ContextTask&& other) noexcept {
    std::swap(task_, other.task_);
    return *this;
  }
  ~ContextTask() {
    if (task_ != nullptr) task_.destroy();
  }

  bool await_ready() noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> continuation) {
    promise_type& promise = task_.promise();
    promise.continuation = continuation;
    start(promise.context, task_);
    // If the task goes on elsewhere, this object may be gone once that is told, but not before.
    if (promise.is_one_done.exchange(true, std::memory_order_acq_rel)) return continuation;
    return std::noop_coroutine();
  }
  Result await_resume() { return task_.promise().take(); }

 private:
  /// The context is kept on this thread's stack: the task may end elsewhere while it is still current here.
  static void start(Context context, std::coroutine_handle<> task) {
    const detail::HeldContext held(std::move(context));
    const detail::CurrentContext previous = detail::exchange_current(held.current());
    task.resume();
    detail::exchange_current(previous);
  }

  typename promise_type::Handle task_;
};

template <class Result>
ContextTask<Result> detail::ContextTaskPromise<Result>::get_return_object() noexcept {
  return ContextTask<Result>(Handle::from_promise(*this));
}

namespace detail {
/// `Awaitable` is an object, or an lvalue reference. The promise takes the context.
template <class Awaitable>
ContextTask<AwaitResult<Awaitable>> start_with(Context /*context*/, Awaitable awaitable) {
  co_return co_await std::forward<Awaitable>(awaitable);
}
}  // namespace detail

/// Awaits the awaitable, which is started with that context. An rvalue is moved from, an lvalue must live
/// until the task is done.
template <class Awaitable>
ContextTask<detail::AwaitResult<Awaitable>> with_context(Context context, Awaitable&& awaitable) {
  return detail::start_with<Awaitable>(std::move(context), std::forward<Awaitable>(awaitable));
}

/// The same with the current context and that span.
template <class Awaitable>
auto with_span(const Span& span, Awaitable&& awaitable) {
  return with_context(Context::current().set_span(span), std::forward<Awaitable>(awaitable));
}

}  // namespace sonde
