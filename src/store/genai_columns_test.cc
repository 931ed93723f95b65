#include "store/genai_columns.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <limits>
#include <vector>

namespace sonde::store {
namespace {

GenAiColumns columns(std::initializer_list<Attribute> attributes) {
  return genai_columns({attributes.begin(), attributes.size()});
}

TEST(GenAiColumns, AreFoundUnderTheNewestNames) {
  static constexpr std::string_view reasons[] = {"stop", "length"};
  const GenAiColumns found = columns({{"gen_ai.operation.name", "chat"},
                                      {"gen_ai.provider.name", "openai"},
                                      {"gen_ai.request.model", "gpt-4o"},
                                      {"gen_ai.response.model", "gpt-4o-2024"},
                                      {"gen_ai.conversation.id", "conv"},
                                      {"gen_ai.agent.name", "planner"},
                                      {"gen_ai.tool.name", "search"},
                                      {"user.id", "me"},
                                      {"gen_ai.usage.input_tokens", 100},
                                      {"gen_ai.usage.output_tokens", 20},
                                      {"gen_ai.usage.cache_read.input_tokens", 5},
                                      {"gen_ai.usage.cache_write.input_tokens", 6},
                                      {"gen_ai.usage.reasoning.output_tokens", 7},
                                      {"gen_ai.response.finish_reasons", AttributeValue::strings(reasons)}});
  EXPECT_EQ(found.operation, "chat");
  EXPECT_EQ(found.provider, "openai");
  EXPECT_EQ(found.request_model, "gpt-4o");
  EXPECT_EQ(found.response_model, "gpt-4o-2024");
  EXPECT_EQ(found.conversation_id, "conv");
  EXPECT_EQ(found.agent_name, "planner");
  EXPECT_EQ(found.tool_name, "search");
  EXPECT_EQ(found.user_id, "me");
  EXPECT_EQ(found.input_tokens, 100);
  EXPECT_EQ(found.output_tokens, 20);
  EXPECT_EQ(found.cache_read_tokens, 5);
  EXPECT_EQ(found.cache_write_tokens, 6);
  EXPECT_EQ(found.reasoning_tokens, 7);
  ASSERT_EQ(found.finish_reasons.type(), AttributeValue::Type::strings);
  EXPECT_EQ(found.finish_reasons.as_strings()[1], "length");
}

TEST(GenAiColumns, AreFoundUnderOlderAndRivalNames) {
  EXPECT_EQ(columns({{"gen_ai.system", "openai"}}).provider, "openai");
  EXPECT_EQ(columns({{"gen_ai.usage.prompt_tokens", 3}}).input_tokens, 3);
  EXPECT_EQ(columns({{"gen_ai.usage.completion_tokens", 4}}).output_tokens, 4);
  EXPECT_EQ(columns({{"gen_ai.usage.cache_creation.input_tokens", 4}}).cache_write_tokens, 4);
  EXPECT_EQ(columns({{"llm.model", "by-hand"}}).request_model, "by-hand");
  EXPECT_EQ(columns({{"llm.prompt_tokens", 5}}).input_tokens, 5);
  EXPECT_EQ(columns({{"llm.completion_tokens", 6}}).output_tokens, 6);
  EXPECT_EQ(columns({{"llm.finish_reason", "stop"}}).finish_reasons.as_string(), "stop");
  EXPECT_EQ(columns({{"llm.model_name", "phoenix"}}).response_model, "phoenix");
  EXPECT_EQ(columns({{"llm.token_count.prompt", 7}}).input_tokens, 7);
  EXPECT_EQ(columns({{"session.id", "s"}}).conversation_id, "s");
}

TEST(GenAiColumns, TheNewestNameCountsWhateverTheOrder) {
  EXPECT_EQ(columns({{"gen_ai.system", "old"}, {"gen_ai.provider.name", "new"}}).provider, "new");
  EXPECT_EQ(columns({{"gen_ai.provider.name", "new"}, {"gen_ai.system", "old"}}).provider, "new");
  EXPECT_EQ(columns({{"gen_ai.system", "first"}, {"gen_ai.system", "last"}}).provider, "last");
}

TEST(GenAiColumns, CountsAreWholeAndNotNegative) {
  EXPECT_EQ(columns({{"gen_ai.usage.input_tokens", 12.0}}).input_tokens, 12);
  EXPECT_EQ(columns({{"gen_ai.usage.input_tokens", 12.5}}).input_tokens, std::nullopt);
  EXPECT_EQ(columns({{"gen_ai.usage.input_tokens", -1}}).input_tokens, std::nullopt);
  EXPECT_EQ(columns({{"gen_ai.usage.input_tokens", 1e300}}).input_tokens, std::nullopt);
  EXPECT_EQ(columns({{"gen_ai.usage.input_tokens", std::numeric_limits<double>::quiet_NaN()}}).input_tokens,
            std::nullopt);
  EXPECT_EQ(columns({{"gen_ai.usage.input_tokens", "12"}}).input_tokens, std::nullopt);
  EXPECT_EQ(columns({{"gen_ai.request.model", 4}}).request_model, "");
}

TEST(GenAiColumns, OnlyCallsOfAModelAreModelCalls) {
  for (const auto* const operation : {"chat", "generate_content", "text_completion", "embeddings"}) {
    EXPECT_TRUE(columns({{"gen_ai.operation.name", operation}}).is_model_call()) << operation;
  }
  const auto with_tokens = [](const char* operation) {
    return columns({{"gen_ai.operation.name", operation},
                    {"gen_ai.request.model", "m"},
                    {"gen_ai.usage.input_tokens", 1}});
  };
  EXPECT_FALSE(with_tokens("invoke_agent").is_model_call());
  EXPECT_FALSE(with_tokens("execute_tool").is_model_call());
  EXPECT_TRUE(columns({{"llm.model", "m"}, {"llm.prompt_tokens", 1}}).is_model_call());
  EXPECT_FALSE(columns({{"llm.model", "m"}}).is_model_call());
  EXPECT_FALSE(columns({{"llm.prompt_tokens", 1}}).is_model_call());
  EXPECT_FALSE(columns({}).is_model_call());
}

}  // namespace
}  // namespace sonde::store
