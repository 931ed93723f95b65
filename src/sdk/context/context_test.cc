#include "sonde/context.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "sdk/test_tracing.h"

namespace sonde {
namespace {

using test::TestTracing;

struct Tenant {
  std::string name;
};
constexpr ContextKey<Tenant> tenant_key("tenant");
constexpr ContextKey<int> attempt_key("attempt");
constexpr ContextKey<int> other_attempt_key("attempt");

const SpanContext remote_context =
    parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

TEST(Context, IsTheRootByDefault) {
  const Context context;
  EXPECT_FALSE(context.span_context().is_valid());
  EXPECT_TRUE(context.baggage().is_empty());
  EXPECT_EQ(context.get(tenant_key), nullptr);
}

TEST(Context, SetGivesANewOneAndLeavesTheOldAsItWas) {
  const Context one = Context().set(tenant_key, {"red"});
  const Context two = one.set(attempt_key, 1).set(tenant_key, {"blue"});
  EXPECT_EQ(one.get(tenant_key)->name, "red");
  EXPECT_EQ(one.get(attempt_key), nullptr);
  EXPECT_EQ(two.get(tenant_key)->name, "blue");
  EXPECT_EQ(*two.get(attempt_key), 1);
}

TEST(Context, KeysOfOneNameAreNotTheSame) {
  const Context context = Context().set(attempt_key, 1).set(other_attempt_key, 2);
  EXPECT_EQ(*context.get(attempt_key), 1);
  EXPECT_EQ(*context.get(other_attempt_key), 2);
}

TEST(Context, KeepsItsPartsApart) {
  const Context context =
      Context().set(attempt_key, 1).set_baggage(Baggage().set("a", "1")).set_span(remote_context);
  EXPECT_EQ(context.span_context().span_id(), remote_context.span_id());
  EXPECT_EQ(context.baggage().get("a"), "1");
  EXPECT_EQ(*context.get(attempt_key), 1);
}

TEST(ContextScope, MakesAllOfAContextCurrentAndRestores) {
  const Context context = Context().set_span(remote_context).set(attempt_key, 3);
  {
    const ContextScope outer(context);
    EXPECT_EQ(current_span_context().span_id(), remote_context.span_id());
    EXPECT_EQ(*Context::current().get(attempt_key), 3);
    {
      const ContextScope inner{Context()};
      EXPECT_FALSE(Context::current().span_context().is_valid());
      EXPECT_EQ(Context::current().get(attempt_key), nullptr);
    }
    EXPECT_EQ(*Context::current().get(attempt_key), 3);
  }
  EXPECT_FALSE(Context::current().span_context().is_valid());
  EXPECT_EQ(Context::current().get(attempt_key), nullptr);
}

TEST(ContextScope, OfATemporaryKeepsItAlive) {
  const ContextScope scope(Context().set(tenant_key, {"a name too long for the string itself"}));
  EXPECT_EQ(Context::current().get(tenant_key)->name, "a name too long for the string itself");
}

TEST(ContextScope, MakesSpansChildrenOfItsSpan) {
  TestTracing tracing;
  const ContextScope scope(Context().set_span(remote_context));
  const Span span = tracing.tracer.start_span("child");
  EXPECT_EQ(span.context().trace_id(), remote_context.trace_id());
}

TEST(ContextScope, LeavesTheCurrentSpanItself) {
  TestTracing tracing;
  const ScopedSpan span = tracing.tracer.start_as_current_span("current");
  const ContextScope scope(Context::current().set_baggage(Baggage().set("a", "1")));
  EXPECT_EQ(detail::current.span, &span);
}

TEST(ContextScope, HoldsWithinASpansScopeAndTheOtherWayRound) {
  TestTracing tracing;
  ScopedSpan outer = tracing.tracer.start_as_current_span("outer");
  {
    const ContextScope scope(Context::current().set(attempt_key, 1));
    {
      const ScopedSpan inner = tracing.tracer.start_as_current_span("inner");
      EXPECT_EQ(*Context::current().get(attempt_key), 1);
      EXPECT_EQ(Context::current().span_context().span_id(), inner.context().span_id());
    }
    EXPECT_EQ(Context::current().span_context().span_id(), outer.context().span_id());
  }
  outer.end();
  EXPECT_FALSE(Context::current().span_context().is_valid());
}

TEST(Context, OutlivesItsSpanInAnotherThread) {
  TestTracing tracing;
  Context context;
  SpanId span_id;
  {
    const ScopedSpan span = tracing.tracer.start_as_current_span("request");
    span_id = span.context().span_id();
    context = Context::current().set(tenant_key, {"a name too long for the string itself"});
  }
  std::thread([&, context = std::move(context)]() mutable {
    const ContextScope scope(std::move(context));
    EXPECT_EQ(Context::current().get(tenant_key)->name, "a name too long for the string itself");
    tracing.tracer.start_as_current_span("late").end();
  }).join();
  const std::string late = tracing.memory->find("late");
  EXPECT_EQ(SpanView(late).parent_span_id(), span_id);
}

TEST(Parent, CanBeAContext) {
  TestTracing tracing;
  const Context context = Context().set_span(remote_context).set_baggage(Baggage().set("a", "1"));
  const Span span = tracing.tracer.start_span("child", {.parent = context});
  EXPECT_EQ(span.context().trace_id(), remote_context.trace_id());
  EXPECT_EQ(Parent(context).baggage().get("a"), "1");
}

TEST(Parent, OfAContextWithoutSpanMakesARoot) {
  TestTracing tracing;
  const ScopedSpan current = tracing.tracer.start_as_current_span("current");
  const Span span = tracing.tracer.start_span("root", {.parent = Context()});
  EXPECT_NE(span.context().trace_id(), current.context().trace_id());
}

TEST(Parent, HasTheThreadsBaggageUnlessItIsAContext) {
  const ContextScope scope(Context().set_baggage(Baggage().set("a", "1")));
  const Span span;
  EXPECT_EQ(Parent().baggage().get("a"), "1");
  EXPECT_EQ(Parent(span).baggage().get("a"), "1");
  EXPECT_EQ(Parent::none().baggage().get("a"), "1");
  EXPECT_TRUE(Parent(Context()).baggage().is_empty());
}

}  // namespace
}  // namespace sonde
