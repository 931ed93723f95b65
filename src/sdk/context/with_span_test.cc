#include "sonde/with_span.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sdk/context/test_task.h"
#include "sdk/test_tracing.h"

namespace sonde {
namespace {

using test::Gate;
using test::PlainTask;
using test::Task;
using test::TestTracing;
using test::Threads;

SpanId current() { return current_span_context().span_id(); }

/// Of a task type that carries no context.
PlainTask<> retrieve(Tracer tracer, Gate& gate, std::vector<SpanId>& seen) {
  seen.push_back(current());
  tracer.start_span("retrieve").end();
  co_await gate;
  seen.push_back(current());
}

PlainTask<> answer(Tracer tracer, Gate& gate, std::vector<SpanId>& seen) {
  auto span = tracer.start_span("answer");
  co_await with_span(span, retrieve(tracer, gate, seen));
  seen.push_back(current());
}

TEST(WithSpan, StartsWhatIsAwaitedWithTheSpanAndLeavesTheThreadsAsTheyWere) {
  TestTracing tracing;
  Gate gate;
  std::vector<SpanId> seen;
  const ScopedSpan here = tracing.tracer.start_as_current_span("here");
  PlainTask<> task = answer(tracing.tracer, gate, seen);
  task.resume();
  EXPECT_EQ(current(), here.context().span_id());
  gate.resume_on_new_thread();
  EXPECT_TRUE(task.is_done());
  const SpanId span = SpanView(tracing.memory->find("answer")).span_id();
  EXPECT_EQ(seen, std::vector({span, SpanId(), SpanId()}));
  EXPECT_EQ(SpanView(tracing.memory->find("retrieve")).parent_span_id(), span);
}

TEST(WithSpan, GivesATaskThatCarriesContextItsSpan) {
  TestTracing tracing;
  Gate gate;
  std::vector<SpanId> seen;
  PlainTask<> task = [](Tracer tracer, Gate& at, std::vector<SpanId>& out) -> PlainTask<> {
    const auto child = [](Gate& gate_, std::vector<SpanId>& all) -> Task<> {
      co_await gate_;
      all.push_back(current());
    };
    auto span = tracer.start_span("parent");
    out.push_back(span.context().span_id());
    const CurrentSpanScope* scope = new CurrentSpanScope(span);
    Task<> created = child(at, out);
    delete scope;
    co_await with_span(span, std::move(created));
  }(tracing.tracer, gate, seen);
  task.resume();
  gate.resume_on_new_thread();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0], seen[1]);
}

TEST(WithSpan, PassesResultsAndExceptionsThrough) {
  int target = 0;
  const auto value = []() -> PlainTask<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
  const auto reference = [](int& of) -> PlainTask<int&> { co_return of; };
  const auto failure = []() -> PlainTask<int> {
    throw std::runtime_error("no");
    co_return 0;
  };
  const auto all = [&](int& to) -> PlainTask<> {
    const Span span;
    EXPECT_EQ(*co_await with_span(span, value()), 7);
    int& same = co_await with_span(span, reference(to));
    EXPECT_EQ(&same, &to);
    EXPECT_THROW(co_await with_span(span, failure()), std::runtime_error);
    co_await with_span(span, std::suspend_never());
  };
  auto task = all(target);
  task.resume();
  EXPECT_TRUE(task.is_done());
  task.result();
}

TEST(WithSpan, OfWhatFinishesAtOnceUsesNoStack) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  constexpr int times = 1'000;  // the sanitizers make calls of what are jumps otherwise
#else
  constexpr int times = 100'000;
#endif
  const auto at_once = []() -> PlainTask<int> { co_return 1; };
  auto task = [](auto child) -> PlainTask<int> {
    const Span span;
    int sum = 0;
    for (int i = 0; i < times; ++i) sum += co_await with_span(span, child());
    co_return sum;
  }(at_once);
  task.resume();
  ASSERT_TRUE(task.is_done());
  EXPECT_EQ(task.result(), times);
}

TEST(WithSpan, MayFinishElsewhereWhileItIsStillStarting) {
  TestTracing tracing;
  int done = 0;
  const auto child = [](Threads& threads) -> PlainTask<int> {
    co_await threads.hop();
    co_return 1;
  };
  auto task = [](Tracer tracer, Threads* threads, auto each, int& sum) -> PlainTask<> {
    for (int i = 0; threads != nullptr && i < 50; ++i) {
      const Span span = tracer.start_span("short");
      sum += co_await with_span(span, each(*threads));
    }
  };
  PlainTask<> running = task(tracing.tracer, nullptr, child, done);
  {
    Threads threads;
    running = task(tracing.tracer, &threads, child, done);
    running.resume();
    EXPECT_EQ(current(), SpanId());
  }
  EXPECT_EQ(done, 50);
}

TEST(WithSpan, DestroyedWhileSuspendedDestroysWhatItAwaits) {
  TestTracing tracing;
  Gate gate;
  const auto alive = std::make_shared<int>(0);
  {
    auto task = [](Gate& at, std::shared_ptr<int> held) -> PlainTask<> {
      const Span span;
      co_await with_span(span, [](Gate& inner, std::shared_ptr<int> kept) -> PlainTask<> {
        co_await inner;
        static_cast<void>(kept);
      }(at, std::move(held)));
    }(gate, alive);
    task.resume();
    EXPECT_GT(alive.use_count(), 1);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace sonde
