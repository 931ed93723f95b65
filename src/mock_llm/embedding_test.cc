#include "mock_llm/embedding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/base64.h"

namespace sonde::mock_llm {
namespace {

double product(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

TEST(Embed, GivesVectorsOfLengthOneAlwaysTheSame) {
  for (const char* const text : {"Dogs bark at night", "", "!?", "the", "one two three one"}) {
    for (const std::size_t dimensions : {1U, 2U, 256U, 1536U}) {
      const std::vector<float> vector = embed(text, dimensions);
      ASSERT_EQ(vector.size(), dimensions);
      EXPECT_NEAR(product(vector, vector), 1, 1e-5) << text << " in " << dimensions;
      EXPECT_EQ(vector, embed(text, dimensions));
    }
  }
}

TEST(Embed, BringsTextsWithTheSameWordsTogether) {
  const auto query = embed("When do dogs bark?", 1536);
  EXPECT_GT(product(query, embed("A dog barks at night.", 1536)), 0.5);
  EXPECT_LT(product(query, embed("Cats sleep in the sun.", 1536)), 0.2);
}

TEST(EmbeddingsJson, SendsTheSameVectorsAsNumbersAndAsBase64) {
  EmbeddingRequest request{.model = "m", .inputs = {"dogs bark", "cats"}, .dimensions = 16};
  const auto numbers = nlohmann::json::parse(embeddings_json(request));
  request.format = EncodingFormat::base64;
  const auto packed = nlohmann::json::parse(embeddings_json(request));
  EXPECT_EQ(numbers["object"], "list");
  EXPECT_EQ(numbers["model"], "mock-embedding-1");
  EXPECT_EQ(numbers["usage"]["prompt_tokens"], 3);
  EXPECT_EQ(numbers["usage"]["total_tokens"], 3);
  ASSERT_EQ(numbers["data"].size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(numbers["data"][i]["index"], i);
    std::string bytes;
    ASSERT_TRUE(base::decode_base64(packed["data"][i]["embedding"].get<std::string>(), bytes));
    std::vector<float> vector(bytes.size() / sizeof(float));
    std::memcpy(vector.data(), bytes.data(), bytes.size());
    EXPECT_EQ(numbers["data"][i]["embedding"].get<std::vector<float>>(), vector);
    EXPECT_EQ(vector, embed(request.inputs[i], 16));
  }
}

}  // namespace
}  // namespace sonde::mock_llm
