// Spans and traces come back as they went in.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/testing/batches.h"
#include "store/testing/store_test.h"

namespace sonde::store {
namespace {

using testing::add;
using testing::describe;
using ::testing::ElementsAre;
using testing::span_id;
using testing::Spans;
using testing::trace_id;

using SpansTest = StoreTest;

TEST_P(SpansTest, GivesBackEverythingOfASpan) {
  Spans spans;
  otlp::Arena& arena = spans.arena();
  otlp::Resource& resource = arena.array<otlp::Resource>(1).front();
  static constexpr std::array<std::string_view, 2> id_keys{"service.name", "service.instance.id"};
  static constexpr std::array<std::string_view, 1> description_keys{"service.version"};
  const auto entities = arena.array<otlp::EntityRef>(1);
  entities[0] = {"https://entity", "service", id_keys, description_keys};
  static constexpr Attribute resource_attributes[] = {{"service.name", "checkout"}, {"process.pid", 4242}};
  resource = {.attributes = resource_attributes,
              .dropped_attributes = 3,
              .entity_refs = entities,
              .schema_url = "https://resource",
              .service_name = "checkout"};
  otlp::Scope& scope = arena.array<otlp::Scope>(1).front();
  static constexpr Attribute scope_attributes[] = {{"scope.key", true}};
  scope = {.name = "library",
           .version = "1.2.3",
           .attributes = scope_attributes,
           .dropped_attributes = 4,
           .schema_url = "https://scope"};
  static constexpr Attribute event_attributes[] = {{"exception.type", "Timeout"},
                                                   {"exception.escaped", false}};
  const auto events = arena.array<otlp::SpanEvent>(2);
  events[0] = {
      .time = start + 1, .name = "exception", .attributes = event_attributes, .dropped_attributes = 5};
  events[1] = {.time = start + 2, .name = "", .attributes = {}, .dropped_attributes = 0};
  static constexpr Attribute link_attributes[] = {{"reason", "retry"}};
  const auto links = arena.array<otlp::SpanLink>(1);
  links[0] = {.trace_id = trace_id(77),
              .span_id = span_id(78),
              .trace_state = "a=b",
              .attributes = link_attributes,
              .dropped_attributes = 6,
              .flags = 1};
  static constexpr Attribute attributes[] = {{"http.route", "/cart"}, {"count", 7}};
  otlp::Span& span = spans.add(1, 2, 3, "POST /cart", start);
  span.resource = &resource;
  span.scope = &scope;
  span.trace_state = "vendor=1";
  span.flags = 0xFFFFFFFF;
  span.kind = SpanKind::producer;
  span.status = StatusCode::error;
  span.status_message = "it broke";
  span.end_time = start + 12'345'678'901;
  span.attributes = attributes;
  span.events = events;
  span.links = links;
  span.dropped_attributes = 8;
  span.dropped_events = 9;
  span.dropped_links = 10;
  const auto batch = spans.finish();
  const auto receipt = add(*store_, batch);
  ASSERT_TRUE(receipt) << receipt.error().message;

  const auto stored = trace(1);
  ASSERT_EQ(stored->items.size(), 1U);
  EXPECT_EQ(describe(stored->items[0]), describe(batch->items[0]));
}

TEST_P(SpansTest, GivesBackAttributesOfEveryType) {
  static constexpr std::uint8_t bytes[] = {0, 1, 254, 255};
  static constexpr AttributeValue mixed[] = {1, 1.0, "1", true, {}};
  static constexpr Attribute inner[] = {{"deep", AttributeValue::array(mixed)}, {"", 0}};
  static constexpr Attribute looks_like_a_mark[] = {{"$bytes", "not base64"}};
  static constexpr bool booleans[] = {true, false};
  static constexpr std::int64_t integers[] = {-1, 0, 1};
  static constexpr double floatings[] = {0.5, -0.0, 3};
  static constexpr std::string_view strings[] = {"a", "", "ü"};
  using Double = std::numeric_limits<double>;
  using Integer = std::numeric_limits<std::int64_t>;
  Spans spans;
  otlp::Span& span = spans.add(1, 2, 0, "span", start);
  spans.set_attributes(span, {{"nothing", {}},
                              {"true", true},
                              {"zero", 0},
                              {"largest", Integer::max()},
                              {"smallest", Integer::min()},
                              {"double that is whole", 3.0},
                              {"tenth", 0.1},
                              {"denormal", Double::denorm_min()},
                              {"huge", Double::max()},
                              {"negative zero", -0.0},
                              {"not a number", Double::quiet_NaN()},
                              {"infinity", -Double::infinity()},
                              {"text", "with \"quotes\", \\, \n, \x01 and \xF0\x9F\x98\x80"},
                              {"empty text", ""},
                              {"digits", "42"},
                              {"bytes", AttributeValue::bytes(bytes)},
                              {"no bytes", AttributeValue::bytes({})},
                              {"array", AttributeValue::array(mixed)},
                              {"no array", AttributeValue::array({})},
                              {"map", AttributeValue::map(inner)},
                              {"no map", AttributeValue::map({})},
                              {"map that looks like a mark", AttributeValue::map(looks_like_a_mark)},
                              {"booleans", AttributeValue::booleans(booleans)},
                              {"integers", AttributeValue::integers(integers)},
                              {"floatings", AttributeValue::floatings(floatings)},
                              {"strings", AttributeValue::strings(strings)},
                              {"key \"with\" /~ everything", 1},
                              {"", "empty key"},
                              {"$bytes", "a key that looks like a mark"}});
  const auto batch = spans.finish();
  ASSERT_TRUE(add(*store_, batch));

  const auto stored = trace(1);
  ASSERT_EQ(stored->items.size(), 1U);
  EXPECT_EQ(describe(stored->items[0]), describe(batch->items[0]));
  const AttributeValue* const whole = otlp::find(stored->items[0].attributes, "double that is whole");
  ASSERT_NE(whole, nullptr);
  EXPECT_EQ(whole->type(), AttributeValue::Type::floating);
}

TEST_P(SpansTest, GivesBackTextsOfAnyLengthAndZeroBytesInThem) {
  const std::string large(300'000, 'x');
  const std::string with_zero("a\0b", 3);
  Spans spans;
  otlp::Span& span = spans.add(1, 2, 0, with_zero, start);
  span.status_message = spans.arena().copy(large);
  spans.set_attributes(
      span, {{"message", large}, {"exactly twelve", "123456789012"}, {"one more", "1234567890123"}});
  const auto batch = spans.finish();
  ASSERT_TRUE(add(*store_, batch));
  const auto stored = trace(1);
  ASSERT_EQ(stored->items.size(), 1U);
  EXPECT_EQ(describe(stored->items[0]), describe(batch->items[0]));
  EXPECT_EQ(stored->items[0].name, with_zero);
}

TEST_P(SpansTest, ReplacesWhatIsNotUtf8) {
  Spans spans("caf\xE9");
  otlp::Span& span = spans.add(1, 2, 0, "caf\xC3\xA9 \xC3 and \xFF\xFE", start);
  spans.set_attributes(span, {{"key\x80", "value\xED\xA0\x80"}});
  ASSERT_TRUE(add(*store_, spans.finish()));
  const auto stored = trace(1);
  ASSERT_EQ(stored->items.size(), 1U);
  EXPECT_EQ(stored->items[0].name, "caf\xC3\xA9 \xEF\xBF\xBD and \xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(stored->items[0].resource->service_name, "caf\xEF\xBF\xBD");
  EXPECT_NE(otlp::find(stored->items[0].attributes, "key\xEF\xBF\xBD"), nullptr);
  EXPECT_THAT(*store_->services(), ElementsAre("caf\xEF\xBF\xBD"));
}

TEST_P(SpansTest, GivesBackTimesAsTheyWereSentHoweverOdd) {
  constexpr std::uint64_t latest = std::numeric_limits<std::uint64_t>::max();
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> times{
      {0, 0}, {start, 0}, {start, start - 1}, {0, latest}, {latest, 0}, {latest, latest}, {start, latest}};
  for (std::size_t i = 0; i < times.size(); ++i) {
    Spans spans;
    otlp::Span& span = spans.add(i + 1, 1, 0, "odd", times[i].first);
    span.end_time = times[i].second;
    add_spans(spans);
  }
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto stored = trace(i + 1);
    ASSERT_EQ(stored->items.size(), 1U);
    EXPECT_EQ(stored->items[0].start_time, times[i].first);
    EXPECT_EQ(stored->items[0].end_time, times[i].second);
  }
  EXPECT_EQ(find().size(), times.size());
}

TEST_P(SpansTest, TellsResourcesAndScopesOfOneTraceApart) {
  Spans spans("front");
  spans.add(1, 1, 0, "a", start);
  spans.set_service("back", {{"host.name", "one"}});
  spans.add(1, 2, 1, "b", start + 1);
  spans.set_service("back", {{"host.name", "two"}});
  spans.add(1, 3, 1, "c", start + 2).scope = testing::make_scope("other", spans.arena());
  const auto batch = spans.finish();
  ASSERT_TRUE(add(*store_, batch));
  const auto stored = trace(1);
  ASSERT_EQ(stored->items.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(describe(stored->items[i]), describe(batch->items[i]));
}

TEST_P(SpansTest, PutsSpansOfSeveralBatchesInOrderOfTime) {
  for (const std::uint64_t number : {3U, 1U, 2U}) {
    Spans spans;
    spans.add(1, number, number - 1, "span " + std::to_string(number), start + number);
    spans.add(2, number, 0, "of another trace", start);
    add_spans(spans);
  }
  const auto stored = trace(1);
  ASSERT_EQ(stored->items.size(), 3U);
  EXPECT_EQ(stored->items[0].name, "span 1");
  EXPECT_EQ(stored->items[1].name, "span 2");
  EXPECT_EQ(stored->items[2].name, "span 3");
}

TEST_P(SpansTest, KnowsNoTraceThatWasNotSent) {
  add_trace(1, start);
  const auto missing = store_->trace(trace_id(2));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_NE(missing.error().message.find(trace_id(2).to_hex()), std::string::npos);
}

TEST_P(SpansTest, HasASpanThatWasSentTwiceOnce) {
  for (int i = 0; i < 2; ++i) {
    Spans spans;
    otlp::Span& root = spans.add(1, 1, 0, "root", start);
    root.status = StatusCode::error;
    spans.set_attributes(root, {{"gen_ai.operation.name", "chat"}, {"gen_ai.usage.input_tokens", 10}});
    spans.add(1, 2, 1, "child", start + 1);
    spans.add(1, 2, 1, "child", start + 1);
    add_spans(spans);
  }
  EXPECT_EQ(trace(1)->items.size(), 2U);
  const auto summaries = find();
  ASSERT_EQ(summaries.size(), 1U);
  EXPECT_EQ(summaries[0].span_count, 2U);
  EXPECT_EQ(summaries[0].error_count, 1U);
  EXPECT_EQ(summaries[0].input_tokens, 10U);
}

/// A snapshot of a running span, or the span itself.
void add_state(Spans& spans, std::string_view name, bool is_running) {
  otlp::Span& span = spans.add(1, 1, 0, name, start);
  if (is_running) span.end_time = 0;
  // The span recovers from an error that snapshots still tell of.
  if (is_running) span.status = StatusCode::error;
}

TEST_P(SpansTest, ShowsARunningSpanAsItWasLastSeen) {
  for (const char* name : {"first snapshot", "second snapshot"}) {
    Spans spans;
    add_state(spans, name, true);
    add_spans(spans);
  }
  const auto stored = trace(1);
  ASSERT_EQ(stored->items.size(), 1U);
  EXPECT_EQ(stored->items[0].name, "second snapshot");
  EXPECT_EQ(stored->items[0].end_time, 0U);
  EXPECT_EQ(store_->totals()->spans, 1U);
  EXPECT_EQ(find()[0].duration, 0U);
}

TEST_P(SpansTest, ReplacesARunningSpanByTheFinishedOneWhicheverComesFirst) {
  for (const bool snapshot_first : {true, false}) {
    open(std::size_t{64} << 20);
    for (const bool is_running : {snapshot_first, !snapshot_first}) {
      Spans spans;
      add_state(spans, is_running ? "running" : "finished", is_running);
      spans.add(2, 7, 0, "another", start + 1);
      add_spans(spans);
    }
    const auto stored = trace(1);
    ASSERT_EQ(stored->items.size(), 1U);
    EXPECT_EQ(stored->items[0].name, "finished");
    EXPECT_EQ(find({.errors_only = true}).size(), 0U) << "an error that only snapshots had";
    EXPECT_EQ(find({.span_name = "running"}).size(), 0U);
    EXPECT_EQ(find({.span_name = "finished"}).size(), 1U);
    EXPECT_EQ(trace(2)->items.size(), 1U);
  }
}

TEST_P(SpansTest, ReplacesARunningSpanThatCameInTheSameBatch) {
  Spans spans;
  add_state(spans, "first snapshot", true);
  add_state(spans, "finished", false);
  add_state(spans, "late snapshot", true);
  add_spans(spans);
  ASSERT_EQ(trace(1)->items.size(), 1U);
  EXPECT_EQ(trace(1)->items[0].name, "finished");
  EXPECT_EQ(store_->totals()->spans, 1U);
}

INSTANTIATE_TEST_SUITE_P(Implementations, SpansTest, ::testing::ValuesIn(implementations()), name_of);

}  // namespace
}  // namespace sonde::store
