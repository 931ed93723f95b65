#include "sonde/coroutine.hpp"

#include <gtest/gtest.h>

#include <coroutine>
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
using test::Generator;
using test::Task;
using test::TestTracing;
using test::Threads;

SpanId current() { return current_span_context().span_id(); }

class CoroutineTest : public ::testing::Test {
 protected:
  [[nodiscard]] SpanId parent_of(const std::string& name) const {
    return SpanView(tracing_.memory->find(name)).parent_span_id();
  }
  [[nodiscard]] SpanId id_of(const std::string& name) const {
    return SpanView(tracing_.memory->find(name)).span_id();
  }
  [[nodiscard]] std::string status_message_of(const std::string& name) const {
    const std::string span = tracing_.memory->find(name);
    return std::string(SpanView(span).status_message());
  }

  TestTracing tracing_;
  Tracer tracer_ = tracing_.tracer;
};

Task<> see_current(Gate& gate, std::vector<SpanId>& seen) {
  seen.push_back(current());
  co_await gate;
  seen.push_back(current());
}

TEST_F(CoroutineTest, FindsTheContextItWasCreatedInAfterEverySuspension) {
  Gate gate;
  std::vector<SpanId> seen;
  const Span span = tracer_.start_span("request");
  Task<> task = [&] {
    const CurrentSpanScope scope(span);
    return see_current(gate, seen);
  }();
  task.resume();
  gate.resume_on_new_thread();
  EXPECT_EQ(seen, std::vector(2, span.context().span_id()));
}

TEST_F(CoroutineTest, CarriesBaggageAndValues) {
  Gate gate;
  std::string seen;
  auto task = [](Gate& at, std::string& out) -> Task<> {
    co_await at;
    out = Baggage::current().get("user.id").value_or("");
  };
  Task<> running = [&] {
    const ContextScope scope(Context::current().set_baggage(Baggage().set("user.id", "a long enough name")));
    return task(gate, seen);
  }();
  running.resume();
  gate.resume_on_new_thread();
  EXPECT_EQ(seen, "a long enough name");
}

TEST_F(CoroutineTest, LeavesTheThreadsItRunsOnAsTheyWere) {
  Gate gate;
  std::vector<SpanId> seen;
  Task<> task = see_current(gate, seen);
  const ScopedSpan here = tracer_.start_as_current_span("here");
  task.resume();
  EXPECT_EQ(current(), here.context().span_id());
  std::thread([&] {
    const ScopedSpan there = tracer_.start_as_current_span("there");
    gate.resume();
    EXPECT_EQ(current(), there.context().span_id());
  }).join();
  EXPECT_EQ(seen, std::vector(2, SpanId()));  // created where nothing was current
}

Task<> two_spans(Tracer tracer, Gate& first, Gate& second) {
  auto outer = tracer.start_as_current_span("outer");
  {
    auto inner = tracer.start_as_current_span("inner");
    co_await first;
    tracer.start_span("in inner").end();
  }
  co_await second;
  tracer.start_span("in outer").end();
}

TEST_F(CoroutineTest, HoldsItsOwnScopesAcrossThreads) {
  Gate first, second;
  Task<> task = two_spans(tracer_, first, second);
  task.resume();
  first.resume_on_new_thread();
  second.resume_on_new_thread();
  EXPECT_TRUE(task.is_done());
  EXPECT_EQ(parent_of("in inner"), id_of("inner"));
  EXPECT_EQ(parent_of("inner"), id_of("outer"));
  EXPECT_EQ(parent_of("in outer"), id_of("outer"));
  EXPECT_EQ(current(), SpanId());
}

TEST_F(CoroutineTest, HoldsItsOwnScopesBesideOthersOnTheSameThread) {
  const auto work = [](Tracer tracer, std::string name, Gate& gate) -> Task<> {
    auto span = tracer.start_as_current_span(name);
    co_await gate;
    tracer.start_span("in " + name).end();
  };
  Gate first, second;
  Task<> a = work(tracer_, "a", first);
  Task<> b = work(tracer_, "b", second);
  a.resume();
  b.resume();
  first.resume();  // a ends before b, which began later
  second.resume();
  EXPECT_EQ(parent_of("a"), SpanId());
  EXPECT_EQ(parent_of("b"), SpanId());
  EXPECT_EQ(parent_of("in a"), id_of("a"));
  EXPECT_EQ(parent_of("in b"), id_of("b"));
}

TEST_F(CoroutineTest, SiblingsInheritAtTheirCreationAndSeeNothingOfEachOther) {
  Gate first, second;
  const auto child = [](Tracer tracer, std::string name, Gate& gate) -> Task<> {
    auto span = tracer.start_as_current_span(name);
    co_await gate;
  };
  auto parent = tracer_.start_as_current_span("parent");
  Task<> a = child(tracer_, "a", first);
  Task<> b = child(tracer_, "b", second);
  parent.end();
  a.resume();
  b.resume();  // while a's span is open
  second.resume_on_new_thread();
  first.resume_on_new_thread();
  EXPECT_EQ(parent_of("a"), parent.context().span_id());
  EXPECT_EQ(parent_of("b"), parent.context().span_id());
}

TEST_F(CoroutineTest, MayOutliveTheSpanItInherited) {
  Gate gate;
  SpanId parent;
  Task<> task = [&] {
    const auto span = std::make_unique<Span>(tracer_.start_span("parent"));
    const CurrentSpanScope scope(*span);
    parent = span->context().span_id();
    return [](Tracer tracer, Gate& at) -> Task<> {
      co_await at;
      tracer.start_span("late").end();
    }(tracer_, gate);
  }();
  task.resume();
  gate.resume_on_new_thread();
  EXPECT_EQ(parent_of("late"), parent);
}

Task<SpanId> leaf(Tracer tracer, Threads& threads) {
  auto span = tracer.start_as_current_span("leaf");
  co_await threads.hop();
  co_return current();
}

Task<> hop_often(Tracer tracer, Threads& threads, int times, int& mistakes) {
  auto span = tracer.start_as_current_span("hopping");
  for (int i = 0; i < times; ++i) {
    co_await threads.hop();
    if (current() != span.context().span_id()) ++mistakes;
    const SpanId in_leaf = co_await leaf(tracer, threads);
    if (in_leaf == span.context().span_id() || !in_leaf.is_valid()) ++mistakes;
    if (current() != span.context().span_id()) ++mistakes;
  }
}

TEST_F(CoroutineTest, MayGoOnElsewhereWhileItIsStillSuspending) {
  int mistakes = 0;
  Task<> task = hop_often(tracer_, *std::make_unique<Threads>(), 0, mistakes);
  {
    Threads threads;
    task = hop_often(tracer_, threads, 50, mistakes);
    const ScopedSpan here = tracer_.start_as_current_span("here");
    task.resume();
    EXPECT_EQ(current(), here.context().span_id());
  }
  EXPECT_TRUE(task.is_done());
  EXPECT_EQ(mistakes, 0);
  EXPECT_EQ(parent_of("leaf"), id_of("hopping"));
}

TEST_F(CoroutineTest, IsItselfAgainAfterAwaitingAnother) {
  const auto child = [](Tracer tracer, std::vector<SpanId>& seen) -> Task<> {
    auto span = tracer.start_as_current_span("child");
    seen.push_back(current());
    co_return;
  };
  const auto parent = [&child](Tracer tracer, std::vector<SpanId>& seen) -> Task<> {
    auto span = tracer.start_as_current_span("parent");
    co_await child(tracer, seen);
    seen.push_back(current());
  };
  std::vector<SpanId> seen;
  Task<> task = parent(tracer_, seen);
  task.resume();
  EXPECT_TRUE(task.is_done());
  EXPECT_EQ(seen, std::vector({id_of("child"), id_of("parent")}));
  EXPECT_EQ(parent_of("child"), id_of("parent"));
}

/// Lets its await_suspend() be written as a lambda.
template <class Suspend>
struct Suspending {
  bool await_ready() noexcept { return false; }
  auto await_suspend(std::coroutine_handle<> coroutine) { return suspend(coroutine); }
  void await_resume() noexcept {}
  Suspend suspend;
};
template <class Suspend>
Suspending(Suspend) -> Suspending<Suspend>;

template <class Suspend>
Task<> await_once(Tracer tracer, Suspend suspend, std::vector<SpanId>& seen) {
  auto span = tracer.start_as_current_span("awaiting");
  try {
    co_await Suspending{suspend};
  } catch (const std::runtime_error&) {
    seen.push_back(current());
  }
  seen.push_back(current());
}

TEST_F(CoroutineTest, HasItsContextBackWhereAnAwaiterDecidesNotToSuspend) {
  std::vector<SpanId> seen;
  Task<> task = await_once(
      tracer_, [](auto) { return false; }, seen);
  task.resume();
  EXPECT_EQ(seen, std::vector{id_of("awaiting")});
}

TEST_F(CoroutineTest, HasItsContextBackWhereAnAwaiterThrowsWhileSuspending) {
  std::vector<SpanId> seen;
  Task<> task = await_once(
      tracer_, [](auto) -> bool { throw std::runtime_error("no"); }, seen);
  task.resume();
  EXPECT_EQ(seen, std::vector(2, id_of("awaiting")));
  EXPECT_EQ(current(), SpanId());
}

TEST_F(CoroutineTest, LeavesTheThreadAsItWasWhereAnAwaiterTransfersToNothing) {
  std::vector<SpanId> seen;
  std::coroutine_handle<> waiting;
  const auto transfer = [&](std::coroutine_handle<> coroutine) -> std::coroutine_handle<> {
    waiting = coroutine;
    return std::noop_coroutine();
  };
  Task<> task = await_once(tracer_, transfer, seen);
  task.resume();
  EXPECT_EQ(current(), SpanId());
  std::thread([&] { waiting.resume(); }).join();
  EXPECT_EQ(seen, std::vector{id_of("awaiting")});
}

TEST_F(CoroutineTest, LeavesTheThreadAloneWhereAnAwaitableIsReady) {
  // Stands in the thread's place of the current span while the awaitable is asked, and is seen by nobody
  // else.
  static const Span mark;
  struct Ready {
    bool await_ready() noexcept {
      before = std::exchange(detail::current.span, &mark);
      return true;
    }
    void await_suspend(std::coroutine_handle<>) noexcept {}
    bool await_resume() noexcept { return std::exchange(detail::current.span, before) == &mark; }
    const Span* before = nullptr;
  };
  auto task = []() -> Task<bool> { co_return co_await Ready(); }();
  task.resume();
  EXPECT_TRUE(task.result());
}

TEST_F(CoroutineTest, EndedByAnExceptionLeavesTheThreadAsItWas) {
  Gate gate;
  auto task = [](Tracer tracer, Gate& at) -> Task<> {
    auto span = tracer.start_as_current_span("failing");
    co_await at;
    throw std::runtime_error("no");
  }(tracer_, gate);
  const ScopedSpan here = tracer_.start_as_current_span("here");
  task.resume();
  gate.resume();
  EXPECT_EQ(current(), here.context().span_id());
  EXPECT_THROW(task.result(), std::runtime_error);
  EXPECT_EQ(status_message_of("failing"), "an exception left the span's scope");
}

TEST_F(CoroutineTest, DestroyedWhileSuspendedMarksItsSpansAndLeavesTheThreadAsItWas) {
  Gate first, second;
  {
    Task<> task = two_spans(tracer_, first, second);
    task.resume();
    std::thread([&] {
      const ScopedSpan there = tracer_.start_as_current_span("there");
      { const Task<> destroyed = std::move(task); }
      EXPECT_EQ(current(), there.context().span_id());
    }).join();
  }
  EXPECT_EQ(status_message_of("inner"), "the coroutine was destroyed before its end");
  EXPECT_EQ(status_message_of("outer"), "the coroutine was destroyed before its end");
  EXPECT_EQ(status_message_of("there"), "");
  EXPECT_EQ(parent_of("there"), SpanId());
}

TEST_F(CoroutineTest, DestroyedWhileSuspendedDoesNotMarkWhatItsLocalsDoThen) {
  struct CleansUp {
    ~CleansUp() { tracer.start_as_current_span("clean up").end(); }
    Tracer tracer;
  };
  Gate gate;
  {
    Task<> task = [](Tracer tracer, Gate& at) -> Task<> {
      auto span = tracer.start_as_current_span("work");
      const CleansUp cleans_up{tracer};
      co_await at;
    }(tracer_, gate);
    task.resume();
  }
  EXPECT_EQ(status_message_of("clean up"), "");
  EXPECT_EQ(parent_of("clean up"), id_of("work"));
}

TEST_F(CoroutineTest, NeverStartedLeavesNoTrace) {
  const ScopedSpan here = tracer_.start_as_current_span("here");
  {
    Gate gate;
    std::vector<SpanId> seen;
    const Task<> task = see_current(gate, seen);
  }
  EXPECT_EQ(current(), here.context().span_id());
}

Generator<int> tokens(Tracer tracer, std::vector<SpanId>& seen) {
  auto span = tracer.start_as_current_span("stream");
  for (int i = 0; i < 3; ++i) {
    seen.push_back(current());
    co_yield i;
  }
}

TEST_F(CoroutineTest, OfAGeneratorLeavesItsConsumersContextBetweenTheValues) {
  std::vector<SpanId> seen;
  {
    auto stream = tokens(tracer_, seen);
    const ScopedSpan consumer = tracer_.start_as_current_span("consumer");
    int sum = 0;
    while (const auto token = stream.next()) {
      sum += *token;
      EXPECT_EQ(current(), consumer.context().span_id());
    }
    EXPECT_EQ(sum, 3);
  }
  EXPECT_EQ(seen, std::vector(3, id_of("stream")));
  EXPECT_EQ(SpanView(tracing_.memory->find("stream")).status(), StatusCode::unset);
}

TEST_F(CoroutineTest, OfAGeneratorThatIsGivenUpMarksItsSpan) {
  std::vector<SpanId> seen;
  {
    auto stream = tokens(tracer_, seen);
    EXPECT_EQ(stream.next(), 0);
  }
  EXPECT_EQ(status_message_of("stream"), "the coroutine was destroyed before its end");
}

TEST_F(CoroutineTest, OfAGeneratorThatThrowsLeavesItsConsumersContext) {
  auto stream = [](Tracer tracer) -> Generator<int> {
    auto span = tracer.start_as_current_span("stream");
    co_yield 1;
    throw std::runtime_error("no");
  }(tracer_);
  const ScopedSpan consumer = tracer_.start_as_current_span("consumer");
  EXPECT_EQ(stream.next(), 1);
  EXPECT_THROW(stream.next(), std::runtime_error);
  EXPECT_EQ(current(), consumer.context().span_id());
}

/// Starts at once and is freed at its end: a detached operation.
struct Detached {
  struct promise_type : ContextPromise {
    Detached get_return_object() noexcept { return {}; }
    auto initial_suspend() noexcept { return starting(std::suspend_never{}); }
    auto final_suspend() noexcept { return finishing(std::suspend_never{}); }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

TEST_F(CoroutineTest, DetachedInheritsAndLeavesTheThreadAsItWas) {
  Gate gate;
  {
    const ScopedSpan here = tracer_.start_as_current_span("here");
    [](Tracer tracer, Gate& at) -> Detached {
      auto span = tracer.start_as_current_span("detached");
      co_await at;
    }(tracer_, gate);
    EXPECT_EQ(current(), here.context().span_id());
  }
  gate.resume_on_new_thread();
  EXPECT_EQ(parent_of("detached"), id_of("here"));
  EXPECT_EQ(current(), SpanId());
}

}  // namespace
}  // namespace sonde
