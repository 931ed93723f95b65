#include "sonde/traced.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
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

SpanId current() { return current_span_context().span_id(); }

class TracedTest : public ::testing::Test {
 protected:
  TracedTest() { options_.tracer = tracing_.tracer; }
  [[nodiscard]] std::string find(const std::string& name) const { return tracing_.memory->find(name); }
  [[nodiscard]] std::size_t span_count() const { return tracing_.memory->spans().size(); }

  TestTracing tracing_;
  TracedOptions options_;
};

int twice(int value) { return 2 * value; }

TEST_F(TracedTest, RecordsEveryCallWithNameAttributesAndStatus) {
  options_.kind = SpanKind::client;
  auto f = traced("process_document", {{"component", std::string("parser")}}, twice, options_);
  EXPECT_EQ(f(4), 8);
  EXPECT_EQ(f(5), 10);
  EXPECT_EQ(span_count(), 2U);
  const std::string span = find("process_document");
  const SpanView view(span);
  EXPECT_EQ(view.kind(), SpanKind::client);
  EXPECT_EQ(view.status(), StatusCode::ok);
  EXPECT_EQ(test::find(view.attributes(), "component")->as_string(), "parser");
}

TEST_F(TracedTest, RecordsByTheGlobalProviderWhereNoTracerIsGiven) {
  auto f = traced("process_document", twice);
  EXPECT_EQ(f(1), 2);
  EXPECT_EQ(span_count(), 0U);
  tracing_.provider->set_as_global();
  EXPECT_EQ(f(1), 2);
  EXPECT_EQ(span_count(), 1U);
}

TEST_F(TracedTest, MakesItsSpanCurrentDuringTheCallOnly) {
  auto f = traced(
      "outer", [&] { return current(); }, options_);
  const SpanId during = f();
  EXPECT_EQ(during, SpanView(find("outer")).span_id());
  EXPECT_FALSE(current().is_valid());
}

TEST_F(TracedTest, RecordsAnExceptionAndThrowsItOn) {
  auto f = traced(
      "failing", []() -> int { throw std::runtime_error("no such document"); }, options_);
  EXPECT_THROW(f(), std::runtime_error);
  const std::string span = find("failing");
  const SpanView view(span);
  EXPECT_EQ(view.status(), StatusCode::error);
  EXPECT_EQ(view.status_message(), "no such document");
  ASSERT_EQ(test::count(view.events()), 1);
  const SpanEventView event = *view.events().begin();
  EXPECT_EQ(event.name(), "exception");
  EXPECT_EQ(test::find(event.attributes(), "exception.type")->as_string(), "std::runtime_error");
}

TEST_F(TracedTest, RecordsWhatIsThrownAndIsNoException) {
  auto f = traced(
      "failing", [] { throw 7; }, options_);
  EXPECT_THROW(f(), int);
  EXPECT_EQ(SpanView(find("failing")).status(), StatusCode::error);
}

TEST_F(TracedTest, LeavesTheStatusThatTheFunctionSet) {
  auto f = traced(
      "refused", [](Span& span) { span.set_status(StatusCode::error, "refused"); }, options_);
  f();
  const std::string span = find("refused");
  EXPECT_EQ(SpanView(span).status_message(), "refused");
}

TEST_F(TracedTest, GivesItsSpanToAFunctionThatTakesIt) {
  auto f = traced(
      "chat",
      [](Span& span, int tokens) {
        span.set_attribute("tokens", tokens);
        return tokens;
      },
      options_);
  EXPECT_EQ(f(42), 42);
  const std::string span = find("chat");
  EXPECT_EQ(test::find(SpanView(span).attributes(), "tokens")->as_integer(), 42);
}

struct Index {
  int size() const { return 3; }
  int& at(int i) { return values[i]; }
  int values[3] = {1, 2, 3};
};
struct Overloaded {
  std::string operator()(int) const { return "int"; }
  std::string operator()(const std::string&) const { return "string"; }
};
struct Immovable {
  explicit Immovable(int given) : value(given) {}
  Immovable(const Immovable&) = delete;
  Immovable& operator=(const Immovable&) = delete;
  int value;
};

TEST_F(TracedTest, WrapsWhateverCanBeCalled) {
  Index index;
  EXPECT_EQ(traced("f", &Index::size, options_)(index), 3);
  EXPECT_EQ(traced("f", &twice, options_)(1), 2);
  const auto overloaded = traced("f", Overloaded(), options_);
  EXPECT_EQ(overloaded(1), "int");
  EXPECT_EQ(overloaded(std::string()), "string");
  auto counter = traced(
      "f", [count = 0]() mutable { return ++count; }, options_);
  counter();
  EXPECT_EQ(counter(), 2);
  auto move_only = traced(
      "f", [own = std::make_unique<int>(1)] { return *own; }, options_);
  auto moved = std::move(move_only);
  EXPECT_EQ(moved(), 1);
  auto generic = traced(
      "f", [](auto value) { return value; }, options_);
  EXPECT_EQ(generic(std::string("x")), "x");
  EXPECT_EQ(span_count(), 8U);
}

TEST_F(TracedTest, PassesResultsOfEveryKind) {
  Index index;
  auto reference = traced("f", &Index::at, options_);
  static_assert(std::is_same_v<decltype(reference(index, 1)), int&>);
  EXPECT_EQ(&reference(index, 1), &index.values[1]);
  auto nothing = traced(
      "f", [](int& out) { out = 1; }, options_);
  int out = 0;
  static_assert(std::is_void_v<decltype(nothing(out))>);
  nothing(out);
  EXPECT_EQ(out, 1);
  auto owner = traced(
      "f", [](std::unique_ptr<int> given) { return given; }, options_);
  EXPECT_EQ(*owner(std::make_unique<int>(5)), 5);
  auto immovable = traced(
      "f", [](int value) { return Immovable(value); }, options_);
  EXPECT_EQ(immovable(6).value, 6);
}

Task<int> measure(Gate& gate, std::vector<SpanId>& seen) {
  seen.push_back(current());
  co_await gate;
  seen.push_back(current());
  co_return 7;
}

TEST_F(TracedTest, OfATaskLivesUntilItsResultAndIsCurrentInItThroughout) {
  Gate gate;
  std::vector<SpanId> seen;
  auto f = traced("measure", {{"component", "parser"}}, measure, options_);
  auto task = f(gate, seen);
  static_assert(std::is_same_v<decltype(task), Task<int>>);
  const ScopedSpan here = tracing_.tracer.start_as_current_span("here");
  task.resume();
  EXPECT_EQ(current(), here.context().span_id());
  EXPECT_EQ(span_count(), 0U);
  gate.resume_on_new_thread();
  ASSERT_TRUE(task.is_done());
  EXPECT_EQ(task.result(), 7);
  const std::string span = find("measure");
  EXPECT_EQ(SpanView(span).status(), StatusCode::ok);
  EXPECT_EQ(test::find(SpanView(span).attributes(), "component")->as_string(), "parser");
  EXPECT_EQ(seen, std::vector(2, SpanView(span).span_id()));
}

TEST_F(TracedTest, OfATaskRecordsItsExceptionAndThrowsItOn) {
  Gate gate;
  auto f = traced(
      "failing",
      [](Gate& at) -> Task<> {
        co_await at;
        throw std::runtime_error("no such document");
      },
      options_);
  auto task = f(gate);
  task.resume();
  gate.resume();
  EXPECT_THROW(task.result(), std::runtime_error);
  const std::string span = find("failing");
  EXPECT_EQ(SpanView(span).status_message(), "no such document");
  EXPECT_EQ(test::count(SpanView(span).events()), 1);
}

TEST_F(TracedTest, OfATaskThatIsGivenUpSaysSo) {
  Gate gate;
  std::vector<SpanId> seen;
  auto f = traced("measure", measure, options_);
  {
    auto started = f(gate, seen);
    started.resume();
  }
  EXPECT_EQ(SpanView(find("measure")).status(), StatusCode::error);
  tracing_.memory->clear();
  { auto never_started = f(gate, seen); }
  const std::string span = find("measure");
  EXPECT_EQ(SpanView(span).status_message(), "the task was given up before its end");
}

TEST_F(TracedTest, OfATaskThatCannotBeMadeRecordsTheException) {
  auto f = traced(
      "refused",
      [](bool refuses) -> Task<> {
        if (refuses) throw std::runtime_error("refused");  // no coroutine: thrown by the call
        return []() -> Task<> { co_return; }();
      },
      options_);
  EXPECT_THROW(static_cast<void>(f(true)), std::runtime_error);
  const std::string span = find("refused");
  EXPECT_EQ(SpanView(span).status_message(), "refused");
}

TEST_F(TracedTest, OfATaskGivesItsSpanForAsLongAsTheTaskRuns) {
  Gate gate;
  auto f = traced(
      "chat",
      [](Span& span, Gate& at) -> Task<std::string> {
        co_await at;
        span.set_attribute("tokens", 3);
        co_return "answer";
      },
      options_);
  auto task = f(gate);
  task.resume();
  gate.resume_on_new_thread();
  EXPECT_EQ(task.result(), "answer");
  const std::string span = find("chat");
  EXPECT_EQ(test::find(SpanView(span).attributes(), "tokens")->as_integer(), 3);
}

TEST_F(TracedTest, AsATemporaryKeepsALambdasCapturesForItsTask) {
  Gate gate;
  auto task = traced(
      "f",
      [text = std::string("a capture too long for the string itself"), &gate]() -> Task<std::string> {
        co_await gate;
        co_return text;
      },
      options_)();
  task.resume();
  gate.resume();
  EXPECT_EQ(task.result(), "a capture too long for the string itself");
}

TEST_F(TracedTest, OfATaskWithoutContextIsCurrentUntilItSuspends) {
  Gate gate;
  std::vector<SpanId> seen;
  auto f = traced(
      "plain",
      [](Gate& at, std::vector<SpanId>& out) -> PlainTask<int> {
        out.push_back(current());
        co_await at;
        out.push_back(current());
        co_return 1;
      },
      options_);
  auto task = f(gate, seen);
  static_assert(std::is_same_v<decltype(task), PlainTask<int>>);
  task.resume();
  EXPECT_FALSE(current().is_valid());
  gate.resume_on_new_thread();
  EXPECT_EQ(task.result(), 1);
  EXPECT_EQ(seen, std::vector({SpanView(find("plain")).span_id(), SpanId()}));
  EXPECT_EQ(SpanView(find("plain")).status(), StatusCode::ok);
}

/// An awaitable that is no coroutine.
struct Answer {
  bool await_ready() noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) noexcept {}
  int await_resume() {
    if (value < 0) throw std::runtime_error("negative");
    return value;
  }
  int value;
};

TEST_F(TracedTest, OfAnyOtherAwaitableGivesAnAwaitable) {
  auto f = traced(
      "ask", [](int value) { return Answer{value}; }, options_);
  const auto ask = [&]() -> Task<int> {
    EXPECT_THROW(co_await f(-1), std::runtime_error);
    co_return co_await f(3);
  };
  auto task = ask();
  task.resume();
  EXPECT_EQ(task.result(), 3);
  const auto spans = tracing_.memory->spans();
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(SpanView(spans[0]).status_message(), "negative");
  EXPECT_EQ(SpanView(spans[1]).status(), StatusCode::ok);
}

TEST_F(TracedTest, PassesReferencesAndMoveOnlyResultsOfTasks) {
  int target = 0;
  auto reference = traced(
      "f", [](int& of) -> Task<int&> { co_return of; }, options_);
  auto owner = traced(
      "f", []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(2); }, options_);
  auto task = reference(target);
  task.resume();
  EXPECT_EQ(&task.result(), &target);
  auto owned = owner();
  owned.resume();
  EXPECT_EQ(*owned.result(), 2);
}

TEST_F(TracedTest, NestsAlongTheCalls) {
  auto inner = traced(
      "inner", []() -> Task<> { co_return; }, options_);
  auto outer = traced(
      "outer", [&]() -> Task<> { co_await inner(); }, options_);
  auto task = outer();
  task.resume();
  EXPECT_EQ(SpanView(find("inner")).parent_span_id(), SpanView(find("outer")).span_id());
}

}  // namespace
}  // namespace sonde
