// What a program does wrong with scopes is told once, and never leaves a thread pointing at what is gone.
// Under the address sanitizer these tests fail where one does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sdk/diagnostics.h"
#include "sdk/test_tracing.h"
#include "sonde/context.hpp"

namespace sonde {
namespace {

using test::TestTracing;

SpanId current() { return current_span_context().span_id(); }

/// A ScopedSpan wherever its owner puts it, as in the frame of a coroutine that carries no context.
struct Held {
  Held(const Tracer& tracer, const char* name) : span(tracer.start_as_current_span(name)) {}
  ScopedSpan span;
};
std::unique_ptr<Held> hold(const Tracer& tracer, const char* name) {
  return std::make_unique<Held>(tracer, name);
}

TEST(Scope, LeftBeforeOneWithinItIsTakenOutFromUnderIt) {
  TestTracing tracing;
  const ScopedSpan outer = tracing.tracer.start_as_current_span("outer");
  auto first = hold(tracing.tracer, "first");
  auto second = hold(tracing.tracer, "second");
  first.reset();
  EXPECT_EQ(current(), second->span.context().span_id());
  second.reset();
  EXPECT_EQ(current(), outer.context().span_id());
  tracing.tracer.start_span("child").end();
}

TEST(Scope, LeftOnAnotherThreadIsNoLongerCurrentOnItsOwn) {
  TestTracing tracing;
  const ScopedSpan outer = tracing.tracer.start_as_current_span("outer");
  auto held = hold(tracing.tracer, "held");
  std::thread([&] {
    held.reset();
    EXPECT_EQ(current(), SpanId());
  }).join();
  EXPECT_EQ(current(), outer.context().span_id());
  EXPECT_EQ(detail::orphaned_scopes.load(), 0);
  const Span child = tracing.tracer.start_span("child");
  EXPECT_EQ(child.context().trace_id(), outer.context().trace_id());
}

TEST(Scope, LeftOnAnotherThreadIsTakenOutFromUnderThoseWithinIt) {
  TestTracing tracing;
  auto first = hold(tracing.tracer, "first");
  auto second = hold(tracing.tracer, "second");
  auto third = hold(tracing.tracer, "third");
  std::thread([&] {
    first.reset();
    second.reset();
  }).join();
  EXPECT_EQ(current(), third->span.context().span_id());
  third.reset();
  EXPECT_EQ(current(), SpanId());
  tracing.tracer.start_span("root").end();
  EXPECT_EQ(SpanView(tracing.memory->find("root")).parent_span_id(), SpanId());
}

TEST(Scope, EndedByHandIsLeftOnce) {
  TestTracing tracing;
  ScopedSpan outer = tracing.tracer.start_as_current_span("outer");
  {
    ScopedSpan inner = tracing.tracer.start_as_current_span("inner");
    inner.end();
    EXPECT_EQ(current(), outer.context().span_id());
    const ScopedSpan next = tracing.tracer.start_as_current_span("next");
    inner.end();
    EXPECT_EQ(current(), next.context().span_id());
  }
  EXPECT_EQ(current(), outer.context().span_id());
}

TEST(Scope, LeftOutOfTurnIsReportedOnce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // other tests of this process make these mistakes, too
  std::mutex mutex;
  std::vector<std::string> messages;
  detail::set_diagnostic_handler([&](std::string_view message) {
    const std::lock_guard lock(mutex);
    messages.emplace_back(message);
  });
  EXPECT_EXIT(
      {
        TestTracing tracing;
        for (int i = 0; i < 2; ++i) {
          auto first = hold(tracing.tracer, "first");
          auto second = hold(tracing.tracer, "second");
          first.reset();
          std::thread([&] { second.reset(); }).join();
        }
        const bool told = messages.size() == 2 && messages[0].find("innermost first") != std::string::npos &&
                          messages[1].find("another thread") != std::string::npos;
        std::_Exit(told ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
  detail::set_diagnostic_handler({});
}

}  // namespace
}  // namespace sonde
