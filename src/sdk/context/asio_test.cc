#include "sonde/bridge/asio.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sdk/test_tracing.h"
#include "sonde/traced.hpp"

namespace sonde {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using bridge::carry_context;
using test::TestTracing;

SpanId current() { return current_span_context().span_id(); }

/// Suspends at a timer of the coroutine's own executor, at one of another, and at none.
awaitable<void> suspend(asio::any_io_executor other) {
  asio::steady_timer own(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
  co_await own.async_wait(use_awaitable);
  asio::steady_timer others(other, std::chrono::milliseconds(1));
  co_await others.async_wait(use_awaitable);
  co_await asio::post(use_awaitable);
}

awaitable<int> see_current(asio::any_io_executor other, std::vector<SpanId>& seen) {
  seen.push_back(current());
  co_await suspend(std::move(other));
  seen.push_back(current());
  co_return 7;
}

class AsioTest : public ::testing::Test {
 protected:
  AsioTest() { options_.tracer = tracing_.tracer; }
  [[nodiscard]] SpanId id_of(const std::string& name) const {
    return SpanView(tracing_.memory->find(name)).span_id();
  }

  TestTracing tracing_;
  TracedOptions options_;
  asio::io_context io_;
};

TEST_F(AsioTest, ASpawnedCoroutineFindsItsContextAfterEverySuspension) {
  std::vector<SpanId> seen;
  const Span span = tracing_.tracer.start_span("request");
  {
    const CurrentSpanScope scope(span);
    asio::co_spawn(carry_context(io_.get_executor()), see_current(io_.get_executor(), seen), asio::detached);
  }
  io_.run();
  EXPECT_EQ(seen, std::vector(2, span.context().span_id()));
  EXPECT_FALSE(current().is_valid());
}

TEST_F(AsioTest, CoroutinesOfManyThreadsKeepTheirContextsApart) {
  asio::thread_pool pool(3);
  std::vector<Span> spans;
  std::vector<std::vector<SpanId>> seen(20);
  for (auto& each : seen) {
    const Span& span = spans.emplace_back(tracing_.tracer.start_span("request"));
    asio::co_spawn(carry_context(pool.get_executor(), Context().set_span(span)),
                   see_current(pool.get_executor(), each), asio::detached);
  }
  pool.join();
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i], std::vector(2, spans[i].context().span_id()));
  }
}

TEST_F(AsioTest, WithSpanGivesAnAwaitableItsContextThroughout) {
  std::vector<SpanId> seen;
  SpanId parent, after;
  asio::co_spawn(
      io_,
      [&]() -> awaitable<void> {
        const Span span = tracing_.tracer.start_span("parent");
        parent = span.context().span_id();
        EXPECT_EQ(co_await with_span(span, see_current(io_.get_executor(), seen)), 7);
        after = current();
      },
      asio::detached);
  io_.run();
  EXPECT_EQ(seen, std::vector(2, parent));
  EXPECT_FALSE(after.is_valid());
}

TEST_F(AsioTest, WithSpanNests) {
  std::vector<SpanId> seen;
  const Span outer = tracing_.tracer.start_span("outer");
  const Span inner = tracing_.tracer.start_span("inner");
  const auto middle = [&]() -> awaitable<void> {
    co_await with_span(inner, see_current(io_.get_executor(), seen));
    seen.push_back(current());
  };
  asio::co_spawn(
      carry_context(io_.get_executor(), Context()),
      [&]() -> awaitable<void> { co_await with_span(outer, middle()); }, asio::detached);
  io_.run();
  const SpanId in = inner.context().span_id();
  EXPECT_EQ(seen, std::vector({in, in, outer.context().span_id()}));
}

TEST_F(AsioTest, ConcurrentChildrenDoNotSeeEachOther) {
  using asio::experimental::awaitable_operators::operator&&;
  std::vector<SpanId> first, second;
  auto a = traced("a", see_current, options_);
  auto b = traced("b", see_current, options_);
  asio::co_spawn(
      io_,
      [&]() -> awaitable<void> { co_await (a(io_.get_executor(), first) && b(io_.get_executor(), second)); },
      asio::detached);
  io_.run();
  EXPECT_EQ(first, std::vector(2, id_of("a")));
  EXPECT_EQ(second, std::vector(2, id_of("b")));
}

TEST_F(AsioTest, TracedReturnsAsiosAwaitableAndLivesUntilItsResult) {
  std::vector<SpanId> seen;
  auto f = traced("see", {{"component", "parser"}}, see_current, options_);
  static_assert(std::is_same_v<decltype(f(io_.get_executor(), seen)), awaitable<int>>);
  int result = 0;
  asio::co_spawn(
      io_, [&]() -> awaitable<void> { result = co_await f(io_.get_executor(), seen); }, asio::detached);
  io_.run();
  EXPECT_EQ(result, 7);
  EXPECT_EQ(seen, std::vector(2, id_of("see")));
  EXPECT_EQ(SpanView(tracing_.memory->find("see")).status(), StatusCode::ok);
}

TEST_F(AsioTest, TracedPassesExceptionsAndResultsThatCannotBeCopiedOrMadeFromNothing) {
  struct Answer {
    explicit Answer(int given) : value(std::make_unique<int>(given)) {}
    std::unique_ptr<int> value;
  };
  auto ask = traced(
      "ask",
      [](int value) -> awaitable<Answer> {
        co_await asio::post(use_awaitable);
        if (value < 0) throw std::runtime_error("negative");
        co_return Answer(value);
      },
      options_);
  asio::co_spawn(
      io_,
      [&]() -> awaitable<void> {
        EXPECT_EQ(*(co_await ask(3)).value, 3);
        EXPECT_THROW(co_await ask(-1), std::runtime_error);
      },
      asio::detached);
  io_.run();
  const std::string span = tracing_.memory->find("ask");
  EXPECT_EQ(SpanView(span).status_message(), "negative");
}

TEST_F(AsioTest, TracedGivenUpSaysSo) {
  std::vector<SpanId> seen;
  {
    asio::io_context io;
    auto f = traced("see", see_current, options_);
    asio::co_spawn(
        io, [&]() -> awaitable<void> { co_await f(io.get_executor(), seen); }, asio::detached);
    io.run_one();
  }  // which destroys what still waits
  const std::string span = tracing_.memory->find("see");
  EXPECT_EQ(SpanView(span).status(), StatusCode::error);
  EXPECT_FALSE(current().is_valid());
}

TEST_F(AsioTest, CancellingGoesThroughWithSpan) {
  asio::cancellation_signal signal;
  boost::system::error_code seen;
  const Span span = tracing_.tracer.start_span("parent");
  const auto wait = [&]() -> awaitable<void> {
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
    try {
      co_await timer.async_wait(use_awaitable);
    } catch (const boost::system::system_error& error) {
      seen = error.code();
      throw;
    }
  };
  asio::co_spawn(
      io_, [&]() -> awaitable<void> { co_await with_span(span, wait()); },
      asio::bind_cancellation_slot(signal.slot(), asio::detached));
  asio::post(io_, [&] { asio::post(io_, [&] { signal.emit(asio::cancellation_type::terminal); }); });
  io_.run_for(std::chrono::seconds(20));
  EXPECT_EQ(seen, asio::error::operation_aborted);
}

TEST_F(AsioTest, ABoundHandlerKeepsItsExecutor) {
  asio::strand<asio::io_context::executor_type> strand(io_.get_executor());
  const Span span = tracing_.tracer.start_span("request");
  SpanId seen;
  bool is_on_strand = false;
  asio::steady_timer timer(io_, std::chrono::milliseconds(1));
  {
    const CurrentSpanScope scope(span);
    timer.async_wait(bind_current(asio::bind_executor(strand, [&](boost::system::error_code) {
      seen = current();
      is_on_strand = strand.running_in_this_thread();
    })));
  }
  io_.run();
  EXPECT_EQ(seen, span.context().span_id());
  EXPECT_TRUE(is_on_strand);
}

}  // namespace
}  // namespace sonde
