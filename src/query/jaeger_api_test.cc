#include "query/jaeger_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "query/jaeger_search.h"
#include "query/testing/fake_store.h"
#include "query/testing/trace_builder.h"

namespace sonde::query {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class JaegerApiTest : public testing::Test {
 protected:
  json get(std::string target) {
    transport::HttpRequest request;
    request.target = std::move(target);
    const transport::HttpResponse response = api_.answer(request);
    status_ = response.status;
    return json::parse(response.body);
  }

  std::string error_of(std::string target) {
    const json answer = get(std::move(target));
    EXPECT_EQ(answer.at("data"), nullptr);
    EXPECT_EQ(answer.at("errors")[0].at("code"), status_);
    return answer.at("errors")[0].at("msg");
  }

  void add_trace(std::uint64_t number) {
    store_.traces[test_trace_id(number)] = TraceBuilder(number).add({}).build();
    store_.summaries.emplace_back().trace_id = test_trace_id(number);
  }

  FakeStore store_;
  JaegerApi api_{store_};
  unsigned status_ = 0;
};

TEST_F(JaegerApiTest, ServicesComeInTheWrapper) {
  EXPECT_EQ(get("/api/services"),
            json::parse(R"({"data": [], "total": 0, "limit": 0, "offset": 0, "errors": null})"));
  store_.service_names = {"a", "b"};
  EXPECT_EQ(get("/api/services"),
            json::parse(R"({"data": ["a", "b"], "total": 2, "limit": 0, "offset": 0, "errors": null})"));
}

TEST_F(JaegerApiTest, OperationNamesAreDistinctWhateverTheKinds) {
  store_.operations_of_any_service = {{"search", "server"}, {"chat", "client"}, {"search", "client"}};
  EXPECT_EQ(get("/api/services/my%2Fapp/operations").at("data"), json::parse(R"(["chat", "search"])"));
  EXPECT_EQ(store_.name(), "my/app");
}

TEST_F(JaegerApiTest, OperationsComeWithTheirKindsAndCanBeChosenByThem) {
  store_.operations_of_any_service = {{"chat", "client"}, {"search", "server"}};
  EXPECT_EQ(get("/api/operations?service=a").at("data"), json::parse(R"([
    {"name": "chat", "spanKind": "client"}, {"name": "search", "spanKind": "server"}])"));
  const json servers = get("/api/operations?service=a&spanKind=server");
  EXPECT_EQ(servers.at("data"), json::parse(R"([{"name": "search", "spanKind": "server"}])"));
  EXPECT_EQ(servers.at("total"), 1);
  EXPECT_EQ(error_of("/api/operations"), "parameter 'service' is required");
  EXPECT_EQ(status_, 400u);
}

TEST_F(JaegerApiTest, TraceHasTheFormOfJaegersModel) {
  TraceBuilder builder;
  const auto event_attributes = builder.kept<Attribute>({{"attempt", 2}});
  builder.add({.number = 1, .name = "root", .duration_ms = 500, .kind = otlp::SpanKind::server});
  builder.add({.number = 2,
               .parent = 1,
               .name = "chat",
               .start_ms = 10,
               .attributes = {{"tokens", 350}},
               .kind = otlp::SpanKind::client,
               .status = otlp::StatusCode::error,
               .status_message = "timeout",
               .service = "model-gateway",
               .events = {test_event(20, "retry", event_attributes)},
               .links = {test_link(2, 7)}});
  builder.add(
      {.number = 3, .parent = 1, .kind = otlp::SpanKind::unspecified, .status = otlp::StatusCode::ok});
  store_.traces[test_trace_id(1)] = builder.build();
  const json answer = get("/api/traces/ab000000000000000000000000000001");
  EXPECT_EQ(status_, 200u);
  EXPECT_EQ(answer.at("total"), 1);
  const json& trace = answer.at("data")[0];
  EXPECT_EQ(trace.at("traceID"), "ab000000000000000000000000000001");
  EXPECT_EQ(trace.at("processes"), json::parse(R"({"p1": {"serviceName": "my-llm-app", "tags": []},
                                                   "p2": {"serviceName": "model-gateway", "tags": []}})"));
  EXPECT_EQ(trace.at("spans")[1], json::parse(R"({
    "traceID": "ab000000000000000000000000000001", "spanID": "0000000000000002", "flags": 0, "operationName": "chat",
    "references": [
      {"refType": "CHILD_OF", "traceID": "ab000000000000000000000000000001", "spanID": "0000000000000001"},
      {"refType": "FOLLOWS_FROM", "traceID": "ab000000000000000000000000000002", "spanID": "0000000000000007"}],
    "startTime": 1795422852010000, "duration": 100000,
    "tags": [{"key": "tokens", "type": "int64", "value": 350},
             {"key": "span.kind", "type": "string", "value": "client"},
             {"key": "otel.status_code", "type": "string", "value": "ERROR"},
             {"key": "error", "type": "bool", "value": true},
             {"key": "otel.status_description", "type": "string", "value": "timeout"},
             {"key": "otel.scope.name", "type": "string", "value": "test"},
             {"key": "otel.scope.version", "type": "string", "value": "1.0"}],
    "logs": [{"timestamp": 1795422852020000,
              "fields": [{"key": "event", "type": "string", "value": "retry"},
                         {"key": "attempt", "type": "int64", "value": 2}]}],
    "processID": "p2", "warnings": null})"));
  EXPECT_EQ(trace.at("spans")[2].at("tags")[0],
            json::parse(R"({"key": "otel.status_code", "type": "string", "value": "OK"})"));
  EXPECT_EQ(trace.at("spans")[2].at("processID"), "p1");
}

TEST_F(JaegerApiTest, TagsKeepTheTypesJaegerHas) {
  const std::array<std::uint8_t, 3> bytes{1, 2, 3};
  const std::array<AttributeValue, 2> items{"a", 1};
  const std::array<Attribute, 1> members{{{"k", 1.5}}};
  store_.traces[test_trace_id(1)] = TraceBuilder()
                                        .add({.attributes = {{"bool", true},
                                                             {"exact", 9007199254740991},
                                                             {"inexact", 9007199254740992},
                                                             {"double", 0.5},
                                                             {"bytes", AttributeValue::bytes(bytes)},
                                                             {"array", AttributeValue::array(items)},
                                                             {"map", AttributeValue::map(members)},
                                                             {"empty", AttributeValue()}}})
                                        .build();
  json tags = get("/api/traces/ab000000000000000000000000000001").at("data")[0].at("spans")[0].at("tags");
  tags.erase(tags.begin() + 8, tags.end());
  EXPECT_EQ(tags, json::parse(R"([
    {"key": "bool", "type": "bool", "value": true},
    {"key": "exact", "type": "int64", "value": 9007199254740991},
    {"key": "inexact", "type": "int64", "value": "9007199254740992"},
    {"key": "double", "type": "float64", "value": 0.5},
    {"key": "bytes", "type": "binary", "value": "AQID"},
    {"key": "array", "type": "string", "value": "[\"a\",1]"},
    {"key": "map", "type": "string", "value": "{\"k\":1.5}"},
    {"key": "empty", "type": "string", "value": ""}])"));
}

TEST_F(JaegerApiTest, TraceIdsMayLackLeadingZeros) {
  const TraceId id = [] {
    TraceId short_id;
    short_id.bytes[15] = 0x1f;
    return short_id;
  }();
  store_.traces[id] = TraceBuilder().add({}).build();
  EXPECT_EQ(get("/api/traces/1F").at("total"), 1);
  EXPECT_THAT(error_of("/api/traces/xyz"), HasSubstr("'xyz' is not a trace id"));
  EXPECT_EQ(status_, 400u);
}

TEST_F(JaegerApiTest, TraceThatIsNotThereIsNotFound) {
  const json answer = get("/api/traces/ab000000000000000000000000000009");
  EXPECT_EQ(status_, 404u);
  EXPECT_EQ(answer, json::parse(R"({"data": null, "total": 0, "limit": 0, "offset": 0, "errors": [
    {"code": 404, "msg": "no trace ab000000000000000000000000000009",
     "traceID": "ab000000000000000000000000000009"}]})"));
}

TEST_F(JaegerApiTest, SearchAnswersWholeTraces) {
  add_trace(1);
  add_trace(2);
  const json answer = get("/api/traces?service=my-llm-app&limit=20");
  EXPECT_EQ(answer.at("total"), 2);
  EXPECT_EQ(answer.at("data")[1].at("spans")[0].at("traceID"), "ab000000000000000000000000000002");
  EXPECT_EQ(answer.at("errors"), nullptr);
}

TEST_F(JaegerApiTest, SearchByIdsReportsThoseThatAreNotThereBesideTheOthers) {
  add_trace(1);
  const json answer =
      get("/api/traces?traceID=ab000000000000000000000000000001&traceID=ab000000000000000000000000000002");
  EXPECT_EQ(status_, 200u);
  EXPECT_EQ(answer.at("total"), 1);
  EXPECT_EQ(answer.at("errors")[0].at("traceID"), "ab000000000000000000000000000002");
}

TEST_F(JaegerApiTest, SearchPassesGrafanasQueryToTheStore) {
  get("/api/"
      "traces?service=s&operation=chat&tags=%7B%22error%22%3A%22true%22%2C%22http.status_code%22%3A%22500%22%"
      "7D"
      "&start=1795422852000000&end=1795422853000000&lookback=custom&minDuration=1.2s&maxDuration=&limit=20");
  EXPECT_EQ(status_, 200u);
  const store::TraceFilter filter = store_.trace_filter();
  EXPECT_EQ(filter.service, "s");
  EXPECT_EQ(filter.span_name, "chat");
  EXPECT_TRUE(filter.errors_only);
  EXPECT_THAT(filter.attributes, ElementsAre(Pair("http.status_code", "500")));
  EXPECT_EQ(filter.start_time_min, 1'795'422'852'000'000'000u);
  EXPECT_EQ(filter.start_time_max, 1'795'422'853'000'000'000u);
  EXPECT_EQ(filter.duration_min, 1'200'000'000u);
  EXPECT_EQ(filter.duration_max, std::nullopt);
  EXPECT_EQ(filter.limit, 20u);
}

TEST_F(JaegerApiTest, SearchTakesTagsOneByOneAndDerivedOnesForWhatTheyStandFor) {
  get("/api/traces?service=s&tag=user.id:42&tag=span.kind:client&tag=otel.status_code:ERROR&tag=error:false");
  const store::TraceFilter filter = store_.trace_filter();
  EXPECT_EQ(filter.span_kind, "client");
  EXPECT_TRUE(filter.errors_only);
  EXPECT_THAT(filter.attributes, ElementsAre(Pair("user.id", "42"), Pair("error", "false")));
}

TEST_F(JaegerApiTest, SearchSaysWhichParameterIsWrong) {
  EXPECT_EQ(error_of("/api/traces"), "parameter 'service' is required");
  EXPECT_THAT(error_of("/api/traces?service=s&start=yesterday"), HasSubstr("'start'"));
  EXPECT_THAT(error_of("/api/traces?service=s&end=18446744073709551615"), HasSubstr("'end'"));
  EXPECT_THAT(error_of("/api/traces?service=s&start=2&end=1"), HasSubstr("'start' is later"));
  EXPECT_THAT(error_of("/api/traces?service=s&minDuration=5"), HasSubstr("'minDuration'"));
  EXPECT_THAT(error_of("/api/traces?service=s&minDuration=2s&maxDuration=1s"),
              HasSubstr("more than 'maxDuration'"));
  EXPECT_THAT(error_of("/api/traces?service=s&limit=-1"), HasSubstr("'limit'"));
  EXPECT_THAT(error_of("/api/traces?service=s&lookback=long"), HasSubstr("'lookback'"));
  EXPECT_THAT(error_of("/api/traces?service=s&tag=x"), HasSubstr("'tag'"));
  EXPECT_THAT(error_of("/api/traces?service=s&tags=[1]"), HasSubstr("'tags'"));
  EXPECT_THAT(error_of("/api/traces?service=s&tags=%7B%22a%22:%7B%7D%7D"), HasSubstr("'tags'"));
  EXPECT_EQ(status_, 400u);
}

TEST(ReadJaegerSearch, CountsLookbackFromNowUnlessThereIsAStart) {
  EXPECT_EQ(read_jaeger_search("/?service=s&lookback=1h", 5'000'000'000'000)->start_time_min,
            1'400'000'000'000u);
  EXPECT_EQ(read_jaeger_search("/?service=s&lookback=1h", 5)->start_time_min, 0u);
  EXPECT_EQ(read_jaeger_search("/?service=s&lookback=1h&start=7", 5'000'000'000'000)->start_time_min, 7'000u);
  EXPECT_EQ(read_jaeger_search("/?service=s", 5'000'000'000'000)->start_time_min, std::nullopt);
  EXPECT_EQ(read_jaeger_search("/?service=s", 5'000'000'000'000)->limit, 100u);
}

TEST_F(JaegerApiTest, TheStoresFailureIsTheAnswers) {
  store_.failure = Error{ErrorCode::internal, "the disk is gone"};
  for (const char* const target : {"/api/services", "/api/services/s/operations", "/api/operations?service=s",
                                   "/api/traces?service=s", "/api/traces/1"}) {
    EXPECT_EQ(error_of(target), "the disk is gone") << target;
    EXPECT_EQ(status_, 500u);
  }
}

}  // namespace
}  // namespace sonde::query
