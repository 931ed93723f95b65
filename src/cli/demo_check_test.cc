#include "cli/demo_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "otlp/decode.h"

namespace sonde::cli {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* good_trace = R"({"resourceSpans": [{
  "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "rag-pipeline"}}]},
  "scopeSpans": [{"spans": [
    {"name": "rag_pipeline", "spanId": "0000000000000001", "kind": 1, "status": {"code": 1},
     "events": [{"name": "Starting retrieval"}, {"name": "Retrieval complete"}, {"name": "Starting generation"},
                {"name": "Generation complete"}]},
    {"name": "retrieve_documents", "spanId": "0000000000000002", "parentSpanId": "0000000000000001", "kind": 1,
     "attributes": [{"key": "doc_count", "value": {"intValue": "3"}}]},
    {"name": "generate_response", "spanId": "0000000000000003", "parentSpanId": "0000000000000001", "kind": 1,
     "attributes": [{"key": "response_length", "value": {"intValue": "120"}}]},
    {"name": "chat m", "spanId": "0000000000000004", "parentSpanId": "0000000000000003", "kind": 3,
     "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                    {"key": "gen_ai.provider.name", "value": {"stringValue": "openai"}},
                    {"key": "gen_ai.request.model", "value": {"stringValue": "m"}},
                    {"key": "gen_ai.response.id", "value": {"stringValue": "c"}},
                    {"key": "gen_ai.response.model", "value": {"stringValue": "m-1"}},
                    {"key": "server.address", "value": {"stringValue": "127.0.0.1"}},
                    {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "350"}},
                    {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "128"}},
                    {"key": "gen_ai.response.finish_reasons",
                     "value": {"arrayValue": {"values": [{"stringValue": "stop"}]}}}]},
    {"name": "retrieval passages", "spanId": "0000000000000005", "parentSpanId": "0000000000000002", "kind": 3},
    {"name": "POST", "spanId": "0000000000000006", "parentSpanId": "0000000000000004", "kind": 3}]}]}]})";

/// What the check finds in the good trace after `change` was made to its spans.
std::vector<std::string> findings_after(const std::function<void(Json& spans)>& change) {
  Json trace = Json::parse(good_trace);
  Json& spans = trace["resourceSpans"][0]["scopeSpans"][0]["spans"];
  for (Json& span : spans) span["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736";
  change(spans);
  const auto decoded = otlp::decode_traces_json(trace.dump());
  if (!decoded) return {"cannot decode: " + decoded.error().message};
  return check_demo_trace(*decoded->batch);
}

TEST(CheckDemoTrace, FindsNothingWrongWithAGoodTrace) {
  EXPECT_THAT(findings_after([](Json&) {}), IsEmpty());
}

TEST(CheckDemoTrace, MissesSpans) {
  EXPECT_THAT(findings_after([](Json& spans) { spans.erase(1); }),
              ElementsAre("there is no span 'retrieve_documents'"));
  EXPECT_THAT(findings_after([](Json& spans) { spans[3]["name"] = "embeddings m"; }),
              ElementsAre("there is no span 'chat '"));
  EXPECT_THAT(findings_after([](Json& spans) { spans.erase(5); }), ElementsAre("there is no span 'POST'"));
}

TEST(CheckDemoTrace, SeesThatAParentIsWrong) {
  EXPECT_THAT(findings_after([](Json& spans) { spans[3]["parentSpanId"] = "0000000000000001"; }),
              ElementsAre("the span 'chat m' has the wrong parent"));
  EXPECT_THAT(findings_after([](Json& spans) { spans[0]["parentSpanId"] = "0000000000000009"; }),
              ElementsAre("the span 'rag_pipeline' has the wrong parent"));
}

TEST(CheckDemoTrace, MissesEveryAttribute) {
  const std::size_t count =
      Json::parse(good_trace)["resourceSpans"][0]["scopeSpans"][0]["spans"][3]["attributes"].size();
  for (std::size_t i = 0; i < count; ++i) {
    std::string key;
    const auto findings = findings_after([&](Json& spans) {
      key = spans[3]["attributes"][i]["key"];
      spans[3]["attributes"].erase(i);
    });
    EXPECT_THAT(findings, ElementsAre(HasSubstr(key)));
  }
  EXPECT_THAT(findings_after([](Json& spans) { spans[1].erase("attributes"); }),
              ElementsAre("the span 'retrieve_documents' has no doc_count above 0"));
  EXPECT_THAT(findings_after([](Json& spans) { spans[2].erase("attributes"); }),
              ElementsAre(HasSubstr("response_length")));
}

TEST(CheckDemoTrace, SeesAttributesOfTheWrongTypeOrValue) {
  EXPECT_THAT(findings_after([](Json& spans) {
                spans[1]["attributes"][0]["value"] = {{"stringValue", "3"}};
              }),
              ElementsAre(HasSubstr("doc_count")));
  EXPECT_THAT(findings_after([](Json& spans) {
                spans[3]["attributes"][6]["value"] = {{"intValue", "0"}};
              }),
              ElementsAre(HasSubstr("gen_ai.usage.input_tokens")));
}

TEST(CheckDemoTrace, SeesKindStatusAndEvents) {
  EXPECT_THAT(findings_after([](Json& spans) { spans[3]["kind"] = 1; }),
              ElementsAre(HasSubstr("kind client")));
  EXPECT_THAT(findings_after([](Json& spans) {
                spans[0]["status"] = {{"code", 2}, {"message", "boom"}};
              }),
              ElementsAre("the span 'rag_pipeline' has an unexpected status: boom"));
  EXPECT_THAT(findings_after([](Json& spans) { spans[0]["events"].erase(2); }),
              ElementsAre(HasSubstr("4 events")));
}

}  // namespace
}  // namespace sonde::cli
