#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "sonde/genai/prices.hpp"

namespace sonde::genai {
namespace {

constexpr std::uint64_t february_2026 = 1'769'904'000'000'000'000;
constexpr std::uint64_t april_2026 = 1'775'001'600'000'000'000;

Cost cost_of(std::string_view provider, std::string_view model, const Usage& usage, std::uint64_t time = 0) {
  const auto cost = PriceTable::built_in().cost(provider, model, usage, time);
  EXPECT_TRUE(cost) << model;
  return cost.value_or(Cost{});
}

/// A file of the test's own that goes with it.
class OverrideFile {
 public:
  explicit OverrideFile(std::string_view text) {
    std::string path = (std::filesystem::temp_directory_path() / "sonde-prices-XXXXXX").string();
    const int descriptor = ::mkstemp(path.data());
    EXPECT_GE(descriptor, 0);
    path_ = path;
    std::ofstream(path_) << text;
  }
  OverrideFile(const OverrideFile&) = delete;
  OverrideFile& operator=(const OverrideFile&) = delete;
  ~OverrideFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Prices, OfCachedTokensAreSetApartFromInput) {
  const Cost cost =
      cost_of("anthropic", "claude-sonnet-4-20250514",
              {.input_tokens = 4740, .output_tokens = 255, .cache_write_input_tokens = 4735}, april_2026);
  EXPECT_DOUBLE_EQ(cost.total, 0.02159625);
  EXPECT_DOUBLE_EQ(cost.input, 0.01777125);
  EXPECT_DOUBLE_EQ(cost.output, 0.003825);
  EXPECT_EQ(cost.formula, "4,735 × $3.75 + 5 × $3.00 + 255 × $15.00 per million tokens");
  EXPECT_EQ(cost.model, "claude-sonnet-4-0");
  EXPECT_EQ(cost.source, "genai-prices 0.1.8");
}

TEST(Prices, OfATierHoldForTheWholeRequestAndOnlyInTheirTime) {
  const Usage usage{.input_tokens = 300'000, .output_tokens = 1'000, .cache_read_input_tokens = 100'000};
  EXPECT_DOUBLE_EQ(cost_of("anthropic", "claude-sonnet-4-6", usage, february_2026).total, 1.2825);
  EXPECT_DOUBLE_EQ(cost_of("anthropic", "claude-sonnet-4-6", usage, april_2026).total,
                   0.2 * 3 + 0.1 * 0.3 + 0.001 * 15);
}

TEST(Prices, AreFoundByTheConventionsNamesOfProviders) {
  const Usage usage{.input_tokens = 1'000'000};
  for (const auto& [provider, model] :
       {std::pair("openai", "gpt-4o-mini-2024-07-18"), std::pair("azure.ai.openai", "gpt-4o-mini"),
        std::pair("gcp.gemini", "gemini-2.5-flash"), std::pair("gcp.vertex_ai", "gemini-2.5-flash"),
        std::pair("mistral_ai", "mistral-large-latest"), std::pair("x_ai", "grok-3"),
        std::pair("deepseek", "deepseek-chat")}) {
    EXPECT_GT(cost_of(provider, model, usage, april_2026).total, 0) << provider;
  }
}

TEST(Prices, AreFoundByTheModelIfTheProviderIsNotKnown) {
  const Usage usage{.input_tokens = 1'000'000};
  EXPECT_EQ(cost_of("", "gpt-4o-mini", usage).total, cost_of("openai", "gpt-4o-mini", usage).total);
  EXPECT_EQ(cost_of("my-gateway", "gpt-4o-mini", usage).total, cost_of("openai", "gpt-4o-mini", usage).total);
}

TEST(Prices, OfWhatIsNotKnownAreNone) {
  const PriceTable& table = PriceTable::built_in();
  EXPECT_FALSE(table.cost("openai", "my-own-model", {.input_tokens = 1}));
  EXPECT_FALSE(table.cost("openai", "", {.input_tokens = 1}));
  EXPECT_FALSE(table.cost("openai", "gpt-4o-mini", {}));
  EXPECT_FALSE(table.cost("openai", std::string(1 << 20, 'x'), {.input_tokens = 1}));
}

TEST(Prices, OfMoreCachedTokensThanThereWereAreThoseOfAllTokens) {
  EXPECT_DOUBLE_EQ(
      cost_of("openai", "gpt-4o-mini", {.input_tokens = 100, .cache_read_input_tokens = 1'000}).total,
      100 * 0.075 / 1e6);
}

TEST(Prices, OfAFileComeBeforeTheBuiltInOnes) {
  const OverrideFile file(R"([{"id":"openai","models":[
      {"id":"gpt-4o-mini","match":{"starts_with":"gpt-4o-mini"},"prices":{"input_mtok":1,"output_mtok":2}}]}])");
  const auto table = PriceTable::with_overrides(file.path());
  ASSERT_TRUE(table) << table.error().message;
  const auto cost =
      table->cost("openai", "gpt-4o-mini", {.input_tokens = 1'000'000, .output_tokens = 500'000});
  ASSERT_TRUE(cost);
  EXPECT_DOUBLE_EQ(cost->total, 2);
  EXPECT_EQ(cost->source, file.path());
  const auto other = table->cost("openai", "gpt-4o", {.input_tokens = 1});
  ASSERT_TRUE(other);
  EXPECT_EQ(other->source, "genai-prices 0.1.8");
}

TEST(Prices, OfAFileMayBeInLiteLlmsForm) {
  const OverrideFile file(R"({"sample_spec":{"input_cost_per_token":1},
      "azure/my-deployment":{"litellm_provider":"azure","input_cost_per_token":1e-6,"output_cost_per_token":4e-6}})");
  const auto table = PriceTable::with_overrides(file.path());
  ASSERT_TRUE(table) << table.error().message;
  for (const std::string_view provider : {"azure.ai.openai", "", "somebody"}) {
    const auto cost = table->cost(provider, "my-deployment", {.input_tokens = 10, .output_tokens = 10});
    ASSERT_TRUE(cost) << provider;
    EXPECT_DOUBLE_EQ(cost->total, 50e-6);
  }
}

TEST(Prices, OfABadFileAreAnErrorThatSaysWhere) {
  EXPECT_THAT(PriceTable::with_overrides("/nowhere/prices.json").error().message,
              testing::HasSubstr("/nowhere/prices.json cannot be opened: No such file"));
  const OverrideFile bad(R"([{"id":"openai","models":[{"id":"gpt-9","match":{"is":"gpt-9"},"prices":{}}]}])");
  EXPECT_THAT(
      PriceTable::with_overrides(bad.path()).error().message,
      testing::AllOf(testing::HasSubstr(bad.path()), testing::HasSubstr("provider openai: model gpt-9"),
                     testing::HasSubstr("starts_with")));
  const OverrideFile no_json("gpt-4o: cheap");
  EXPECT_FALSE(PriceTable::with_overrides(no_json.path()));
}

TEST(TokenEstimate, IsOfTheRightOrder) {
  EXPECT_EQ(estimate_tokens(""), 0);
  EXPECT_EQ(estimate_tokens("The quick brown fox jumps over the lazy dog."), 11);
  EXPECT_EQ(estimate_tokens("你好世界"), 4);
}

}  // namespace
}  // namespace sonde::genai
