#include "cli/http_trace_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "query/routes.h"
#include "query/testing/fake_store.h"
#include "query/testing/trace_builder.h"
#include "transport/http_server.h"

namespace sonde::cli {
namespace {

using query::FakeStore;
using query::test_trace_id;
using query::TraceBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class HttpTraceSourceTest : public testing::Test {
 protected:
  HttpTraceSourceTest() {
    query::register_routes(server_, store_,
                           {.version = {}, .data_directory = {}, .endpoints = {}, .refused = {}});
    const Expected<void> started = server_.start();
    EXPECT_TRUE(started) << started.error().message;
  }

  HttpTraceSource source() {
    return HttpTraceSource("http://127.0.0.1:" + std::to_string(server_.port()) + "/");
  }

  FakeStore store_;
  transport::HttpServer server_{{}};
};

TEST_F(HttpTraceSourceTest, BringsEveryConditionToTheStore) {
  store::TraceFilter filter;
  filter.service = "a & b";
  filter.span_name = "GET /über?x=1";
  filter.text = "100%";
  filter.errors_only = true;
  filter.duration_min = 1'500'000'001;
  filter.duration_max = UINT64_MAX;
  filter.start_time_min = 7;
  filter.start_time_max = 8;
  filter.attributes = {{"key", "a:b"}};
  filter.limit = 5;
  const auto found = source().find(filter);
  ASSERT_TRUE(found) << found.error().message;
  const store::TraceFilter asked = store_.trace_filter();
  EXPECT_EQ(asked.service, filter.service);
  EXPECT_EQ(asked.span_name, filter.span_name);
  EXPECT_EQ(asked.text, filter.text);
  EXPECT_TRUE(asked.errors_only);
  EXPECT_EQ(asked.duration_min, filter.duration_min);
  EXPECT_EQ(asked.duration_max, filter.duration_max);
  EXPECT_EQ(asked.start_time_min, filter.start_time_min);
  EXPECT_EQ(asked.start_time_max, filter.start_time_max);
  EXPECT_THAT(asked.attributes, ElementsAre(Pair("key", "a:b")));
}

TEST_F(HttpTraceSourceTest, ReadsWholeSummaries) {
  store::TraceSummary& trace = store_.summaries.emplace_back();
  trace.trace_id = test_trace_id(1);
  trace.root_service = "s";
  trace.root_name = "n";
  trace.start_time = query::test_time;
  trace.duration = UINT64_MAX;
  trace.span_count = 4;
  trace.error_count = 1;
  trace.services = {"s", "t"};
  trace.models = {"m"};
  trace.input_tokens = 350;
  trace.output_tokens = 128;
  trace.cost = 0.25;
  const auto found = source().find({});
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().trace_id, trace.trace_id);
  EXPECT_EQ(found->front().root_service, trace.root_service);
  EXPECT_EQ(found->front().root_name, trace.root_name);
  EXPECT_EQ(found->front().start_time, trace.start_time);
  EXPECT_EQ(found->front().duration, trace.duration);
  EXPECT_EQ(found->front().span_count, trace.span_count);
  EXPECT_EQ(found->front().error_count, trace.error_count);
  EXPECT_EQ(found->front().services, trace.services);
  EXPECT_EQ(found->front().models, trace.models);
  EXPECT_EQ(found->front().input_tokens, trace.input_tokens);
  EXPECT_EQ(found->front().output_tokens, trace.output_tokens);
  EXPECT_EQ(found->front().cost, trace.cost);
}

TEST_F(HttpTraceSourceTest, AsksForAsManyPagesAsItTakes) {
  for (std::uint64_t i = 0; i < 2'500; ++i) {
    store::TraceSummary& trace = store_.summaries.emplace_back();
    trace.trace_id = test_trace_id(i);
    trace.start_time = query::test_time - i;
  }
  store::TraceFilter filter;
  filter.limit = 2'200;
  const auto some = source().find(filter);
  ASSERT_TRUE(some) << some.error().message;
  ASSERT_EQ(some->size(), 2'200u);
  EXPECT_EQ(some->back().trace_id, test_trace_id(2'199));
  filter.limit = 10'000;
  const auto all = source().find(filter);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(all->size(), 2'500u);
}

TEST_F(HttpTraceSourceTest, ReadsATraceByThePrefixOfItsId) {
  store_.summaries.emplace_back().trace_id = test_trace_id(1);
  store_.traces[test_trace_id(1)] =
      TraceBuilder().add({.name = "chat", .attributes = {{"n", 1}}, .service = "s"}).build();
  const auto trace = source().trace("ab00");
  ASSERT_TRUE(trace) << trace.error().message;
  ASSERT_EQ((*trace)->items.size(), 1u);
  EXPECT_EQ((*trace)->items[0].name, "chat");
  EXPECT_EQ((*trace)->items[0].resource->service_name, "s");
  EXPECT_EQ((*trace)->items[0].attributes[0].value.as_integer(), 1);
}

TEST_F(HttpTraceSourceTest, TellsTheServersReason) {
  const auto missing = source().trace("ab000000000000000000000000000009");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error(), (Error{ErrorCode::not_found, "no trace ab000000000000000000000000000009"}));
  const auto wrong = source().trace("../status?x");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(wrong.error().message, HasSubstr("'../status?x' is not a trace id"));
}

TEST(HttpTraceSource, SaysWhatToDoWhereNothingListens) {
  HttpTraceSource source("http://127.0.0.1:1");
  const auto found = source.find({});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::unavailable);
  EXPECT_THAT(found.error().message, HasSubstr("cannot reach Sonde at http://127.0.0.1:1\n"));
  EXPECT_THAT(found.error().message, HasSubstr("sonde serve"));
  EXPECT_THAT(found.error().message, HasSubstr("--url"));
  EXPECT_THAT(found.error().message, HasSubstr("--data"));
}

/// What find() says where a server gives this answer to everything.
std::string failure_with(const transport::HttpResponse& answer) {
  transport::HttpServer server({});
  server.route("GET", "/*", [answer](const std::shared_ptr<transport::HttpExchange>& exchange) {
    exchange->respond(answer);
  });
  EXPECT_TRUE(server.start());
  const auto found = HttpTraceSource("http://127.0.0.1:" + std::to_string(server.port())).find({});
  return found ? "none" : found.error().message;
}

TEST(HttpTraceSource, DoubtsAnAnswerThatIsNotSondes) {
  for (const char* const body : {"<html>", "{}", "[1]", R"({"traces": 1, "next": null})",
                                 R"({"traces": [{"traceId": "xy"}], "next": null})"}) {
    EXPECT_THAT(failure_with({200, {}, body}), HasSubstr("not a list of traces")) << body;
  }
  EXPECT_THAT(failure_with({418, {}, "a teapot"}), HasSubstr("answered status 418"));
}

}  // namespace
}  // namespace sonde::cli
