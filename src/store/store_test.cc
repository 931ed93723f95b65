// What every store must do, whatever it keeps things in. A new implementation is one more line in
// `implementations`, at the end.

#include "store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "store/duckdb/duckdb_store.h"
#include "store/testing/batches.h"

namespace sonde::store {
namespace {

using testing::add;
using testing::describe;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::span_id;
using testing::Spans;
using testing::trace_id;

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t start = 1'790'000'000 * second;

struct Implementation {
  std::string name;
  /// Opens a new, empty store whose queue holds so many bytes.
  std::function<std::unique_ptr<Store>(std::size_t max_pending_bytes)> open;
};

void PrintTo(const Implementation& implementation, std::ostream* out) { *out << implementation.name; }

class StoreTest : public ::testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override { open(std::size_t{64} << 20); }

  void open(std::size_t max_pending_bytes) {
    store_ = GetParam().open(max_pending_bytes);
    ASSERT_NE(store_, nullptr);
  }

  void add_spans(Spans& spans) {
    const auto receipt = add(*store_, spans.finish());
    ASSERT_TRUE(receipt) << receipt.error().message;
    EXPECT_EQ(receipt->rejected, 0);
  }

  /// A trace of one span.
  void add_trace(std::uint64_t trace, std::uint64_t start_time, std::string_view service = "service") {
    Spans spans(service);
    spans.add(trace, trace, 0, "root", start_time);
    add_spans(spans);
  }

  [[nodiscard]] std::shared_ptr<const otlp::TraceBatch> trace(std::uint64_t number) {
    auto batch = store_->trace(trace_id(number));
    EXPECT_TRUE(batch) << batch.error().message;
    return batch ? *batch : std::make_shared<otlp::TraceBatch>();
  }

  [[nodiscard]] std::vector<TraceSummary> find(const TraceFilter& filter = {}) {
    auto summaries = store_->find_traces(filter);
    EXPECT_TRUE(summaries) << summaries.error().message;
    return summaries ? *std::move(summaries) : std::vector<TraceSummary>();
  }

  /// The numbers of the traces found, in order.
  [[nodiscard]] std::vector<std::uint64_t> find_numbers(const TraceFilter& filter = {}) {
    std::vector<std::uint64_t> numbers;
    for (const TraceSummary& summary : find(filter)) {
      std::uint64_t number = 0;
      for (std::size_t i = 0; i < 8; ++i) number = number << 8 | summary.trace_id.bytes[8 + i];
      numbers.push_back(number);
    }
    return numbers;
  }

  std::unique_ptr<Store> store_;
};

// ---- Spans as they came

TEST_P(StoreTest, GivesBackEverythingOfASpan) {
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

TEST_P(StoreTest, GivesBackAttributesOfEveryType) {
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

TEST_P(StoreTest, GivesBackTextsOfAnyLengthAndZeroBytesInThem) {
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

TEST_P(StoreTest, ReplacesWhatIsNotUtf8) {
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

TEST_P(StoreTest, GivesBackTimesAsTheyWereSentHoweverOdd) {
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

TEST_P(StoreTest, TellsResourcesAndScopesOfOneTraceApart) {
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

// ---- Traces

TEST_P(StoreTest, PutsSpansOfSeveralBatchesInOrderOfTime) {
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

TEST_P(StoreTest, KnowsNoTraceThatWasNotSent) {
  add_trace(1, start);
  const auto missing = store_->trace(trace_id(2));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_NE(missing.error().message.find(trace_id(2).to_hex()), std::string::npos);
}

TEST_P(StoreTest, HasASpanThatWasSentTwiceOnce) {
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

// ---- The list of traces

TEST_P(StoreTest, SumsATraceUp) {
  Spans spans("front");
  spans.add(1, 1, 0, "request", start).end_time = start + 3 * second;
  otlp::Span& agent = spans.add(1, 2, 1, "invoke_agent", start + 1);
  spans.set_attributes(agent, {{"gen_ai.operation.name", "invoke_agent"},
                               {"gen_ai.request.model", "of the agent"},
                               {"gen_ai.usage.input_tokens", 30},
                               {"gen_ai.usage.output_tokens", 7}});
  spans.set_service("model");
  otlp::Span& chat = spans.add(1, 3, 2, "chat", start + 2);
  spans.set_attributes(chat, {{"gen_ai.operation.name", "chat"},
                              {"gen_ai.request.model", "asked"},
                              {"gen_ai.response.model", "answered"},
                              {"gen_ai.usage.input_tokens", 20},
                              {"gen_ai.usage.output_tokens", 5}});
  otlp::Span& other = spans.add(1, 4, 2, "llm", start + 3);
  other.end_time = start + 5 * second;
  other.status = StatusCode::error;
  spans.set_attributes(other,
                       {{"llm.model", "by hand"}, {"llm.prompt_tokens", 10}, {"llm.completion_tokens", 2}});
  add_spans(spans);

  const auto summaries = find();
  ASSERT_EQ(summaries.size(), 1U);
  const TraceSummary& summary = summaries[0];
  EXPECT_EQ(summary.trace_id, trace_id(1));
  EXPECT_EQ(summary.root_service, "front");
  EXPECT_EQ(summary.root_name, "request");
  EXPECT_EQ(summary.start_time, start);
  EXPECT_EQ(summary.duration, 5 * second);
  EXPECT_EQ(summary.span_count, 4U);
  EXPECT_EQ(summary.error_count, 1U);
  EXPECT_THAT(summary.services, ElementsAre("front", "model"));
  EXPECT_THAT(summary.models, ElementsAre("answered", "by hand"));
  EXPECT_EQ(summary.input_tokens, 30U) << "the agent's own sum must not be added again";
  EXPECT_EQ(summary.output_tokens, 7U);
  EXPECT_EQ(summary.cost, std::nullopt);
}

TEST_P(StoreTest, TakesTheEarliestSpanForTheRootUntilTheRootComes) {
  Spans children("back");
  children.add(1, 3, 2, "later child", start + 20);
  children.add(1, 2, 1, "child", start + 10);
  add_spans(children);
  ASSERT_EQ(find().size(), 1U);
  EXPECT_EQ(find()[0].root_name, "child");
  EXPECT_EQ(find()[0].start_time, start + 10);

  Spans root("front");
  root.add(1, 1, 0, "root", start);
  add_spans(root);
  ASSERT_EQ(find().size(), 1U);
  EXPECT_EQ(find()[0].root_name, "root");
  EXPECT_EQ(find()[0].root_service, "front");
  EXPECT_EQ(find()[0].start_time, start);
  EXPECT_EQ(find()[0].span_count, 3U);
}

TEST_P(StoreTest, NamesTheRootEvenIfAChildsClockIsAhead) {
  Spans spans;
  spans.add(1, 1, 0, "root", start);
  spans.add(1, 2, 1, "child", start - 5);
  add_spans(spans);
  ASSERT_EQ(find().size(), 1U);
  EXPECT_EQ(find()[0].root_name, "root");
  EXPECT_EQ(find()[0].start_time, start - 5);
}

TEST_P(StoreTest, ListsNewestFirstThenByTraceId) {
  add_trace(3, start + 1);
  add_trace(1, start + 1);
  add_trace(4, start + 2);
  add_trace(2, start);
  EXPECT_THAT(find_numbers(), ElementsAre(4, 1, 3, 2));
  EXPECT_THAT(find_numbers({.limit = 2}), ElementsAre(4, 1));
}

TEST_P(StoreTest, PagesThroughTracesThatStartTogether) {
  for (std::uint64_t i = 1; i <= 7; ++i) add_trace(i, start + i / 3);
  std::vector<std::uint64_t> all;
  TraceFilter filter{.limit = 2};
  while (true) {
    const auto page = find(filter);
    if (page.empty()) break;
    ASSERT_LE(page.size(), 2U);
    for (const TraceSummary& summary : page) all.push_back(summary.trace_id.bytes[15]);
    filter.after = {page.back().start_time, page.back().trace_id};
    ASSERT_LE(all.size(), 7U) << "a page repeats";
  }
  EXPECT_THAT(all, ElementsAre(6, 7, 3, 4, 5, 1, 2));
}

TEST_P(StoreTest, PagesThroughWhatAFilterLeaves) {
  for (std::uint64_t i = 1; i <= 6; ++i) add_trace(i, start + i, i % 2 == 0 ? "even" : "odd");
  TraceFilter filter{.service = "even", .limit = 1};
  EXPECT_THAT(find_numbers(filter), ElementsAre(6));
  filter.after = {start + 6, trace_id(6)};
  EXPECT_THAT(find_numbers(filter), ElementsAre(4));
  filter.after = {start + 3, trace_id(3)};  // not itself on the filtered list
  EXPECT_THAT(find_numbers(filter), ElementsAre(2));
}

TEST_P(StoreTest, RanksATraceByItsStartHoweverLateItGoesOn) {
  constexpr std::size_t many = 40'000;  // more than an implementation may look at first
  add_trace(1, start);
  Spans newer;
  for (std::uint64_t i = 0; i < many; ++i) newer.add(1'000 + i, i + 1, 0, "root", start + 1'000 + i);
  add_spans(newer);
  Spans late;
  late.add(1, 2, 1, "late", start + 10 * many);
  add_spans(late);

  EXPECT_THAT(find_numbers({.limit = 2}), ElementsAre(1'000 + many - 1, 1'000 + many - 2));
  EXPECT_THAT(find_numbers({.span_name = "late", .limit = 2}), ElementsAre(1));
  EXPECT_THAT(find_numbers({.after = {{start + 1'000, trace_id(1'000)}}, .limit = 2}), ElementsAre(1));
  EXPECT_EQ(find({.limit = many + 10}).size(), many + 1);
  const auto found = find({.span_name = "late"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].span_count, 2U);
}

// ---- Filters, one by one

class FilterTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    Spans spans("front", {{"host.name", "alpha"}});
    otlp::Span& first = spans.add(1, 1, 0, "GET /Cart", start);
    first.kind = SpanKind::server;
    first.end_time = start + 100;
    spans.set_attributes(
        first, {{"http.status", 500}, {"flag", true}, {"ratio", 0.5}, {"text", "500"}, {"a/b~c", "x"}});
    spans.set_service("back", {{"host.name", "beta"}});
    otlp::Span& second_span = spans.add(2, 1, 0, "query", start + 1'000);
    second_span.kind = SpanKind::client;
    second_span.end_time = start + 1'200;
    second_span.status = StatusCode::error;
    spans.set_attributes(second_span, {{"http.status", 200}});
    otlp::Span& both = spans.add(3, 1, 0, "query", start + 2'000);
    both.end_time = start + 2'300;
    add_spans(spans);
  }
};

TEST_P(FilterTest, Service) {
  EXPECT_THAT(find_numbers({.service = "front"}), ElementsAre(1));
  EXPECT_THAT(find_numbers({.service = "fron"}), IsEmpty());
}

TEST_P(FilterTest, SpanName) {
  EXPECT_THAT(find_numbers({.span_name = "query"}), ElementsAre(3, 2));
  EXPECT_THAT(find_numbers({.span_name = "Query"}), IsEmpty());
}

TEST_P(FilterTest, SpanKind) {
  EXPECT_THAT(find_numbers({.span_kind = "server"}), ElementsAre(1));
  EXPECT_THAT(find_numbers({.span_kind = "client"}), ElementsAre(2));
  EXPECT_THAT(find_numbers({.span_kind = "internal"}), ElementsAre(3));
  EXPECT_THAT(find_numbers({.span_kind = "nonsense"}), IsEmpty());
}

TEST_P(FilterTest, AttributesAreComparedAsText) {
  const auto with = [this](const std::string& key, const std::string& value) {
    return find_numbers({.attributes = {{key, value}}});
  };
  EXPECT_THAT(with("http.status", "500"), ElementsAre(1));
  EXPECT_THAT(with("http.status", "200"), ElementsAre(2));
  EXPECT_THAT(with("http.status", "50"), IsEmpty());
  EXPECT_THAT(with("text", "500"), ElementsAre(1));
  EXPECT_THAT(with("flag", "true"), ElementsAre(1));
  EXPECT_THAT(with("ratio", "0.5"), ElementsAre(1));
  EXPECT_THAT(with("a/b~c", "x"), ElementsAre(1));
  EXPECT_THAT(with("http", "500"), IsEmpty());
  EXPECT_THAT(with("' OR 1=1 --", "'"), IsEmpty());
}

TEST_P(FilterTest, AttributesOfTheResourceCountToo) {
  EXPECT_THAT(find_numbers({.attributes = {{"host.name", "beta"}}}), ElementsAre(3, 2));
  EXPECT_THAT(find_numbers({.attributes = {{"service.name", "front"}}}), ElementsAre(1));
  EXPECT_THAT(find_numbers({.attributes = {{"host.name", "beta"}, {"http.status", "200"}}}), ElementsAre(2));
  EXPECT_THAT(find_numbers({.attributes = {{"host.name", "alpha"}, {"http.status", "200"}}}), IsEmpty());
}

TEST_P(FilterTest, StartTimesAreInclusive) {
  EXPECT_THAT(find_numbers({.start_time_min = start + 1'000}), ElementsAre(3, 2));
  EXPECT_THAT(find_numbers({.start_time_min = start + 1'001}), ElementsAre(3));
  EXPECT_THAT(find_numbers({.start_time_max = start + 1'000}), ElementsAre(2, 1));
  EXPECT_THAT(find_numbers({.start_time_max = start + 999}), ElementsAre(1));
  EXPECT_THAT(find_numbers({.start_time_min = start + 1, .start_time_max = start + 1'999}), ElementsAre(2));
}

TEST_P(FilterTest, DurationsAreInclusive) {
  EXPECT_THAT(find_numbers({.duration_min = 200}), ElementsAre(3, 2));
  EXPECT_THAT(find_numbers({.duration_max = 200}), ElementsAre(2, 1));
  EXPECT_THAT(find_numbers({.duration_min = 101, .duration_max = 299}), ElementsAre(2));
  EXPECT_THAT(find_numbers({.duration_min = std::numeric_limits<std::uint64_t>::max()}), IsEmpty());
}

TEST_P(FilterTest, ErrorsOnly) { EXPECT_THAT(find_numbers({.errors_only = true}), ElementsAre(2)); }

TEST_P(FilterTest, TextIsFoundInNameOrServiceInAnyCase) {
  EXPECT_THAT(find_numbers({.text = "cart"}), ElementsAre(1));
  EXPECT_THAT(find_numbers({.text = "BACK"}), ElementsAre(3, 2));
  EXPECT_THAT(find_numbers({.text = "%"}), IsEmpty());
}

TEST_P(FilterTest, OneSpanMustMeetAllConditions) {
  Spans spans("front");
  spans.add(4, 1, 0, "root", start + 3'000);
  spans.set_service("back");
  spans.add(4, 2, 1, "child", start + 3'100).status = StatusCode::error;
  add_spans(spans);
  EXPECT_THAT(find_numbers({.service = "back", .errors_only = true}), ElementsAre(4, 2));
  EXPECT_THAT(find_numbers({.service = "front", .errors_only = true}), IsEmpty());
}

TEST_P(FilterTest, AMatchInTheMiddleGivesTheWholeTrace) {
  Spans spans("front");
  spans.add(4, 1, 0, "root", start + 3'000);
  spans.set_service("deep");
  spans.add(4, 2, 1, "child", start + 9'000);
  add_spans(spans);
  const auto found = find({.service = "deep", .start_time_min = start + 8'000});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].root_name, "root");
  EXPECT_EQ(found[0].span_count, 2U);
  EXPECT_EQ(found[0].start_time, start + 3'000);
}

// ---- Services and operations

TEST_P(StoreTest, NamesServicesAndOperations) {
  Spans spans("b");
  spans.add(1, 1, 0, "GET", start).kind = SpanKind::server;
  spans.add(1, 2, 1, "GET", start).kind = SpanKind::client;
  spans.add(1, 3, 1, "GET", start).kind = SpanKind::client;
  spans.add(1, 4, 1, "DELETE", start).kind = SpanKind::client;
  spans.set_service("a");
  spans.add(1, 5, 1, "other", start);
  spans.set_service("");
  spans.add(1, 6, 1, "nobody's", start);
  add_spans(spans);
  EXPECT_THAT(*store_->services(), ElementsAre("a", "b"));
  const auto operations = store_->operations("b");
  ASSERT_TRUE(operations);
  std::vector<std::string> names;
  for (const Operation& operation : *operations) names.push_back(operation.name + " " + operation.span_kind);
  EXPECT_THAT(names, ElementsAre("DELETE client", "GET server", "GET client"));
  EXPECT_THAT(*store_->operations("unknown"), IsEmpty());
}

TEST_P(StoreTest, AnswersAnEmptyStore) {
  EXPECT_THAT(find(), IsEmpty());
  EXPECT_THAT(find({.service = "x", .errors_only = true}), IsEmpty());
  EXPECT_THAT(*store_->services(), IsEmpty());
  EXPECT_THAT(*store_->operations("x"), IsEmpty());
  EXPECT_THAT((*store_->find_logs({}))->items, IsEmpty());
  EXPECT_THAT(*store_->metrics(), IsEmpty());
  const auto metric = store_->metric("x", 1);
  ASSERT_FALSE(metric);
  EXPECT_EQ(metric.error().code, ErrorCode::not_found);
  EXPECT_EQ(store_->totals()->spans, 0U);
}

// ---- Logs

class Logs {
 public:
  otlp::LogRecord& add(std::uint64_t time, AttributeValue body, std::string_view service = "service") {
    otlp::LogRecord& log = batch_->items.emplace_back();
    log.resource = testing::make_resource(service, {}, batch_->arena);
    log.scope = testing::make_scope("logger", batch_->arena);
    log.time = time;
    log.body = body;
    return log;
  }
  [[nodiscard]] std::shared_ptr<const otlp::LogBatch> finish() { return std::move(batch_); }

 private:
  std::shared_ptr<otlp::LogBatch> batch_ = std::make_shared<otlp::LogBatch>();
};

TEST_P(StoreTest, GivesBackEverythingOfALogRecord) {
  static constexpr Attribute body[] = {{"message", "structured"}, {"count", 3}};
  static constexpr Attribute attributes[] = {{"code.line.number", 12}};
  Logs logs;
  otlp::LogRecord& full = logs.add(start + 9, "plain \"text\"");
  full.observed_time = start + 10;
  full.severity_number = 17;
  full.severity_text = "ERROR";
  full.event_name = "gen_ai.choice";
  full.attributes = attributes;
  full.dropped_attributes = 1;
  full.flags = 1;
  full.trace_id = trace_id(1);
  full.span_id = span_id(2);
  logs.add(start + 8, AttributeValue::map(body));
  logs.add(start + 7, "");
  logs.add(start + 6, {});
  logs.add(start + 5, 42);
  logs.add(start + 4, AttributeValue::array({}));
  const auto batch = logs.finish();
  const auto receipt = add(*store_, batch);
  ASSERT_TRUE(receipt) << receipt.error().message;

  const auto stored = store_->find_logs({});
  ASSERT_TRUE(stored) << stored.error().message;
  ASSERT_EQ((*stored)->items.size(), batch->items.size());
  for (std::size_t i = 0; i < batch->items.size(); ++i) {
    EXPECT_EQ(describe((*stored)->items[i]), describe(batch->items[i]));
  }
}

TEST_P(StoreTest, FindsLogs) {
  static constexpr Attribute body[] = {{"message", "Structured"}};
  Logs logs;
  logs.add(start + 1, "first", "a").severity_number = 9;
  logs.add(0, "Second", "b").observed_time = start + 2;  // a sender without a clock
  logs.add(start + 3, AttributeValue::map(body), "b").trace_id = trace_id(5);
  ASSERT_TRUE(add(*store_, logs.finish()));
  const auto times = [this](const LogFilter& filter) {
    std::vector<std::uint64_t> found;
    const auto stored = store_->find_logs(filter);
    EXPECT_TRUE(stored) << stored.error().message;
    for (const otlp::LogRecord& log : (*stored)->items) found.push_back(log.time == 0 ? 2 : log.time - start);
    return found;
  };
  EXPECT_THAT(times({}), ElementsAre(3, 2, 1));
  EXPECT_THAT(times({.limit = 2}), ElementsAre(3, 2));
  EXPECT_THAT(times({.trace_id = trace_id(5)}), ElementsAre(3));
  EXPECT_THAT(times({.service = "b"}), ElementsAre(3, 2));
  EXPECT_THAT(times({.text = "SECOND"}), ElementsAre(2));
  EXPECT_THAT(times({.text = "structured"}), ElementsAre(3));
  EXPECT_THAT(times({.severity_min = 9}), ElementsAre(1));
}

// ---- Metrics

class Metrics {
 public:
  otlp::Metric& add(std::string_view name, std::string_view service = "service") {
    otlp::Metric& metric = batch_->items.emplace_back();
    metric.resource = testing::make_resource(service, {}, batch_->arena);
    metric.scope = testing::make_scope("meter", batch_->arena);
    metric.name = name;
    return metric;
  }
  template <class Point>
  [[nodiscard]] std::span<const Point> points(std::initializer_list<Point> points) {
    const auto kept = batch_->arena.array<Point>(points.size());
    std::copy(points.begin(), points.end(), kept.begin());
    return kept;
  }
  [[nodiscard]] std::shared_ptr<const otlp::MetricBatch> finish() { return std::move(batch_); }

 private:
  std::shared_ptr<otlp::MetricBatch> batch_ = std::make_shared<otlp::MetricBatch>();
};

otlp::NumberPoint number_point(std::uint64_t time, AttributeValue value) {
  otlp::NumberPoint point;
  point.start_time = start;
  point.time = time;
  point.value = value;
  return point;
}

TEST_P(StoreTest, GivesBackMetricsOfEveryType) {
  static constexpr Attribute attributes[] = {{"gen_ai.token.type", "input"}};
  static constexpr Attribute metadata[] = {{"prometheus.type", "counter"}};
  static constexpr std::uint64_t counts[] = {1, 0, std::numeric_limits<std::uint64_t>::max()};
  static constexpr double bounds[] = {0.5, std::numeric_limits<double>::infinity()};
  static constexpr otlp::QuantileValue quantiles[] = {{0.5, 1.5}, {1, 3}};
  std::array<otlp::Exemplar, 2> exemplars;
  exemplars[0] = {.time = start + 5,
                  .value = 12,
                  .trace_id = trace_id(1),
                  .span_id = span_id(2),
                  .filtered_attributes = attributes};
  exemplars[1] = {.time = start + 6, .value = 1.5, .trace_id = {}, .span_id = {}, .filtered_attributes = {}};

  Metrics metrics;
  otlp::NumberPoint integer = number_point(start + 1, std::numeric_limits<std::int64_t>::min());
  integer.attributes = attributes;
  integer.flags = 1;
  integer.exemplars = exemplars;
  metrics.add("gauge").data =
      otlp::Gauge{metrics.points({integer, number_point(start + 2, 0.0), number_point(start + 3, {})})};
  otlp::Metric& sum = metrics.add("sum");
  sum.description = "Tokens used";
  sum.unit = "{token}";
  sum.metadata = metadata;
  sum.data = otlp::Sum{metrics.points({number_point(start + 1, 7)}), otlp::Temporality::cumulative, true};
  otlp::HistogramPoint histogram;
  histogram.start_time = start;
  histogram.time = start + 1;
  histogram.count = 3;
  histogram.sum = 4.5;
  histogram.minimum = 0.0;
  histogram.bounds = bounds;
  histogram.bucket_counts = counts;
  histogram.exemplars = exemplars;
  histogram.attributes = attributes;
  metrics.add("histogram").data =
      otlp::Histogram{metrics.points({histogram, otlp::HistogramPoint{}}), otlp::Temporality::delta};
  otlp::ExponentialHistogramPoint exponential;
  exponential.time = start + 1;
  exponential.count = std::numeric_limits<std::uint64_t>::max();
  exponential.maximum = 9.0;
  exponential.scale = -3;
  exponential.zero_count = 2;
  exponential.zero_threshold = 1e-9;
  exponential.positive = {.offset = -7, .counts = counts};
  exponential.negative = {.offset = 8, .counts = {}};
  exponential.exemplars = exemplars;
  exponential.flags = 1;
  metrics.add("exponential_histogram").data =
      otlp::ExponentialHistogram{metrics.points({exponential}), otlp::Temporality::cumulative};
  otlp::SummaryPoint summary;
  summary.time = start + 1;
  summary.count = 4;
  summary.sum = 6;
  summary.quantiles = quantiles;
  metrics.add("summary").data = otlp::Summary{metrics.points({summary})};
  const auto batch = metrics.finish();
  const auto receipt = add(*store_, batch);
  ASSERT_TRUE(receipt) << receipt.error().message;

  for (const otlp::Metric& metric : batch->items) {
    const auto stored = store_->metric(std::string(metric.name), 10);
    ASSERT_TRUE(stored) << stored.error().message;
    ASSERT_EQ((*stored)->items.size(), 1U);
    // The empty histogram point is of time 0, and so comes first.
    if (metric.name == "histogram") {
      const auto& points = std::get<otlp::Histogram>((*stored)->items[0].data).points;
      ASSERT_EQ(points.size(), 2U);
      EXPECT_EQ(points[0].time, 0U);
      EXPECT_EQ(points[0].sum, std::nullopt);
      otlp::Metric reversed = (*stored)->items[0];
      const std::array<otlp::HistogramPoint, 2> swapped{points[1], points[0]};
      std::get<otlp::Histogram>(reversed.data).points = swapped;
      EXPECT_EQ(describe(reversed), describe(metric));
    } else {
      EXPECT_EQ(describe((*stored)->items[0]), describe(metric));
    }
  }
}

TEST_P(StoreTest, GivesTheNewestPointsOldestFirst) {
  for (std::uint64_t i = 1; i <= 5; ++i) {
    Metrics metrics;
    metrics.add("requests").data = otlp::Gauge{metrics.points({number_point(start + i, i)})};
    metrics.add("other").data = otlp::Gauge{metrics.points({number_point(start + 100, 0)})};
    ASSERT_TRUE(add(*store_, metrics.finish()));
  }
  const auto stored = store_->metric("requests", 3);
  ASSERT_TRUE(stored) << stored.error().message;
  ASSERT_EQ((*stored)->items.size(), 1U);
  std::vector<std::int64_t> values;
  for (const otlp::NumberPoint& point : std::get<otlp::Gauge>((*stored)->items[0].data).points) {
    values.push_back(point.value.as_integer());
  }
  EXPECT_THAT(values, ElementsAre(3, 4, 5));
}

TEST_P(StoreTest, SumsMetricsUp) {
  Metrics metrics;
  otlp::Metric& first = metrics.add("b", "service one");
  first.unit = "s";
  first.description = "Duration";
  first.data = otlp::Gauge{metrics.points({number_point(start + 1, 1), number_point(start + 3, 1)})};
  metrics.add("b", "service two").data = otlp::Gauge{metrics.points({number_point(start + 2, 1)})};
  metrics.add("a").data = otlp::Sum{};
  ASSERT_TRUE(add(*store_, metrics.finish()));
  const auto summaries = store_->metrics();
  ASSERT_TRUE(summaries) << summaries.error().message;
  ASSERT_EQ(summaries->size(), 3U);
  EXPECT_EQ((*summaries)[0].name, "a");
  EXPECT_EQ((*summaries)[0].type, "sum");
  EXPECT_EQ((*summaries)[0].points, 0U);
  EXPECT_EQ((*summaries)[1].name, "b");
  EXPECT_EQ((*summaries)[1].type, "gauge");
  EXPECT_EQ((*summaries)[1].unit, "");
  EXPECT_EQ((*summaries)[1].service, "service two");
  EXPECT_EQ((*summaries)[2].unit, "s");
  EXPECT_EQ((*summaries)[2].description, "Duration");
  EXPECT_EQ((*summaries)[2].service, "service one");
  EXPECT_EQ((*summaries)[2].points, 2U);
  EXPECT_EQ((*summaries)[2].last_time, start + 3);
}

TEST_P(StoreTest, CountsWhatItHolds) {
  Spans spans;
  spans.add(1, 1, 0, "a", start);
  spans.add(1, 2, 1, "b", start);
  add_spans(spans);
  Logs logs;
  logs.add(start, "x");
  ASSERT_TRUE(add(*store_, logs.finish()));
  Metrics metrics;
  metrics.add("m").data =
      otlp::Gauge{metrics.points({number_point(start, 1), number_point(start, 2), number_point(start, 3)})};
  ASSERT_TRUE(add(*store_, metrics.finish()));
  const auto totals = store_->totals();
  ASSERT_TRUE(totals);
  EXPECT_EQ(totals->spans, 2U);
  EXPECT_EQ(totals->log_records, 1U);
  EXPECT_EQ(totals->data_points, 3U);
}

// ---- Taking batches

TEST_P(StoreTest, AcknowledgesABatchOfNothing) {
  EXPECT_TRUE(add(*store_, std::shared_ptr<const otlp::TraceBatch>(std::make_shared<otlp::TraceBatch>())));
  EXPECT_TRUE(add(*store_, std::shared_ptr<const otlp::LogBatch>(std::make_shared<otlp::LogBatch>())));
  EXPECT_TRUE(add(*store_, std::shared_ptr<const otlp::MetricBatch>(std::make_shared<otlp::MetricBatch>())));
}

TEST_P(StoreTest, AnswersUnavailableAtOnceWhenFull) {
  open(1);
  // The first batch's answer holds the writer up until it is let go.
  std::promise<void> let_go;
  std::promise<void> is_held;
  Spans first;
  first.add(1, 1, 0, "first", start);
  store_->consume(first.finish(), [&](const Expected<otlp::Receipt>& receipt) {
    EXPECT_TRUE(receipt);
    is_held.set_value();
    let_go.get_future().wait();
  });
  is_held.get_future().wait();

  std::promise<Expected<otlp::Receipt>> second_answer;
  Spans waiting;
  waiting.add(2, 1, 0, "second", start);
  store_->consume(waiting.finish(),
                  [&](Expected<otlp::Receipt> receipt) { second_answer.set_value(std::move(receipt)); });

  Spans refused;
  refused.add(3, 1, 0, "third", start);
  std::optional<Expected<otlp::Receipt>> third_answer;
  store_->consume(refused.finish(),
                  [&](Expected<otlp::Receipt> receipt) { third_answer = std::move(receipt); });
  ASSERT_TRUE(third_answer.has_value()) << "a full store must answer before consume() returns";
  ASSERT_FALSE(*third_answer);
  EXPECT_EQ(third_answer->error().code, ErrorCode::unavailable);

  let_go.set_value();
  EXPECT_TRUE(second_answer.get_future().get());
  EXPECT_THAT(find_numbers(), ElementsAre(1, 2));
}

TEST_P(StoreTest, WritesWhatWasTakenBeforeItCloses) {
  constexpr int batches = 50;
  std::atomic<int> acknowledged = 0;
  for (int i = 0; i < batches; ++i) {
    Spans spans;
    spans.add(1, static_cast<std::uint64_t>(i + 1), 0, "span", start);
    store_->consume(spans.finish(),
                    [&](const Expected<otlp::Receipt>& receipt) { acknowledged += receipt ? 1 : 0; });
  }
  store_->close();
  EXPECT_EQ(acknowledged, batches);
}

TEST_P(StoreTest, AnswersUnavailableAfterClosing) {
  store_->close();
  store_->close();
  Spans spans;
  spans.add(1, 1, 0, "late", start);
  const auto receipt = add(*store_, spans.finish());
  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, ErrorCode::unavailable);
  const auto found = store_->find_traces({});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::unavailable);
}

TEST_P(StoreTest, ReadersSeeWhatIsAcknowledgedWhileOthersWrite) {
  constexpr std::uint64_t writers = 2;
  constexpr std::uint64_t traces_each = 40;
  std::atomic<std::uint64_t> finished = 0;
  std::vector<std::thread> threads;
  for (std::uint64_t writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&, writer] {
      for (std::uint64_t i = 0; i < traces_each; ++i) {
        const std::uint64_t number = writer * traces_each + i + 1;
        Spans spans;
        for (std::uint64_t span = 1; span <= 20; ++span)
          spans.add(number, span, span - 1, "span", start + number);
        EXPECT_TRUE(add(*store_, spans.finish()));
        EXPECT_EQ(trace(number)->items.size(), 20U);
      }
      ++finished;
    });
  }
  for (int reader = 0; reader < 2; ++reader) {
    threads.emplace_back([&] {
      std::size_t last = 0;
      while (finished < writers) {
        const auto summaries = find({.service = "service", .limit = 1'000});
        EXPECT_GE(summaries.size(), last);
        last = summaries.size();
        for (const TraceSummary& summary : summaries) EXPECT_EQ(summary.span_count, 20U) << "half a batch";
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(find({.limit = 1'000}).size(), writers * traces_each);
}

std::unique_ptr<Store> open_in_memory(std::size_t max_pending_bytes) {
  DuckDbOptions options;
  options.max_pending_bytes = max_pending_bytes;
  auto store = open_duckdb(options);
  EXPECT_TRUE(store) << store.error().message;
  return store ? *std::move(store) : nullptr;
}

const Implementation implementations[] = {{"DuckDb", open_in_memory}};

std::string name_of(const ::testing::TestParamInfo<Implementation>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Implementations, StoreTest, ::testing::ValuesIn(implementations), name_of);
INSTANTIATE_TEST_SUITE_P(Implementations, FilterTest, ::testing::ValuesIn(implementations), name_of);

}  // namespace
}  // namespace sonde::store
