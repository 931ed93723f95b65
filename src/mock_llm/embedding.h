#pragma once

// Embeddings without a model: a bag of hashed words. Each key word adds or takes one from the dimension its
// hash names, and the sum is brought to length 1; texts that share words point the same way. The same text
// always gets the same vector, on every machine.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mock_llm/requests.h"

namespace sonde::mock_llm {

/// The model that every embedding says it came from, whatever model was asked for.
inline constexpr std::string_view embedding_model = "mock-embedding-1";

/// A vector of length 1 (within rounding), of at least one dimension.
[[nodiscard]] std::vector<float> embed(std::string_view text, std::size_t dimensions);

/// The body of the answer to `request`.
[[nodiscard]] std::string embeddings_json(const EmbeddingRequest& request);

}  // namespace sonde::mock_llm
