#include "query/page_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "query/testing/fake_store.h"
#include "query/testing/trace_builder.h"

namespace sonde::query {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

/// The number of nanoseconds that many milliseconds after the test traces' time, as the API writes it.
std::string after(std::uint64_t milliseconds) {
  return std::to_string(test_time + milliseconds * millisecond);
}

store::TraceSummary summary(std::uint64_t number) {
  store::TraceSummary summary;
  summary.trace_id = test_trace_id(number);
  summary.start_time = test_time - number;
  summary.root_name = "trace " + std::to_string(number);
  return summary;
}

class PageApiTest : public testing::Test {
 protected:
  /// The answer's JSON; its status goes to `status_`.
  json get(std::string target) {
    transport::HttpRequest request;
    request.target = std::move(target);
    const transport::HttpResponse response = api_.answer(request);
    status_ = response.status;
    EXPECT_EQ(transport::header(response.headers, "Content-Type"), "application/json");
    return json::parse(response.body);
  }

  std::string error_of(std::string target) {
    const json answer = get(std::move(target));
    EXPECT_EQ(answer.at("error").at("code"), status_);
    return answer.at("error").at("message");
  }

  FakeStore store_;
  PageApi api_{store_,
               {.version = "1.2.3",
                .data_directory = "/data",
                .endpoints =
                    [] {
                      return Endpoints{"127.0.0.1:4317", "http://127.0.0.1:4318", "http://127.0.0.1:1"};
                    },
                .refused =
                    [] {
                      return std::vector<Refusal>{{"memory is full", 7}};
                    }}};
  unsigned status_ = 0;
};

TEST_F(PageApiTest, StatusTellsWhatTheServerIsAndHolds) {
  store_.held = {.spans = 1, .log_records = 2, .data_points = 3};
  json answer = get("/api/sonde/status");
  EXPECT_TRUE(answer.at("uptimeSeconds").is_number_integer());
  answer.erase("uptimeSeconds");
  EXPECT_EQ(answer, json::parse(R"({
    "version": "1.2.3", "dataDirectory": "/data",
    "totals": {"spans": 1, "logRecords": 2, "dataPoints": 3},
    "endpoints": {"otlpGrpc": "127.0.0.1:4317", "otlpHttp": "http://127.0.0.1:4318", "ui": "http://127.0.0.1:1"},
    "refused": [{"reason": "memory is full", "count": 7}]})"));
}

TEST_F(PageApiTest, ServicesAreAnArrayEvenWithoutAny) {
  EXPECT_EQ(get("/api/sonde/services"), json::parse(R"({"services": []})"));
  store_.service_names = {"a", "b"};
  EXPECT_EQ(get("/api/sonde/services"), json::parse(R"({"services": ["a", "b"]})"));
}

TEST_F(PageApiTest, TracesShowWholeSummaries) {
  store::TraceSummary& trace = store_.summaries.emplace_back();
  trace = {.trace_id = test_trace_id(1),
           .root_service = "my-llm-app",
           .root_name = "rag_pipeline",
           .start_time = test_time,
           .duration = 1'240 * millisecond,
           .span_count = 4,
           .error_count = 1,
           .services = {"my-llm-app", "vector-db"},
           .models = {"gpt-4o"},
           .input_tokens = 350,
           .output_tokens = 128,
           .cost = 0.0025};
  EXPECT_EQ(get("/api/sonde/traces"), json::parse(R"({"traces": [{
    "traceId": "ab000000000000000000000000000001", "rootService": "my-llm-app", "rootName": "rag_pipeline",
    "startTimeUnixNano": "1795422852000000000", "durationNano": "1240000000", "spanCount": 4, "errorCount": 1,
    "services": ["my-llm-app", "vector-db"], "models": ["gpt-4o"], "inputTokens": 350, "outputTokens": 128,
    "cost": 0.0025}], "next": null})"));
}

TEST_F(PageApiTest, TracesPassEveryConditionToTheStore) {
  get("/api/sonde/traces?service=s&name=n&text=t&errors=true&minDuration=200ms&maxDuration=1.5s&start=1&end=2"
      "&attribute=a:1&attribute=b:x%3Ay&limit=9");
  const store::TraceFilter filter = store_.trace_filter();
  EXPECT_EQ(filter.service, "s");
  EXPECT_EQ(filter.span_name, "n");
  EXPECT_EQ(filter.text, "t");
  EXPECT_TRUE(filter.errors_only);
  EXPECT_EQ(filter.duration_min, 200'000'000u);
  EXPECT_EQ(filter.duration_max, 1'500'000'000u);
  EXPECT_EQ(filter.start_time_min, 1u);
  EXPECT_EQ(filter.start_time_max, 2u);
  EXPECT_THAT(filter.attributes, ElementsAre(Pair("a", "1"), Pair("b", "x:y")));
  EXPECT_EQ(filter.limit, 10u);  // one more than asked, to know whether there is a next page
}

TEST_F(PageApiTest, TracesComeInPagesThatCoverAllAndRepeatNone) {
  for (std::uint64_t i = 1; i <= 5; ++i) store_.summaries.push_back(summary(i));
  std::vector<std::string> names;
  std::string cursor;
  do {
    const json page = get("/api/sonde/traces?limit=2&after=" + cursor);
    ASSERT_LE(page.at("traces").size(), 2u);
    for (const json& trace : page.at("traces")) names.push_back(trace.at("rootName"));
    cursor = page.at("next").is_null() ? "" : page.at("next").get<std::string>();
  } while (!cursor.empty() && names.size() < 10);
  EXPECT_THAT(names, ElementsAre("trace 1", "trace 2", "trace 3", "trace 4", "trace 5"));
}

TEST_F(PageApiTest, TracesSayWhichParameterIsWrong) {
  EXPECT_THAT(error_of("/api/sonde/traces?minDuration=fast"), HasSubstr("'minDuration'"));
  EXPECT_THAT(error_of("/api/sonde/traces?limit=1001"), HasSubstr("'limit'"));
  EXPECT_THAT(error_of("/api/sonde/traces?after=yesterday"), HasSubstr("'after'"));
  EXPECT_THAT(error_of("/api/sonde/traces?after=12-ab"), HasSubstr("'after'"));
  EXPECT_THAT(error_of("/api/sonde/traces?minDuration=2s&maxDuration=1s"),
              HasSubstr("'minDuration' is more"));
  EXPECT_THAT(error_of("/api/sonde/traces?start=2&end=1"), HasSubstr("'start' is later"));
  EXPECT_THAT(error_of("/api/sonde/traces?srvice=x"), HasSubstr("'srvice'"));
  EXPECT_EQ(status_, 400u);
}

TEST_F(PageApiTest, TraceShowsEverythingASpanHolds) {
  TraceBuilder builder;
  const auto event_attributes = builder.kept<Attribute>({{"attempt", 2}});
  builder.add({.number = 1, .name = "root", .duration_ms = 500, .kind = otlp::SpanKind::server});
  builder.add({.number = 2,
               .parent = 1,
               .name = "chat gpt-4o",
               .start_ms = 10,
               .attributes = {{"gen_ai.operation.name", "chat"},
                              {"gen_ai.request.model", "gpt-4o"},
                              {"gen_ai.usage.input_tokens", 350}},
               .kind = otlp::SpanKind::client,
               .status = otlp::StatusCode::error,
               .status_message = "timeout",
               .events = {test_event(20, "retry", event_attributes)},
               .links = {test_link(2, 7)}});
  store_.traces[test_trace_id(1)] = builder.build();
  const json answer = get("/api/sonde/traces/ab000000000000000000000000000001");
  EXPECT_EQ(answer.at("traceId"), "ab000000000000000000000000000001");
  EXPECT_EQ(answer.at("resources"), json::parse(R"([{"attributes": [
    {"key": "service.name", "value": {"stringValue": "my-llm-app"}}]}])"));
  ASSERT_EQ(answer.at("spans").size(), 2u);
  EXPECT_EQ(answer.at("spans")[0].at("parentSpanId"), "");
  EXPECT_EQ(answer.at("spans")[0].at("genAi"), nullptr);
  EXPECT_EQ(
      answer.at("spans")[1], json::parse(R"({
    "spanId": "0000000000000002", "parentSpanId": "0000000000000001", "traceState": "", "name": "chat gpt-4o",
    "kind": "client", "startTimeUnixNano": ")" +
                                         after(10) + R"(", "durationNano": "100000000", "isRunning": false,
    "status": {"code": "error", "message": "timeout"}, "service": "my-llm-app", "resource": 0,
    "scope": {"name": "test", "version": "1.0"},
    "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                   {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
                   {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "350"}}],
    "events": [{"timeUnixNano": ")" + after(20) +
                                         R"(", "name": "retry",
                "attributes": [{"key": "attempt", "value": {"intValue": "2"}}]}],
    "links": [{"traceId": "ab000000000000000000000000000002", "spanId": "0000000000000007", "attributes": []}],
    "droppedAttributes": 0, "droppedEvents": 0, "droppedLinks": 0,
    "genAi": {"operation": "chat", "provider": "", "model": "gpt-4o", "inputTokens": 350, "outputTokens": null,
              "finishReasons": []}})"));
}

TEST_F(PageApiTest, TraceBringsItsLogsInOrderOfTime) {
  store_.traces[test_trace_id(1)] = TraceBuilder().add({}).build();
  const auto logs = std::make_shared<otlp::LogBatch>();
  const otlp::Resource resource;
  for (const std::string_view body : {"newer", "older"}) {
    otlp::LogRecord& record = logs->items.emplace_back();
    record.resource = &resource;
    record.body = body;
  }
  store_.logs = logs;
  const json answer = get("/api/sonde/traces/ab000000000000000000000000000001");
  EXPECT_EQ(store_.log_filter().trace_id, test_trace_id(1));
  ASSERT_EQ(answer.at("logs").size(), 2u);
  EXPECT_EQ(answer.at("logs")[0].at("body"), json::parse(R"({"stringValue": "older"})"));
  EXPECT_EQ(answer.at("logs")[0].at("traceId"), "");
}

TEST_F(PageApiTest, TraceTakesAnUnambiguousPrefix) {
  for (const std::uint64_t number : {0x1111u, 0x1112u}) {
    TraceId id = test_trace_id(number);
    id.bytes[2] = static_cast<std::uint8_t>(number);
    store_.summaries.push_back(summary(number));
    store_.summaries.back().trace_id = id;
    store_.traces[id] = TraceBuilder().add({}).build();
  }
  EXPECT_EQ(get("/api/sonde/traces/AB0011").at("traceId"), "ab001100000000000000000000001111");
  EXPECT_THAT(error_of("/api/sonde/traces/ab00"), HasSubstr("several traces begin with ab00"));
  EXPECT_EQ(status_, 400u);
  EXPECT_EQ(error_of("/api/sonde/traces/abcd"), "no trace begins with abcd");
  EXPECT_EQ(status_, 404u);
}

TEST_F(PageApiTest, TraceRefusesWhatIsNoTraceId) {
  for (const char* const id : {"ab0", "xyz123", "ab0000000000000000000000000000011", ""}) {
    EXPECT_THAT(error_of(std::string("/api/sonde/traces/") + id), HasSubstr("is not a trace id")) << id;
    EXPECT_EQ(status_, 400u);
  }
}

TEST_F(PageApiTest, TraceThatIsNotThereIsNotFound) {
  EXPECT_EQ(error_of("/api/sonde/traces/ab000000000000000000000000000001"),
            "no trace ab000000000000000000000000000001");
  EXPECT_EQ(status_, 404u);
  error_of("/api/sonde/traces/ab000000000000000000000000000001/otlp");
  EXPECT_EQ(status_, 404u);
}

TEST_F(PageApiTest, TraceAsOtlpIsTracesData) {
  store_.traces[test_trace_id(1)] = TraceBuilder().add({.name = "chat"}).build();
  const json answer = get("/api/sonde/traces/ab000000000000000000000000000001/otlp");
  EXPECT_EQ(answer.at("resourceSpans")[0].at("scopeSpans")[0].at("spans")[0].at("name"), "chat");
}

TEST_F(PageApiTest, LogsPassEveryConditionToTheStore) {
  get("/api/sonde/logs?traceId=ab000000000000000000000000000001&service=s&text=t&minSeverity=17&limit=5");
  const store::LogFilter filter = store_.log_filter();
  EXPECT_EQ(filter.trace_id, test_trace_id(1));
  EXPECT_EQ(filter.service, "s");
  EXPECT_EQ(filter.text, "t");
  EXPECT_EQ(filter.severity_min, 17);
  EXPECT_EQ(filter.limit, 5u);
  EXPECT_THAT(error_of("/api/sonde/logs?minSeverity=25"), HasSubstr("'minSeverity'"));
  EXPECT_THAT(error_of("/api/sonde/logs?traceId=ab"), HasSubstr("'traceId'"));
}

TEST_F(PageApiTest, MetricsAreListed) {
  store_.metric_summaries = {{.name = "gen_ai.client.token.usage",
                              .type = "histogram",
                              .unit = "{token}",
                              .description = "d",
                              .service = "s",
                              .points = 3,
                              .last_time = 5}};
  EXPECT_EQ(get("/api/sonde/metrics"), json::parse(R"({"metrics": [{
    "name": "gen_ai.client.token.usage", "type": "histogram", "unit": "{token}", "description": "d",
    "service": "s", "points": 3, "lastTimeUnixNano": "5"}]})"));
}

TEST_F(PageApiTest, MetricIsMetricsDataAndItsNameMayHoldAnything) {
  const auto batch = std::make_shared<otlp::MetricBatch>();
  const otlp::Resource resource;
  const otlp::Scope scope;
  otlp::Metric& metric = batch->items.emplace_back();
  metric.resource = &resource;
  metric.scope = &scope;
  metric.name = "a/b c";
  metric.data = otlp::Gauge{};
  store_.points = batch;
  const json answer = get("/api/sonde/metrics/a%2Fb%20c");
  EXPECT_EQ(store_.name(), "a/b c");
  EXPECT_EQ(answer.at("resourceMetrics")[0].at("scopeMetrics")[0].at("metrics")[0].at("name"), "a/b c");
}

TEST_F(PageApiTest, MetricThatIsNotThereIsNotFound) {
  EXPECT_EQ(error_of("/api/sonde/metrics/none"), "no metric none");
  EXPECT_EQ(status_, 404u);
}

TEST_F(PageApiTest, TheStoresFailureIsTheAnswers) {
  store_.failure = Error{ErrorCode::unavailable, "the disk is full"};
  for (const char* const target :
       {"/api/sonde/status", "/api/sonde/services", "/api/sonde/traces", "/api/sonde/logs",
        "/api/sonde/metrics", "/api/sonde/metrics/m", "/api/sonde/traces/abcdef",
        "/api/sonde/traces/ab000000000000000000000000000001"}) {
    EXPECT_EQ(error_of(target), "the disk is full") << target;
    EXPECT_EQ(status_, 503u);
  }
}

TEST_F(PageApiTest, UnknownPathsAreNotFound) {
  EXPECT_THAT(error_of("/api/sonde/nothing"), HasSubstr("there is no /api/sonde/nothing"));
  EXPECT_EQ(status_, 404u);
}

}  // namespace
}  // namespace sonde::query
