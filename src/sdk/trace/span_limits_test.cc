#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/diagnostics.h"
#include "sdk/test_tracing.h"

namespace sonde {
namespace {

using test::count;
using test::find;
using test::TestTracing;
using Type = AttributeValue::Type;

/// The span that `record` records under those limits.
template <class Record>
std::string recorded(const SpanLimits& limits, Record record) {
  const TestTracing tracing(limits);
  {
    Span span = tracing.tracer.start_span("limited");
    record(span);
  }
  return tracing.memory->find("limited");
}

/// A value of `levels` arrays in each other around the number 1.
class Nested {
 public:
  explicit Nested(std::size_t levels) : values_(levels + 1) {
    values_[0] = 1;
    for (std::size_t i = 1; i <= levels; ++i) values_[i] = AttributeValue::array({&values_[i - 1], 1});
  }
  [[nodiscard]] const AttributeValue& value() const { return values_.back(); }

 private:
  std::vector<AttributeValue> values_;
};

/// How many arrays are in each other, and what is in the innermost.
struct Depth {
  std::size_t arrays = 0;
  Type innermost = Type::empty;
  friend bool operator==(const Depth&, const Depth&) = default;
};
Depth depth_of(ValueView value) {
  Depth depth;
  while (value.type() == Type::array) {
    ++depth.arrays;
    value = *value.elements().begin();
  }
  depth.innermost = value.type();
  return depth;
}

TEST(SpanLimits, BoundTheNumberOfAttributes) {
  const std::string otlp = recorded({.attribute_count = 2}, [](Span& span) {
    span.set_attributes({{"a", 1}, {"b", 2}, {"c", 3}});
    span.set_attribute("b", "again, for a key that is there is no new one");
    span.set_attribute("d", 4);
  });
  const SpanView view(otlp);
  EXPECT_EQ(count(view.attributes()), 2);
  EXPECT_EQ(find(view.attributes(), "b")->type(), Type::string);
  EXPECT_EQ(view.dropped_attributes(), 2u);
}

TEST(SpanLimits, OfAttributesAreOneHundredAndTwentyEightByDefault) {
  const std::string otlp = recorded({}, [](Span& span) {
    for (int i = 0; i < 130; ++i) span.set_attribute("key." + std::to_string(i), i);
  });
  EXPECT_EQ(count(SpanView(otlp).attributes()), 128);
  EXPECT_EQ(SpanView(otlp).dropped_attributes(), 2u);
}

TEST(SpanLimits, RefuseAnAttributeWithoutAKey) {
  const std::string otlp = recorded({}, [](Span& span) {
    span.set_attribute("", 1);
    span.add_event("event", {{"", 1}, {"a", 2}});
  });
  const SpanView view(otlp);
  EXPECT_EQ(count(view.attributes()), 0);
  EXPECT_EQ(view.dropped_attributes(), 1u);
  EXPECT_EQ(count((*view.events().begin()).attributes()), 1);
  EXPECT_EQ((*view.events().begin()).dropped_attributes(), 1u);
}

TEST(SpanLimits, CutLongValuesWhereverTheyAre) {
  const std::array<std::uint8_t, 5> bytes = {1, 2, 3, 4, 5};
  const std::string otlp = recorded({.attribute_value_length = 3}, [&](Span& span) {
    span.set_attribute("text", "äöüß");
    span.set_attribute("short", "abc");
    span.set_attribute("bytes", AttributeValue::bytes(bytes));
    span.set_attribute("array", AttributeValue::array({"12345", 12345}));
    span.set_attribute("map", AttributeValue::map({{"long key", "12345"}}));
    span.add_event("a long name", {{"text", "12345"}});
    span.add_link(span.context(), {{"text", "12345"}});
  });
  const SpanView view(otlp);
  EXPECT_EQ(find(view.attributes(), "text")->as_string(), "äöü");
  EXPECT_EQ(find(view.attributes(), "short")->as_string(), "abc");
  EXPECT_EQ(find(view.attributes(), "bytes")->as_string(), std::string_view("\1\2\3", 3));
  EXPECT_EQ((*find(view.attributes(), "array")->elements().begin()).as_string(), "123");
  EXPECT_EQ(find(find(view.attributes(), "map")->entries(), "long key")->as_string(), "123");
  EXPECT_EQ((*view.events().begin()).name(), "a long name");
  EXPECT_EQ(find((*view.events().begin()).attributes(), "text")->as_string(), "123");
  EXPECT_EQ(find((*view.links().begin()).attributes(), "text")->as_string(), "123");
  EXPECT_EQ(view.dropped_attributes(), 0u);
}

TEST(SpanLimits, BoundTheDepthOfValues) {
  const Nested two(2);
  const Nested three(3);
  const std::string otlp = recorded({.attribute_value_depth = 2}, [&](Span& span) {
    span.set_attribute("two", two.value());
    span.set_attribute("three", three.value());
    span.set_attribute(
        "maps",
        AttributeValue::map({{"a", AttributeValue::map({{"b", AttributeValue::map({})}, {"c", "kept"}})}}));
  });
  const SpanView view(otlp);
  EXPECT_EQ(depth_of(*find(view.attributes(), "two")), (Depth{2, Type::integer}));
  EXPECT_EQ(depth_of(*find(view.attributes(), "three")), (Depth{2, Type::empty}));
  const ValueView inner = *find(find(view.attributes(), "maps")->entries(), "a");
  EXPECT_EQ(find(inner.entries(), "b")->type(), Type::empty);
  EXPECT_EQ(find(inner.entries(), "c")->as_string(), "kept");
}

TEST(SpanLimits, OfDepthAreSixtyFourByDefault) {
  const Nested most(64);
  const Nested more(65);
  const std::string otlp = recorded({}, [&](Span& span) {
    span.set_attribute("most", most.value());
    span.set_attribute("more", more.value());
  });
  EXPECT_EQ(depth_of(*find(SpanView(otlp).attributes(), "most")), (Depth{64, Type::integer}));
  EXPECT_EQ(depth_of(*find(SpanView(otlp).attributes(), "more")), (Depth{64, Type::empty}));
}

TEST(SpanLimits, BoundTheNumberOfEvents) {
  const std::string otlp = recorded({.event_count = 1}, [](Span& span) {
    span.add_event("kept");
    span.add_event("dropped");
    span.record_exception(std::out_of_range("dropped too"));
  });
  ASSERT_EQ(count(SpanView(otlp).events()), 1);
  EXPECT_EQ((*SpanView(otlp).events().begin()).name(), "kept");
  EXPECT_EQ(SpanView(otlp).dropped_events(), 2u);
}

TEST(SpanLimits, BoundTheNumberOfLinks) {
  const std::string otlp = recorded({.link_count = 1}, [](Span& span) {
    span.add_link(span.context());
    span.add_link(span.context());
  });
  EXPECT_EQ(count(SpanView(otlp).links()), 1);
  EXPECT_EQ(SpanView(otlp).dropped_links(), 1u);
}

TEST(SpanLimits, BoundTheAttributesOfEachEventAndLink) {
  const std::string otlp = recorded({.event_attribute_count = 2, .link_attribute_count = 1}, [](Span& span) {
    span.add_event("first", {{"a", 1}, {"b", 2}, {"c", 3}, {"a", 4}});
    span.add_event("second", {{"a", 1}, {"a", 2}});
    span.add_link(span.context(), {{"a", 1}, {"b", 2}, {"c", 3}});
  });
  const SpanView view(otlp);
  auto event = view.events().begin();
  EXPECT_EQ(count((*event).attributes()), 2);
  EXPECT_EQ(find((*event).attributes(), "a")->as_integer(), 4) << "the last value of a key that is kept";
  EXPECT_EQ((*event).dropped_attributes(), 1u);
  ++event;
  EXPECT_EQ(count((*event).attributes()), 1);
  EXPECT_EQ((*event).dropped_attributes(), 0u);
  EXPECT_EQ(count((*view.links().begin()).attributes()), 1);
  EXPECT_EQ((*view.links().begin()).dropped_attributes(), 2u);
  EXPECT_EQ(view.dropped_attributes(), 0u) << "which counts the span's own only";
}

TEST(SpanLimits, OfNothingDropEverythingAndCountIt) {
  const std::string otlp =
      recorded({.attribute_count = 0, .event_count = 0, .link_count = 0}, [](Span& span) {
        span.set_attribute("a", 1);
        span.add_event("event");
        span.add_link(span.context());
      });
  const SpanView view(otlp);
  EXPECT_EQ(count(view.attributes()) + count(view.events()) + count(view.links()), 0);
  EXPECT_EQ(view.dropped_attributes(), 1u);
  EXPECT_EQ(view.dropped_events(), 1u);
  EXPECT_EQ(view.dropped_links(), 1u);
}

TEST(SpanLimits, AreReportedOnceASpan) {
  std::vector<std::string> said;
  detail::set_diagnostic_handler([&](std::string_view message) { said.emplace_back(message); });
  recorded({.attribute_count = 1}, [](Span& span) {
    for (const char* key : {"a", "b", "c", "d"}) span.set_attribute(key, 1);
  });
  detail::set_diagnostic_handler({});
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("3 attributes"), std::string::npos) << said[0];
}

}  // namespace
}  // namespace sonde
