#pragma once

// Context in Boost.Asio, for programs that use it (1.81 and later). Asio's coroutines have no hook where they
// suspend, but all of them resume through their executor; so that is what carries the context:
//
//     asio::co_spawn(sonde::bridge::carry_context(io.get_executor()), serve(socket), asio::detached);
//
// In such a coroutine the context it was spawned with is current, after every co_await too, whichever of the
// executor's threads that is on. Within it, with this header included:
//
//     auto span = tracer.start_span("retrieve");
//     auto documents = co_await sonde::with_span(span, retrieve(question));   // its context, throughout
//
// and traced() does the same. A ScopedSpan must not be held across co_await here. Callbacks take the context
// along with bind_current(), which keeps what Asio associates with a handler:
//
//     socket.async_read_some(buffer, sonde::bind_current([&](auto error, auto size) { ... }));

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associator.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "sonde/bind.hpp"
#include "sonde/context.hpp"
#include "sonde/with_span.hpp"

namespace sonde::bridge {

/// An executor that runs everything with one context. Has the properties of the executor it goes through.
template <class Executor>
class ContextExecutor {
 public:
  ContextExecutor(Executor executor, std::shared_ptr<const Context> context) noexcept
      : executor_(std::move(executor)), context_(std::move(context)) {}

  template <class Function>
  void execute(Function&& function) const {
    executor_.execute(
        [context = context_, run = std::decay_t<Function>(std::forward<Function>(function))]() mutable {
          const ContextScope scope(*context);
          std::move(run)();
        });
  }

  template <class Property>
    requires boost::asio::can_query<const Executor&, Property>::value
  [[nodiscard]] decltype(auto) query(const Property& property) const {
    return boost::asio::query(executor_, property);
  }
  template <class Property>
    requires boost::asio::can_require<const Executor&, Property>::value
  [[nodiscard]] auto require(const Property& property) const {
    return rewrap(boost::asio::require(executor_, property));
  }
  template <class Property>
    requires boost::asio::can_prefer<const Executor&, Property>::value
  [[nodiscard]] auto prefer(const Property& property) const {
    return rewrap(boost::asio::prefer(executor_, property));
  }

  [[nodiscard]] const Executor& inner() const noexcept { return executor_; }
  [[nodiscard]] const Context& context() const noexcept { return *context_; }

  friend bool operator==(const ContextExecutor& a, const ContextExecutor& b) noexcept {
    return a.executor_ == b.executor_ && a.context_ == b.context_;
  }

 private:
  template <class Other>
  [[nodiscard]] ContextExecutor<std::decay_t<Other>> rewrap(Other&& executor) const {
    return {std::forward<Other>(executor), context_};
  }

  Executor executor_;
  std::shared_ptr<const Context> context_;
};

/// The executor, to run everything with that context: by default the one that is current now. Allocates.
template <class Executor>
[[nodiscard]] ContextExecutor<Executor> carry_context(Executor executor,
                                                      Context context = Context::current()) {
  return {std::move(executor), std::make_shared<const Context>(std::move(context))};
}

namespace detail {

/// What an executor goes through, without the context it carries already.
template <class Executor>
Executor without_context(const Executor& executor) {
  if constexpr (std::is_same_v<Executor, boost::asio::any_io_executor>) {
    using Carrying = ContextExecutor<Executor>;
    if (const auto* const carrying = executor.template target<Carrying>(); carrying != nullptr) {
      return carrying->inner();
    }
  }
  return executor;
}

template <class Result, class Executor>
boost::asio::awaitable<void, Executor> keep(boost::asio::awaitable<Result, Executor> awaitable,
                                            std::optional<Result>* result) {
  result->emplace(co_await std::move(awaitable));
}

}  // namespace detail
}  // namespace sonde::bridge

namespace sonde {

// gcc 12 sees Asio's allocation of a coroutine inlined and its deallocation not, and says that they mismatch.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

/// Awaits Asio's awaitable, which runs with that context from beginning to end. Cancelling goes through.
template <class Result, class Executor>
boost::asio::awaitable<Result, Executor> with_context(Context context,
                                                      boost::asio::awaitable<Result, Executor> awaitable) {
  namespace asio = boost::asio;
  const Executor executor = co_await asio::this_coro::executor;
  const Executor plain = bridge::detail::without_context(executor);
  const auto carrying = bridge::carry_context(plain, std::move(context));
  // What awaits goes on within the call that ends what it awaited, so its own context must be brought back.
  auto token = asio::bind_executor(bridge::carry_context(plain), asio::use_awaitable_t<Executor>());
  if constexpr (std::is_void_v<Result>) {
    co_await asio::co_spawn(carrying, std::move(awaitable), std::move(token));
  } else {
    std::optional<Result> result;
    co_await asio::co_spawn(carrying, bridge::detail::keep(std::move(awaitable), &result), std::move(token));
    co_return *std::move(result);
  }
}

#pragma GCC diagnostic pop

}  // namespace sonde

/// A bound handler has its callable's executor, allocator and cancellation slot.
template <template <class, class> class Associator, class Callable, class Default>
struct boost::asio::associator<Associator, sonde::BoundCallable<Callable>, Default>
    : Associator<Callable, Default> {
  static typename Associator<Callable, Default>::type get(
      const sonde::BoundCallable<Callable>& bound) noexcept {
    return Associator<Callable, Default>::get(bound.callable());
  }
  static auto get(const sonde::BoundCallable<Callable>& bound, const Default& candidate) noexcept
      -> decltype(Associator<Callable, Default>::get(bound.callable(), candidate)) {
    return Associator<Callable, Default>::get(bound.callable(), candidate);
  }
};
