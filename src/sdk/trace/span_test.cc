#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sdk/test_tracing.h"

namespace sonde {
namespace {

using test::count;
using test::find;
using test::TestTracing;
using Type = AttributeValue::Type;

TEST(Span, RecordsIdentityNameKindAndTimes) {
  TestTracing tracing;
  Span span = tracing.tracer.start_span("chat gpt", {.kind = SpanKind::client, .start_time = 1'000});
  const SpanContext context = span.context();
  span.end(3'500);

  const std::string otlp = tracing.memory->find("chat gpt");
  const SpanView view(otlp);
  EXPECT_TRUE(context.is_valid());
  EXPECT_TRUE(context.is_sampled());
  EXPECT_EQ(view.trace_id(), context.trace_id());
  EXPECT_EQ(view.span_id(), context.span_id());
  EXPECT_FALSE(view.parent_span_id().is_valid());
  EXPECT_EQ(view.kind(), SpanKind::client);
  EXPECT_EQ(view.start_time(), 1'000u);
  EXPECT_EQ(view.end_time(), 3'500u);
  EXPECT_EQ(view.status(), StatusCode::unset);
}

TEST(Span, EndsOnceWhenItGoesOutOfScope) {
  TestTracing tracing;
  {
    Span span = tracing.tracer.start_span("once");
    Span moved = std::move(span);
    moved.end();
    moved.end();
    EXPECT_FALSE(moved.is_recording());
  }
  EXPECT_EQ(tracing.memory->spans().size(), 1u);
}

TEST(Span, NestsThroughTheCurrentSpan) {
  TestTracing tracing;
  {
    auto parent = tracing.tracer.start_as_current_span("parent");
    { auto child = tracing.tracer.start_as_current_span("child"); }
    auto sibling = tracing.tracer.start_span("sibling");
    auto root = tracing.tracer.start_span("root", {.parent = Parent::none()});
    EXPECT_NE(root.context().trace_id(), parent.context().trace_id());
  }
  EXPECT_FALSE(current_span_context().is_valid());
  const std::string parent = tracing.memory->find("parent");
  for (const char* name : {"child", "sibling"}) {
    const std::string child = tracing.memory->find(name);
    EXPECT_EQ(SpanView(child).parent_span_id(), SpanView(parent).span_id());
    EXPECT_EQ(SpanView(child).trace_id(), SpanView(parent).trace_id());
  }
}

TEST(Span, TakesAnExplicitParentFromAnotherThread) {
  TestTracing tracing;
  auto parent = tracing.tracer.start_as_current_span("parent");
  std::thread([&tracing, context = parent.context()] {
    EXPECT_FALSE(current_span_context().is_valid());
    auto child = tracing.tracer.start_span("child", {.parent = context});
  }).join();
  const std::string child = tracing.memory->find("child");
  EXPECT_EQ(SpanView(child).parent_span_id(), parent.context().span_id());
}

TEST(Span, ContinuesARemoteTraceWithItsState) {
  TestTracing tracing;
  const SpanContext remote =
      parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "vendor=1");
  { auto span = tracing.tracer.start_span("server", {.parent = remote}); }
  const std::string otlp = tracing.memory->find("server");
  EXPECT_EQ(SpanView(otlp).trace_id().to_hex(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(SpanView(otlp).parent_span_id().to_hex(), "00f067aa0ba902b7");
  EXPECT_EQ(SpanView(otlp).trace_state(), "vendor=1");
}

TEST(Span, OfAnUnsampledParentRecordsNothingAndKeepsTheTrace) {
  TestTracing tracing;
  const SpanContext remote = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
  {
    auto span = tracing.tracer.start_span("server", {.parent = remote});
    EXPECT_FALSE(span.is_recording());
    EXPECT_EQ(span.context().trace_id(), remote.trace_id());
    EXPECT_NE(span.context().span_id(), remote.span_id());
  }
  EXPECT_TRUE(tracing.memory->spans().empty());
}

TEST(Span, KeepsEveryTypeOfAttribute) {
  TestTracing tracing;
  const std::vector<std::int64_t> integers = {1, -2};
  const std::array<bool, 2> booleans = {true, false};
  const std::array<double, 1> floatings = {0.5};
  const std::array<std::string_view, 2> strings = {"a", ""};
  const std::array<std::uint8_t, 3> bytes = {0, 255, 7};
  {
    auto span = tracing.tracer.start_span("types");
    span.set_attribute("string", "text");
    span.set_attribute("boolean", true);
    span.set_attribute("integer", std::numeric_limits<std::int64_t>::min());
    span.set_attribute("unsigned", std::numeric_limits<std::uint64_t>::max());
    span.set_attribute("floating", -0.25);
    span.set_attribute("bytes", AttributeValue::bytes(bytes));
    span.set_attribute("integers", AttributeValue::integers(integers));
    span.set_attribute("booleans", AttributeValue::booleans(booleans));
    span.set_attribute("floatings", AttributeValue::floatings(floatings));
    span.set_attribute("strings", AttributeValue::strings(strings));
    span.set_attribute("empty", AttributeValue());
    span.set_attribute("message", AttributeValue::map(
                                      {{"role", "user"}, {"parts", AttributeValue::array({1, "two", 3.5})}}));
  }
  const std::string otlp = tracing.memory->find("types");
  const SpanView view(otlp);
  EXPECT_EQ(count(view.attributes()), 12);
  EXPECT_EQ(find(view.attributes(), "string")->as_string(), "text");
  EXPECT_TRUE(find(view.attributes(), "boolean")->as_boolean());
  EXPECT_EQ(find(view.attributes(), "integer")->as_integer(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(find(view.attributes(), "unsigned")->as_integer(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(find(view.attributes(), "floating")->as_floating(), -0.25);
  EXPECT_EQ(find(view.attributes(), "bytes")->as_string(), std::string_view("\0\xff\x07", 3));
  EXPECT_EQ(find(view.attributes(), "empty")->type(), Type::empty);
  EXPECT_EQ((*find(view.attributes(), "integers")->elements().begin()).as_integer(), 1);
  EXPECT_EQ(count(find(view.attributes(), "booleans")->elements()), 2);
  EXPECT_EQ((*find(view.attributes(), "floatings")->elements().begin()).as_floating(), 0.5);
  EXPECT_EQ(count(find(view.attributes(), "strings")->elements()), 2);
  const ValueView message = *find(view.attributes(), "message");
  EXPECT_EQ(find(message.entries(), "role")->as_string(), "user");
  EXPECT_EQ(count(find(message.entries(), "parts")->elements()), 3);
}

TEST(Span, LastWriteOfAnAttributeWins) {
  TestTracing tracing;
  {
    auto span = tracing.tracer.start_span("rewritten");
    span.set_attribute("first", 1);
    span.set_attribute("text", "a");
    span.set_attribute("last", 2);
    span.set_attribute("text", "something much longer than before");
    span.set_attribute("first", 9);
    span.update_name("renamed");
    span.set_attribute("text", "b");
  }
  const std::string otlp = tracing.memory->find("renamed");
  const SpanView view(otlp);
  EXPECT_EQ(count(view.attributes()), 3);
  EXPECT_EQ(find(view.attributes(), "first")->as_integer(), 9);
  EXPECT_EQ(find(view.attributes(), "text")->as_string(), "b");
  EXPECT_EQ(find(view.attributes(), "last")->as_integer(), 2);
}

TEST(Span, KeepsAttributesOfEveryLength) {
  // Lengths around those at which the encoding takes another byte, of key and value together and alone.
  constexpr std::array<std::size_t, 14> lengths = {0,   1,   3,   4,   31,  32,  33,
                                                   110, 119, 120, 127, 128, 300, 17'000};
  TestTracing tracing({.attribute_count = 1'000});
  {
    auto span = tracing.tracer.start_span("lengths");
    for (const std::size_t key : lengths) {
      for (const std::size_t value : lengths) {
        if (key != 0)
          span.set_attribute(std::string(key, 'k') + std::to_string(value), std::string(value, 'v'));
      }
    }
  }
  const std::string otlp = tracing.memory->find("lengths");
  for (const std::size_t key : lengths) {
    for (const std::size_t value : lengths) {
      if (key == 0) continue;
      const auto found = find(SpanView(otlp).attributes(), std::string(key, 'k') + std::to_string(value));
      ASSERT_TRUE(found.has_value()) << key << ", " << value;
      EXPECT_EQ(found->as_string(), std::string(value, 'v')) << key << ", " << value;
    }
  }
}

TEST(Span, KeepsEventsOfEveryLength) {
  TestTracing tracing({.event_count = 1'000});
  {
    auto span = tracing.tracer.start_span("lengths");
    for (std::size_t length = 0; length < 300; ++length) {
      span.add_event(std::string(length, 'n'), {{"length", length}, {"text", std::string(length / 3, 't')}},
                     1);
    }
  }
  const std::string otlp = tracing.memory->find("lengths");
  std::size_t length = 0;
  for (const SpanEventView event : SpanView(otlp).events()) {
    EXPECT_EQ(event.name(), std::string(length, 'n'));
    EXPECT_EQ(find(event.attributes(), "length")->as_integer(), static_cast<std::int64_t>(length));
    EXPECT_EQ(find(event.attributes(), "text")->as_string(), std::string(length / 3, 't'));
    ++length;
  }
  EXPECT_EQ(length, 300u);
}

TEST(Span, TellsKeysWithEqualFingerprintsApart) {
  TestTracing tracing;
  {
    auto span = tracing.tracer.start_span("keys");
    span.set_attribute("a1cxz", 1);  // the same length, first, middle and last character
    span.set_attribute("a2cyz", 2);
  }
  const std::string otlp = tracing.memory->find("keys");
  EXPECT_EQ(count(SpanView(otlp).attributes()), 2);
}

TEST(Span, KeepsEventsAndLinks) {
  TestTracing tracing;
  const SpanContext other = tracing.tracer.start_span("other").context();
  {
    auto span = tracing.tracer.start_span("events", {.start_time = 1});
    span.add_event("Retrieval complete", {{"doc_count", 3}, {"doc_count", 4}}, 42);
    span.add_event("Now");
    span.add_link(other, {{"why", "batch"}});
  }
  const std::string otlp = tracing.memory->find("events");
  const SpanView view(otlp);
  const SpanEventView event = *view.events().begin();
  EXPECT_EQ(event.name(), "Retrieval complete");
  EXPECT_EQ(event.time(), 42u);
  EXPECT_EQ(count(event.attributes()), 1);
  EXPECT_EQ(find(event.attributes(), "doc_count")->as_integer(), 4);
  EXPECT_EQ(count(view.events()), 2);
  const SpanLinkView link = *view.links().begin();
  EXPECT_EQ(link.trace_id(), other.trace_id());
  EXPECT_EQ(link.span_id(), other.span_id());
  EXPECT_EQ(find(link.attributes(), "why")->as_string(), "batch");
}

TEST(Span, StatusFollowsTheSpecification) {
  TestTracing tracing;
  {
    auto span = tracing.tracer.start_span("status");
    span.set_status(StatusCode::error, "first");
    span.set_status(StatusCode::error, "second");
    span.set_status(StatusCode::unset);
  }
  {
    auto span = tracing.tracer.start_span("ok");
    span.set_status(StatusCode::error, "first");
    span.set_status(StatusCode::ok, "ignored");
    span.set_status(StatusCode::error, "too late");
  }
  const std::string failed = tracing.memory->find("status");
  EXPECT_EQ(SpanView(failed).status(), StatusCode::error);
  EXPECT_EQ(SpanView(failed).status_message(), "second");
  const std::string ok = tracing.memory->find("ok");
  EXPECT_EQ(SpanView(ok).status(), StatusCode::ok);
  EXPECT_EQ(SpanView(ok).status_message(), "");
}

TEST(Span, RecordsExceptions) {
  TestTracing tracing;
  {
    auto span = tracing.tracer.start_span("failing");
    try {
      throw std::out_of_range("index 7");
    } catch (const std::exception& exception) {
      span.record_exception(exception, {{"exception.message", "overridden"}, {"attempt", 2}});
    }
    try {
      throw 42;
    } catch (...) {
      span.record_exception(std::current_exception());
    }
  }
  const std::string otlp = tracing.memory->find("failing");
  std::vector<SpanEventView> events;
  for (const SpanEventView event : SpanView(otlp).events()) events.push_back(event);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].name(), "exception");
  EXPECT_EQ(find(events[0].attributes(), "exception.type")->as_string(), "std::out_of_range");
  EXPECT_EQ(find(events[0].attributes(), "exception.message")->as_string(), "overridden");
  EXPECT_EQ(find(events[0].attributes(), "attempt")->as_integer(), 2);
  EXPECT_EQ(find(events[1].attributes(), "exception.type")->as_string(), "int");
}

TEST(Span, LeftByAnExceptionBecomesAnError) {
  TestTracing tracing;
  try {
    auto span = tracing.tracer.start_as_current_span("left");
    throw std::runtime_error("boom");
  } catch (const std::runtime_error&) {
    EXPECT_FALSE(current_span_context().is_valid());
    auto inner = tracing.tracer.start_as_current_span("in handler");
  }
  const std::string left = tracing.memory->find("left");
  EXPECT_EQ(SpanView(left).status(), StatusCode::error);
  const std::string inner = tracing.memory->find("in handler");
  EXPECT_EQ(SpanView(inner).status(), StatusCode::unset);
}

TEST(Span, HoldsAMegabyte) {
  TestTracing tracing;
  const std::string large(1 << 20, 'x');
  for (int i = 0; i < 3; ++i) {
    auto span = tracing.tracer.start_span("large");
    span.set_attribute("before", i);
    span.set_attribute("content", large);
  }
  const std::string otlp = tracing.memory->find("large");
  EXPECT_EQ(find(SpanView(otlp).attributes(), "content")->as_string(), large);
}

TEST(Span, OutlivesItsProvider) {
  Span orphan;
  {
    TestTracing tracing;
    orphan = tracing.tracer.start_span("orphan");
  }
  orphan.set_attribute("still", "safe");
  orphan.end();
}

TEST(Tracer, WithoutAProviderCarriesTheParentOn) {
  const Tracer tracer;
  EXPECT_FALSE(tracer.is_enabled());
  EXPECT_FALSE(tracer.start_span("nothing").context().is_valid());
  const SpanContext remote = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const Span span = tracer.start_span("nothing", {.parent = remote});
  EXPECT_EQ(span.context().trace_id(), remote.trace_id());
}

TEST(Tracer, FromTheGlobalProviderRecordsOnceThereIsOne) {
  const Tracer early = get_tracer("early");
  { auto span = early.start_span("lost"); }
  {
    TestTracing tracing;
    tracing.provider->set_as_global();
    const Tracer late = get_tracer("late");
    { auto span = early.start_span("kept by early"); }
    { auto span = late.start_span("kept by late"); }
    EXPECT_EQ(tracing.memory->spans().size(), 2u);
  }
  EXPECT_FALSE(early.is_enabled());
}

}  // namespace
}  // namespace sonde
