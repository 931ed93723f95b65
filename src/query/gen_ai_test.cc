#include "query/gen_ai.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace sonde::query {
namespace {

using testing::ElementsAre;

std::optional<GenAi> read(const std::vector<Attribute>& attributes) {
  otlp::Span span;
  span.attributes = attributes;
  return read_gen_ai(span);
}

TEST(ReadGenAi, ReadsTheNewestNames) {
  const std::array<AttributeValue, 2> reasons{"stop", "length"};
  const std::vector<Attribute> attributes{{"gen_ai.operation.name", "chat"},
                                          {"gen_ai.provider.name", "openai"},
                                          {"gen_ai.request.model", "gpt-4o"},
                                          {"gen_ai.response.model", "gpt-4o-2024-08-06"},
                                          {"gen_ai.usage.input_tokens", 350},
                                          {"gen_ai.usage.output_tokens", 128},
                                          {"gen_ai.response.finish_reasons", AttributeValue::array(reasons)}};
  const auto gen_ai = read(attributes);
  ASSERT_TRUE(gen_ai);
  EXPECT_EQ(gen_ai->operation, "chat");
  EXPECT_EQ(gen_ai->provider, "openai");
  EXPECT_EQ(gen_ai->model, "gpt-4o-2024-08-06");
  EXPECT_EQ(gen_ai->input_tokens, 350u);
  EXPECT_EQ(gen_ai->output_tokens, 128u);
  EXPECT_THAT(gen_ai->finish_reasons, ElementsAre("stop", "length"));
  EXPECT_TRUE(gen_ai->is_model_call());
}

TEST(ReadGenAi, ReadsOlderNames) {
  const auto gen_ai = read({{"gen_ai.system", "openai"},
                            {"gen_ai.request.model", "gpt-4"},
                            {"gen_ai.usage.prompt_tokens", 3},
                            {"gen_ai.usage.completion_tokens", 4}});
  ASSERT_TRUE(gen_ai);
  EXPECT_EQ(gen_ai->provider, "openai");
  EXPECT_EQ(gen_ai->input_tokens, 3u);
  EXPECT_EQ(gen_ai->output_tokens, 4u);
  EXPECT_TRUE(gen_ai->is_model_call());
}

TEST(ReadGenAi, ReadsTheNamesOfHandWrittenTracers) {
  const auto gen_ai = read({{"llm.provider", "openai"},
                            {"llm.model", "gpt-4"},
                            {"llm.prompt_tokens", 10.0},
                            {"llm.completion_tokens", "20"},
                            {"llm.finish_reason", "stop"}});
  ASSERT_TRUE(gen_ai);
  EXPECT_EQ(gen_ai->model, "gpt-4");
  EXPECT_EQ(gen_ai->input_tokens, 10u);
  EXPECT_EQ(gen_ai->output_tokens, 20u);
  EXPECT_THAT(gen_ai->finish_reasons, ElementsAre("stop"));
}

TEST(ReadGenAi, IsNothingForOtherSpans) {
  EXPECT_EQ(read({{"http.request.method", "GET"}}), std::nullopt);
  EXPECT_EQ(read({}), std::nullopt);
}

TEST(ReadGenAi, TakesAnAgentsSpanForNoModelCall) {
  const auto agent = read({{"gen_ai.operation.name", "invoke_agent"}, {"gen_ai.request.model", "gpt-4o"}});
  ASSERT_TRUE(agent);
  EXPECT_FALSE(agent->is_model_call());
  const auto tool = read({{"gen_ai.operation.name", "execute_tool"}});
  ASSERT_TRUE(tool);
  EXPECT_FALSE(tool->is_model_call());
}

TEST(ReadGenAi, IgnoresCountsThatAreNone) {
  const auto gen_ai = read({{"gen_ai.usage.input_tokens", -1}, {"gen_ai.usage.output_tokens", "many"}});
  ASSERT_TRUE(gen_ai);
  EXPECT_EQ(gen_ai->input_tokens, std::nullopt);
  EXPECT_EQ(gen_ai->output_tokens, std::nullopt);
}

}  // namespace
}  // namespace sonde::query
