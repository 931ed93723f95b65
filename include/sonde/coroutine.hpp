#pragma once

// Coroutines suspend in one place and go on in another, often on another thread; what is current on a thread
// knows nothing of that. A coroutine that carries context has a current context of its own: it inherits the
// one it is created in, finds it again after every co_await, whatever thread that is on, and leaves the
// threads it runs on as they were.
//
// For task types of your own, derive the promise from ContextPromise and pass three awaitables through it:
//
//     struct promise_type : sonde::ContextPromise {
//       auto initial_suspend() noexcept { return starting(std::suspend_always{}); }
//       auto final_suspend() noexcept { return finishing(ResumeAwaiter{}); }
//       ...
//     };
//
// In such a coroutine ScopedSpan and ContextScope may be held across co_await. A generator's yield_value()
// returns suspending(std::suspend_always{}), so that its consumer's context is current between the values. A
// promise with an await_transform() of its own returns suspending(...) from it.
//
// For task types of others there is with_span(), for Boost.Asio bridge/asio.hpp; and always the explicit
// parent.
//
// A coroutine inherits the identity of the current span, not the span itself, which may end before it. To
// record on the caller's span, take it as a parameter.

#include <coroutine>
#include <type_traits>
#include <utility>

#include "sonde/awaitable.hpp"
#include "sonde/context.hpp"

namespace sonde {

namespace detail {
/// The same for an awaitable that may be gone when it is awaited: a temporary is moved from.
template <class Awaitable>
using KeptAwaiterOf = std::conditional_t<std::is_rvalue_reference_v<AwaiterOf<Awaitable>>,
                                         std::remove_reference_t<AwaiterOf<Awaitable>>, AwaiterOf<Awaitable>>;

template <class Awaiter>
class StartingAwaiter;
template <class Awaiter>
class SuspendingAwaiter;
template <class Awaiter>
class FinishingAwaiter;
}  // namespace detail

/// A base of promises whose coroutines carry context. Costs one copy of the context a coroutine, and two
/// accesses of a thread_local each time it suspends; nothing where an awaitable is ready. Allocates nothing.
class ContextPromise {
 public:
  ContextPromise(const ContextPromise&) = delete;
  ContextPromise& operator=(const ContextPromise&) = delete;

  template <class Awaitable>
  auto await_transform(Awaitable&& awaitable) {
    // What is awaited lives as long as the expression, so it need not be moved here.
    return detail::SuspendingAwaiter<detail::AwaiterOf<Awaitable>>(*this, std::forward<Awaitable>(awaitable));
  }

 protected:
  ContextPromise() noexcept : inherited_(Context::current()), own_(inherited_.current()) {}
  ~ContextPromise() { leave(); }

  /// What initial_suspend() returns.
  template <class Awaitable>
  [[nodiscard]] auto starting(Awaitable&& awaitable) noexcept {
    return detail::StartingAwaiter<detail::KeptAwaiterOf<Awaitable>>(*this,
                                                                     std::forward<Awaitable>(awaitable));
  }
  /// What await_transform() and yield_value() return.
  template <class Awaitable>
  [[nodiscard]] auto suspending(Awaitable&& awaitable) {
    return detail::SuspendingAwaiter<detail::KeptAwaiterOf<Awaitable>>(*this,
                                                                       std::forward<Awaitable>(awaitable));
  }
  /// What final_suspend() returns.
  template <class Awaitable>
  [[nodiscard]] auto finishing(Awaitable&& awaitable) noexcept {
    return detail::FinishingAwaiter<detail::KeptAwaiterOf<Awaitable>>(*this,
                                                                      std::forward<Awaitable>(awaitable));
  }
  /// To be called by an unhandled_exception() that throws on, which ends the coroutine without
  /// final_suspend().
  void leave() noexcept {
    if (!std::exchange(is_running_, false)) return;
    own_ = detail::exchange_current(caller_);
  }

 private:
  template <class Awaiter>
  friend class detail::StartingAwaiter;
  template <class Awaiter>
  friend class detail::SuspendingAwaiter;
  template <class Awaiter>
  friend class detail::FinishingAwaiter;

  void enter() noexcept {
    caller_ = detail::exchange_current(own_);
    is_running_ = true;
  }
  /// The frame is being destroyed where it was suspended: what its locals do belongs to it. The promise,
  /// which goes last, leaves.
  void abandon() noexcept {
    own_.is_abandoned = true;
    enter();
  }

  detail::HeldContext inherited_;
  detail::CurrentContext own_;     ///< The coroutine's, while it is suspended.
  detail::CurrentContext caller_;  ///< That of whoever resumed it, while it runs.
  bool is_running_ = false;
};

namespace detail {

template <class Awaiter>
class StartingAwaiter {
 public:
  template <class Awaitable>
  StartingAwaiter(ContextPromise& promise, Awaitable&& awaitable) noexcept
      : awaiter_(get_awaiter(std::forward<Awaitable>(awaitable))), promise_(promise) {}

  bool await_ready() noexcept { return awaiter_.await_ready(); }
  template <class Promise>
  auto await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
    return awaiter_.await_suspend(coroutine);
  }
  void await_resume() noexcept {
    promise_.enter();
    awaiter_.await_resume();
  }

 private:
  Awaiter awaiter_;
  ContextPromise& promise_;
};

template <class Awaiter>
class SuspendingAwaiter {
 public:
  template <class Awaitable>
  SuspendingAwaiter(ContextPromise& promise, Awaitable&& awaitable)
      : awaiter_(get_awaiter(std::forward<Awaitable>(awaitable))), promise_(promise) {}
  SuspendingAwaiter(const SuspendingAwaiter&) = delete;
  SuspendingAwaiter& operator=(const SuspendingAwaiter&) = delete;
  ~SuspendingAwaiter() {
    if (is_suspended_) promise_.abandon();
  }

  bool await_ready() noexcept(noexcept(awaiter_.await_ready())) { return awaiter_.await_ready(); }

  template <class Promise>
  auto await_suspend(std::coroutine_handle<Promise> coroutine) {
    // Before the call: during it, the coroutine may go on elsewhere, or come to its end.
    is_suspended_ = true;
    promise_.leave();
    try {
      return awaiter_.await_suspend(coroutine);
    } catch (...) {
      resume();
      throw;
    }
  }

  decltype(auto) await_resume() {
    if (is_suspended_) resume();
    return awaiter_.await_resume();
  }

 private:
  void resume() noexcept {
    is_suspended_ = false;
    promise_.enter();
  }

  Awaiter awaiter_;
  ContextPromise& promise_;
  bool is_suspended_ = false;
};

template <class Awaiter>
class FinishingAwaiter {
 public:
  template <class Awaitable>
  FinishingAwaiter(ContextPromise& promise, Awaitable&& awaitable) noexcept
      : awaiter_(get_awaiter(std::forward<Awaitable>(awaitable))), promise_(promise) {}

  bool await_ready() noexcept {
    promise_.leave();
    return awaiter_.await_ready();
  }
  template <class Promise>
  auto await_suspend(std::coroutine_handle<Promise> coroutine) noexcept {
    return awaiter_.await_suspend(coroutine);
  }
  void await_resume() noexcept { awaiter_.await_resume(); }

 private:
  Awaiter awaiter_;
  ContextPromise& promise_;
};

}  // namespace detail

}  // namespace sonde
