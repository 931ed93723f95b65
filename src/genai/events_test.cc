// The events of the convention: an inference's details, its exceptions, and evaluations.

#include <gmock/gmock.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "genai/test_genai.h"
#include "sonde/genai/genai.hpp"

namespace sonde::genai {
namespace {

using test::Map;

TEST(GenAiEvents, HaveAllThatTheSpanHasAndTheContent) {
  const test::Tracing tracing;
  const test::Logs logs;
  const Instrumentation instrumentation({.capture = ContentCapture::event});
  SpanContext span;
  {
    constexpr std::string_view stop[] = {"stop"};
    Inference chat({.provider = provider::openai, .model = "m", .temperature = 0.5}, instrumentation);
    span = chat.context();
    chat.record_input([](Messages& messages) {
      const std::string gone = "Hi";
      messages.add("user").text(messages.keep(gone));
    });
    chat.set_response({.id = "1", .finish_reasons = stop});
    chat.set_attribute("own", true);
  }
  ASSERT_EQ(logs.records().size(), 1u);
  const std::string record = logs.records().front();
  const LogRecordView event(record);
  EXPECT_EQ(event.event_name(), "gen_ai.client.inference.operation.details");
  EXPECT_EQ(event.severity(), Severity::debug);
  EXPECT_EQ(event.trace_id(), span.trace_id());
  EXPECT_EQ(event.span_id(), span.span_id());
  const Map content = {
      {"gen_ai.input.messages", R"([{"role":"user","parts":[{"type":"text","content":"Hi"}]}])"}};
  Map expected = tracing.attributes("chat m");
  EXPECT_FALSE(expected.contains("gen_ai.input.messages"));
  expected.insert(content.begin(), content.end());
  EXPECT_EQ(test::map_of(event.attributes()), expected);
}

TEST(GenAiEvents, AreNoneUnlessAskedForOrIfTheSpanIsNotRecorded) {
  const test::Logs logs;
  const Instrumentation instrumentation({.capture = ContentCapture::event});
  Inference({.provider = "p", .model = "not traced"}, instrumentation).end();
  const test::Tracing tracing;
  Inference({.provider = "p", .model = "no content"}).end();
  EXPECT_TRUE(logs.records().empty());
}

TEST(GenAiEvents, OfBothPlacesAreAlike) {
  const test::Tracing tracing;
  const test::Logs logs;
  const Instrumentation instrumentation({.capture = ContentCapture::span_and_event});
  {
    Inference chat({.provider = "p", .model = "m"}, instrumentation);
    chat.record_output([](Messages& messages) { messages.add("assistant").text("Hello"); });
    chat.fail("timeout", "too slow");
  }
  const std::string record = logs.records().at(0);
  EXPECT_EQ(test::map_of(LogRecordView(record).attributes()), tracing.attributes("chat m"));
}

TEST(GenAiEvents, OfExceptionsReplaceTheSpansIfAskedFor) {
  ::setenv("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", "logs", 1);
  const test::Tracing tracing;
  const test::Logs logs;
  const Instrumentation instrumentation({});
  ::unsetenv("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN");
  {
    Inference chat({.provider = "p", .model = "m"}, instrumentation);
    chat.fail(std::runtime_error("no route"));
  }
  const std::string record = logs.records().at(0);
  const LogRecordView event(record);
  EXPECT_EQ(event.event_name(), "gen_ai.client.operation.exception");
  EXPECT_EQ(event.severity(), Severity::warn);
  EXPECT_EQ(test::map_of(event.attributes()),
            (Map{{"exception.type", R"("std::runtime_error")"}, {"exception.message", R"("no route")"}}));
  const std::string span = tracing.span("chat m");
  EXPECT_EQ(SpanView(span).events().begin(), std::default_sentinel);
}

TEST(GenAiEvaluation, BelongsToTheSpanItJudgesHoweverLate) {
  const test::Tracing tracing;
  const test::Logs logs;
  SpanContext judged;
  {
    const Inference chat({.provider = "p", .model = "m"});
    judged = chat.context();
  }
  // As another process would: from what it kept of the span.
  record_evaluation(parse_traceparent(traceparent(judged)), {.name = "relevance",
                                                             .score = 0.25,
                                                             .label = "not_relevant",
                                                             .explanation = "answers something else",
                                                             .response_id = "chatcmpl-1",
                                                             .attributes = {{"judge", "a person"}}});
  const std::string record = logs.records().at(0);
  const LogRecordView event(record);
  EXPECT_EQ(event.event_name(), "gen_ai.evaluation.result");
  EXPECT_EQ(event.span_id(), judged.span_id());
  EXPECT_EQ(event.trace_id(), judged.trace_id());
  EXPECT_EQ(test::map_of(event.attributes()),
            (Map{{"gen_ai.evaluation.name", R"("relevance")"},
                 {"gen_ai.evaluation.score.value", "0.25"},
                 {"gen_ai.evaluation.score.label", R"("not_relevant")"},
                 {"gen_ai.evaluation.explanation", R"("answers something else")"},
                 {"gen_ai.response.id", R"("chatcmpl-1")"},
                 {"judge", R"("a person")"}}));
}

}  // namespace
}  // namespace sonde::genai
