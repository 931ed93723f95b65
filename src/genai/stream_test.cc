#include "sonde/genai/stream.hpp"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <utility>

#include "genai/test_genai.h"

namespace sonde::genai {
namespace {

constexpr std::string_view stop[] = {"stop"};

struct StreamTest : testing::Test {
  test::Metrics metrics;
  test::Tracing tracing;
  Instrumentation instrumentation{{.capture = ContentCapture::span, .profiles = Profiles{}}};

  InferenceStream open() {
    return InferenceStream(
        Inference({.provider = provider::openai, .model = "m", .stream = true}, instrumentation));
  }
  [[nodiscard]] test::Map attributes() const { return tracing.attributes("chat m"); }
  [[nodiscard]] std::size_t measured(const std::string& name) const {
    const auto all = metrics.collect();
    const auto found = all.find(name);
    if (found == all.end()) return 0;
    const std::string& point = found->second.points.front();
    const std::string counts = point.substr(point.find("} ") + 2);
    return std::stoul(counts);
  }
};

TEST_F(StreamTest, ReadToItsEndHasItsOutputUsageAndTimes) {
  InferenceStream stream = open();
  for (const char* const text : {"Par", "is", "."}) {
    stream.on_chunk();
    stream.append_text(text);
  }
  EXPECT_EQ(tracing.count(), 0u);
  stream.finish({.id = "1", .finish_reasons = stop, .usage = {.input_tokens = 5, .output_tokens = 3}});
  const std::string span = tracing.span("chat m");
  EXPECT_EQ(SpanView(span).status(), StatusCode::unset);
  EXPECT_EQ(attributes().at("gen_ai.output.messages"),
            R"([{"role":"assistant","parts":[{"type":"text","content":"Paris."}]}])");
  EXPECT_EQ(attributes().at("gen_ai.response.finish_reasons"), R"(["stop"])");
  EXPECT_EQ(attributes().at("gen_ai.usage.output_tokens"), "3");
  EXPECT_EQ(attributes().at("gen_ai.request.stream"), "true");
  const double first = std::stod(attributes().at("gen_ai.response.time_to_first_chunk"));
  EXPECT_GE(first, 0);
  EXPECT_LT(first, 60);
  EXPECT_EQ(measured("gen_ai.client.inference.time_to_first_chunk"), 1u);
  EXPECT_EQ(measured("gen_ai.client.inference.time_per_output_chunk"), 2u);
  stream.finish({});
  EXPECT_EQ(tracing.count(), 1u);
}

TEST_F(StreamTest, ThatBreaksOffKeepsWhatCameAndSaysWhy) {
  InferenceStream stream = open();
  stream.on_chunk();
  stream.append_text("Par");
  stream.fail("connection_reset", "the provider closed the connection", {.usage = {.input_tokens = 5}});
  const std::string span = tracing.span("chat m");
  EXPECT_EQ(SpanView(span).status(), StatusCode::error);
  EXPECT_EQ(attributes().at("error.type"), R"("connection_reset")");
  EXPECT_EQ(attributes().at("gen_ai.response.finish_reasons"), R"(["error"])");
  EXPECT_EQ(attributes().at("gen_ai.usage.input_tokens"), "5");
  EXPECT_THAT(attributes().at("gen_ai.output.messages"), testing::HasSubstr(R"("content":"Par")"));
}

TEST_F(StreamTest, ThatNobodyReadsOnIsNoError) {
  {
    InferenceStream stream = open();
    stream.on_chunk();
    stream.append_text("Par");
  }
  const std::string span = tracing.span("chat m");
  EXPECT_EQ(SpanView(span).status(), StatusCode::unset);
  EXPECT_FALSE(attributes().contains("gen_ai.response.finish_reasons"));
  EXPECT_FALSE(attributes().contains("error.type"));
  EXPECT_THAT(attributes().at("gen_ai.output.messages"), testing::HasSubstr(R"("content":"Par")"));
}

TEST_F(StreamTest, GathersToolCallsReasoningAndChoicesFromTheirPieces) {
  InferenceStream stream = open();
  stream.append_reasoning("Let me");
  stream.append_reasoning(" look.");
  stream.append_tool_call(0, "call_1", "get_weather", "");
  stream.append_tool_call(0, "", "", R"({"city":)");
  stream.append_tool_call(0, "", "", R"("Paris"})");
  stream.append_tool_call(1, "call_2", "now", "no json");
  stream.append_text("second", 1);
  stream.append_text("absurd", 4'000'000'000);
  stream.finish({});
  EXPECT_EQ(attributes().at("gen_ai.output.messages"),
            R"([{"role":"assistant","parts":[{"type":"reasoning","content":"Let me look."},)"
            R"({"type":"tool_call","id":"call_1","name":"get_weather","arguments":{"city":"Paris"}},)"
            R"({"type":"tool_call","id":"call_2","name":"now","arguments":"no json"}]},)"
            R"({"role":"assistant","parts":[{"type":"text","content":"second"}]}])");
}

TEST_F(StreamTest, MayMoveBetweenThreads) {
  InferenceStream stream = open();
  stream.on_chunk();
  std::thread([moved = std::move(stream)]() mutable {
    moved.on_chunk();
    moved.append_text("there");
    moved.finish({.finish_reasons = stop});
  }).join();
  EXPECT_EQ(tracing.count(), 1u);
  EXPECT_THAT(attributes().at("gen_ai.output.messages"), testing::HasSubstr("there"));
}

TEST_F(StreamTest, AssignedOverEndsTheOneBefore) {
  InferenceStream stream = open();
  stream = open();
  EXPECT_EQ(tracing.count(), 1u);
  stream.finish({});
  EXPECT_EQ(tracing.count(), 2u);
}

TEST(Stream, WithoutTracingDoesNothing) {
  InferenceStream stream(Inference({.provider = provider::openai, .model = "m"}));
  stream.on_chunk();
  stream.on_chunk();
  stream.append_text("text");
  stream.finish({});
}

}  // namespace
}  // namespace sonde::genai
