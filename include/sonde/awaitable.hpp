#pragma once

// What can be awaited, as the language sees it. For the headers about coroutines.
//
// Source: ISO C++20, [expr.await].

#include <concepts>
#include <type_traits>
#include <utility>

namespace sonde::detail {

// await_suspend() is left out: some libraries' awaiters take their own coroutines' handles only.
template <class T>
concept Awaiter = requires(T& awaiter) {
  awaiter.await_ready();
  awaiter.await_resume();
};
template <class T>
concept HasMemberCoAwait = requires(T&& awaitable) { std::forward<T>(awaitable).operator co_await(); };
template <class T>
concept HasFreeCoAwait = requires(T&& awaitable) { operator co_await(std::forward<T>(awaitable)); };

/// What `co_await awaitable` calls await_ready() and its like on: a new object, or the awaitable itself.
template <class Awaitable>
decltype(auto) get_awaiter(Awaitable&& awaitable) {
  if constexpr (HasMemberCoAwait<Awaitable>) {
    return std::forward<Awaitable>(awaitable).operator co_await();
  } else if constexpr (HasFreeCoAwait<Awaitable>) {
    return operator co_await(std::forward<Awaitable>(awaitable));
  } else {
    return std::forward<Awaitable>(awaitable);
  }
}

/// The type of that: a reference if it is the awaitable itself.
template <class Awaitable>
using AwaiterOf = decltype(get_awaiter(std::declval<Awaitable>()));

template <class T>
concept IsAwaitable = HasMemberCoAwait<T> || HasFreeCoAwait<T> || Awaiter<std::remove_reference_t<T>>;

/// The type of `co_await awaitable`.
template <class Awaitable>
using AwaitResult = decltype(get_awaiter(std::declval<Awaitable>()).await_resume());

}  // namespace sonde::detail
