// Which metrics each operation records: names, units, buckets, attributes and values.

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "base/clock.h"
#include "genai/test_genai.h"
#include "sonde/genai/genai.hpp"

namespace sonde::genai {
namespace {

using testing::ElementsAre;
using testing::Key;
using testing::UnorderedElementsAre;

const std::vector<double> duration_buckets = {0.01, 0.02, 0.04, 0.08,  0.16,  0.32,  0.64,
                                              1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92};
const std::vector<double> token_buckets = {1,     4,     16,     64,      256,     1024,     4096,
                                           16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864};

constexpr std::string_view chat_group =
    R"({gen_ai.operation.name="chat",gen_ai.provider.name="openai",gen_ai.request.model="gpt-4",)"
    R"(gen_ai.response.model="gpt-4-0613",server.address="api.openai.com",server.port=443)";

Inference make_chat(const Instrumentation& instrumentation) {
  Inference chat({.provider = provider::openai,
                  .model = "gpt-4",
                  .server_address = "api.openai.com",
                  .server_port = 443},
                 instrumentation);
  chat.set_response({.model = "gpt-4-0613",
                     .usage = {.input_tokens = 100, .output_tokens = 20, .cache_read_input_tokens = 50}});
  return chat;
}

TEST(GenAiMetrics, OfAnInferenceAreTheConventions) {
  const test::Metrics metrics;
  const Instrumentation instrumentation({.profiles = Profiles{}});
  make_chat(instrumentation).end();
  const auto all = metrics.collect();
  const std::string group(chat_group);
  EXPECT_THAT(all, UnorderedElementsAre(Key("gen_ai.client.inference.duration"),
                                        Key("gen_ai.client.inference.usage.input_tokens"),
                                        Key("gen_ai.client.inference.usage.output_tokens"),
                                        Key("gen_ai.client.inference.usage.cache_read.input_tokens"),
                                        Key("gen_ai.client.inference.operation.input_tokens"),
                                        Key("gen_ai.client.inference.operation.output_tokens")));
  const auto& duration = all.at("gen_ai.client.inference.duration");
  EXPECT_EQ(duration.unit, "s");
  EXPECT_EQ(duration.boundaries, duration_buckets);
  EXPECT_THAT(duration.points, ElementsAre(group + "} 1 0"));
  const auto& input = all.at("gen_ai.client.inference.usage.input_tokens");
  EXPECT_EQ(input.unit, "{token}");
  const std::string with_modality = R"({gen_ai.operation.name="chat",gen_ai.provider.name="openai",)"
                                    R"(gen_ai.request.model="gpt-4",gen_ai.response.model="gpt-4-0613",)"
                                    R"(gen_ai.token.modality="unknown",server.address="api.openai.com",)"
                                    R"(server.port=443})";
  EXPECT_THAT(input.points, ElementsAre(with_modality + " 100"));
  EXPECT_THAT(all.at("gen_ai.client.inference.usage.cache_read.input_tokens").points,
              ElementsAre(with_modality + " 50"));
  const auto& histogram = all.at("gen_ai.client.inference.operation.input_tokens");
  EXPECT_EQ(histogram.boundaries, token_buckets);
  EXPECT_THAT(histogram.points, ElementsAre(group + "} 1 100"));
}

TEST(GenAiMetrics, OfTokensTellModalitiesApart) {
  const test::Metrics metrics;
  const Instrumentation instrumentation({.profiles = Profiles{}});
  {
    Inference chat({.provider = "p", .model = "m"}, instrumentation);
    chat.set_response({.usage = {.input_tokens = 100, .input = {.text = 60, .audio = 30}}});
  }
  const std::string group =
      R"({gen_ai.operation.name="chat",gen_ai.provider.name="p",gen_ai.request.model="m",gen_ai.token.modality=)";
  EXPECT_THAT(metrics.collect().at("gen_ai.client.inference.usage.input_tokens").points,
              ElementsAre(group + R"("audio"} 30)", group + R"("text"} 60)", group + R"("unknown"} 10)"));
}

TEST(GenAiMetrics, OfAFailedInferenceSayWhy) {
  const test::Metrics metrics;
  const Instrumentation instrumentation({.profiles = Profiles{}});
  {
    Inference chat({.provider = "p", .model = "m"}, instrumentation);
    chat.fail("timeout");
  }
  const auto all = metrics.collect();
  EXPECT_THAT(all, ElementsAre(Key("gen_ai.client.inference.duration")));
  EXPECT_THAT(
      all.at("gen_ai.client.inference.duration").points,
      ElementsAre(
          R"({error.type="timeout",gen_ai.operation.name="chat",gen_ai.provider.name="p",gen_ai.request.model="m"} 1 0)"));
}

TEST(GenAiMetrics, OfV141AreThoseOfItsNames) {
  const test::Metrics metrics;
  const Instrumentation instrumentation({.profiles = Profiles{.newest = false, .v1_41 = true}});
  make_chat(instrumentation).end();
  const auto all = metrics.collect();
  EXPECT_THAT(
      all, UnorderedElementsAre(Key("gen_ai.client.operation.duration"), Key("gen_ai.client.token.usage")));
  EXPECT_EQ(all.at("gen_ai.client.token.usage").boundaries, token_buckets);
  EXPECT_THAT(
      all.at("gen_ai.client.token.usage").points,
      ElementsAre(
          std::string(chat_group).insert(chat_group.find(",server"), R"(,gen_ai.token.type="input")") +
              "} 1 100",
          std::string(chat_group).insert(chat_group.find(",server"), R"(,gen_ai.token.type="output")") +
              "} 1 20"));
}

TEST(GenAiMetrics, OfTheLessonAreItsThree) {
  const test::Metrics metrics;
  const test::Tracing tracing;
  const Instrumentation instrumentation({.profiles = Profiles{.newest = false, .lesson = true}});
  Inference chat = make_chat(instrumentation);
  EXPECT_THAT(metrics.collect().at("llm.requests.active").points, ElementsAre(R"({model="gpt-4"} 1)"));
  chat.end();
  const auto all = metrics.collect();
  EXPECT_THAT(all, UnorderedElementsAre(Key("llm.tokens.total"), Key("llm.request.duration"),
                                        Key("llm.requests.active")));
  EXPECT_EQ(all.at("llm.request.duration").unit, "ms");
  EXPECT_THAT(all.at("llm.tokens.total").points, ElementsAre(R"({model="gpt-4"} 120)"));
  EXPECT_THAT(all.at("llm.requests.active").points, ElementsAre(R"({model="gpt-4"} 0)"));
  EXPECT_EQ(tracing.attributes("chat gpt-4").at("llm.total_tokens"), "120");
  EXPECT_EQ(tracing.attributes("chat gpt-4").at("llm.provider"), R"("openai")");
}

TEST(GenAiMetrics, OfSeveralProfilesComeTogether) {
  const test::Metrics metrics;
  const Instrumentation instrumentation(
      {.profiles = Profiles{.newest = true, .v1_41 = true, .lesson = true}});
  make_chat(instrumentation).end();
  const auto all = metrics.collect();
  EXPECT_TRUE(all.contains("gen_ai.client.inference.duration"));
  EXPECT_TRUE(all.contains("gen_ai.client.operation.duration"));
  EXPECT_TRUE(all.contains("llm.request.duration"));
}

TEST(GenAiMetrics, OfAnAgentCountWhatRanForIt) {
  const test::Metrics metrics;
  const Instrumentation instrumentation({.profiles = Profiles{}});
  {
    const AgentInvocation outer({.name = "outer"}, instrumentation);
    const auto outer_scope = outer.make_current();
    Inference({.provider = "p", .model = "m"}, instrumentation).end();
    {
      const AgentInvocation inner({.name = "inner"}, instrumentation);
      const auto inner_scope = inner.make_current();
      Inference failed({.provider = "p", .model = "m"}, instrumentation);
      failed.fail("timeout");
      failed.end();
      const ToolExecution tool({.name = "search"}, instrumentation);
      const auto tool_scope = tool.make_current();
      Inference({.provider = "p", .model = "m"}, instrumentation).end();
    }
  }
  const auto all = metrics.collect();
  EXPECT_THAT(all.at("gen_ai.invoke_agent.inference_calls").points,
              ElementsAre(R"({gen_ai.agent.name="inner"} 1 2)", R"({gen_ai.agent.name="outer"} 1 1)"));
  EXPECT_THAT(all.at("gen_ai.invoke_agent.tool_calls").points,
              ElementsAre(R"({gen_ai.agent.name="inner"} 1 1)", R"({gen_ai.agent.name="outer"} 1 0)"));
  EXPECT_THAT(
      all.at("gen_ai.execute_tool.duration").points,
      ElementsAre(
          R"({gen_ai.agent.name="inner",gen_ai.tool.name="search",gen_ai.tool.type="function"} 1 0)"));
}

TEST(GenAiMetrics, OfTheOtherOperationsAreTheConventions) {
  const test::Metrics metrics;
  const Instrumentation instrumentation({.profiles = Profiles{}});
  WorkflowInvocation("research", {}, {}, instrumentation).end();
  {
    Embeddings embeddings({.provider = "p", .model = "e"}, instrumentation);
    embeddings.set_response("e", 8);
  }
  McpClientRequest({.method = "tools/call", .tool_name = "now", .peer_address = "h", .peer_port = 1}, {},
                   instrumentation)
      .end();
  McpServerRequest({.method = "ping"}, Context(), instrumentation).end();
  const auto all = metrics.collect();
  EXPECT_THAT(all.at("gen_ai.invoke_workflow.duration").points,
              ElementsAre(R"({gen_ai.workflow.name="research"} 1 0)"));
  EXPECT_EQ(all.at("gen_ai.invoke_workflow.duration").boundaries,
            (std::vector<double>{1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200}));
  EXPECT_THAT(
      all.at("gen_ai.client.embeddings.operation.input_tokens").points,
      ElementsAre(
          R"({gen_ai.operation.name="embeddings",gen_ai.provider.name="p",gen_ai.request.model="e",gen_ai.response.model="e"} 1 8)"));
  EXPECT_THAT(
      all.at("mcp.client.operation.duration").points,
      ElementsAre(
          R"({gen_ai.operation.name="execute_tool",gen_ai.tool.name="now",mcp.method.name="tools/call",server.address="h",server.port=1} 1 0)"));
  EXPECT_THAT(all.at("mcp.server.operation.duration").points, ElementsAre(R"({mcp.method.name="ping"} 1 0)"));
  EXPECT_EQ(all.at("mcp.server.operation.duration").boundaries,
            (std::vector<double>{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300}));
}

TEST(GenAiMetrics, OfDurationAreThoseOfTheSpan) {
  const test::Metrics metrics;
  const test::Tracing tracing;
  const Instrumentation instrumentation({.profiles = Profiles{.newest = false, .lesson = true}});
  Inference chat({.provider = "p", .model = "m"}, instrumentation);
  const std::uint64_t ten_minutes_on = base::Clock::now() + 600'000'000'000;
  chat.end(ten_minutes_on);
  const std::string span = tracing.span("chat m");
  const std::uint64_t milliseconds = (ten_minutes_on - SpanView(span).start_time()) / 1'000'000;
  EXPECT_THAT(metrics.collect().at("llm.request.duration").points,
              ElementsAre(R"({model="m"} 1 )" + std::to_string(milliseconds)));
}

}  // namespace
}  // namespace sonde::genai
