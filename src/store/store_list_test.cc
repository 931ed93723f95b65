// The list of traces: what it says of each, its order, its pages; services and operations.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "store/testing/batches.h"
#include "store/testing/store_test.h"

namespace sonde::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Spans;
using testing::trace_id;

using ListTest = StoreTest;

TEST_P(ListTest, SumsATraceUp) {
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

TEST_P(ListTest, TakesTheEarliestSpanForTheRootUntilTheRootComes) {
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

TEST_P(ListTest, NamesTheRootEvenIfAChildsClockIsAhead) {
  Spans spans;
  spans.add(1, 1, 0, "root", start);
  spans.add(1, 2, 1, "child", start - 5);
  add_spans(spans);
  ASSERT_EQ(find().size(), 1U);
  EXPECT_EQ(find()[0].root_name, "root");
  EXPECT_EQ(find()[0].start_time, start - 5);
}

TEST_P(ListTest, ListsNewestFirstThenByTraceId) {
  add_trace(3, start + 1);
  add_trace(1, start + 1);
  add_trace(4, start + 2);
  add_trace(2, start);
  EXPECT_THAT(find_numbers(), ElementsAre(4, 1, 3, 2));
  EXPECT_THAT(find_numbers({.limit = 2}), ElementsAre(4, 1));
}

TEST_P(ListTest, PagesThroughTracesThatStartTogether) {
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

TEST_P(ListTest, PagesThroughWhatAFilterLeaves) {
  for (std::uint64_t i = 1; i <= 6; ++i) add_trace(i, start + i, i % 2 == 0 ? "even" : "odd");
  TraceFilter filter{.service = "even", .limit = 1};
  EXPECT_THAT(find_numbers(filter), ElementsAre(6));
  filter.after = {start + 6, trace_id(6)};
  EXPECT_THAT(find_numbers(filter), ElementsAre(4));
  filter.after = {start + 3, trace_id(3)};  // not itself on the filtered list
  EXPECT_THAT(find_numbers(filter), ElementsAre(2));
}

TEST_P(ListTest, RanksATraceByItsStartHoweverLateItGoesOn) {
  constexpr std::uint64_t many = 40'000;  // more than an implementation may look at first
  constexpr std::uint64_t old = 150;
  Spans spans;
  for (std::uint64_t i = 1; i <= old; ++i) spans.add(i, 1, 0, "root", start + i);
  for (std::uint64_t i = 0; i < many; ++i) spans.add(1'000 + i, i + 1, 0, "root", start + 1'000 + i);
  add_spans(spans);
  Spans late;
  for (std::uint64_t i = 1; i <= old; ++i) late.add(i, 2, 1, "late", start + 10 * many);
  add_spans(late);

  const std::uint64_t newest = 1'000 + many - 1;
  EXPECT_THAT(find_numbers({.limit = 2}), ElementsAre(newest, newest - 1));
  EXPECT_THAT(find_numbers({.span_name = "late", .limit = 2}), ElementsAre(old, old - 1));
  EXPECT_THAT(find_numbers({.after = {{start + 1'000, trace_id(1'000)}}, .limit = 2}),
              ElementsAre(old, old - 1));
  EXPECT_THAT(find_numbers({.start_time_max = start + 1'001, .limit = 3}), ElementsAre(1'001, 1'000, old));
  const auto found = find({.span_name = "late", .limit = std::numeric_limits<std::size_t>::max()});
  ASSERT_EQ(found.size(), old);
  for (const TraceSummary& trace : found) EXPECT_EQ(trace.span_count, 2U);
}

TEST_P(ListTest, NamesServicesAndOperations) {
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

TEST_P(ListTest, AnswersAnEmptyStore) {
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

INSTANTIATE_TEST_SUITE_P(Implementations, ListTest, ::testing::ValuesIn(implementations()), name_of);

}  // namespace
}  // namespace sonde::store
