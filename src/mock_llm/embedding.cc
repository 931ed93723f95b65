#include "mock_llm/embedding.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "base/base64.h"
#include "base/json_writer.h"
#include "mock_llm/text.h"

namespace sonde::mock_llm {
namespace {

static_assert(std::endian::native == std::endian::little, "base64 embeddings are little-endian floats");

/// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char character : text) {
    value ^= static_cast<std::uint8_t>(character);
    value *= 0x100000001b3;
  }
  return value;
}

void write_numbers(base::JsonWriter& json, const std::vector<float>& vector) {
  json.begin_array();
  for (const float component : vector) {
    std::array<char, 32> digits;
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), component);
    json.raw({digits.data(), result.ptr});
  }
  json.end_array();
}

void write_base64(base::JsonWriter& json, const std::vector<float>& vector) {
  std::vector<std::uint8_t> bytes(vector.size() * sizeof(float));
  std::memcpy(bytes.data(), vector.data(), bytes.size());
  std::string text;
  base::append_base64(bytes, text);
  json.string(text);
}

}  // namespace

std::vector<float> embed(std::string_view text, std::size_t dimensions) {
  std::vector<std::string> words = key_words(text);
  if (words.empty()) words.emplace_back(text);
  std::vector<double> sum(dimensions);
  const auto add = [&](std::string_view word) {
    const std::uint64_t value = hash(word);
    sum[(value >> 1) % dimensions] += (value & 1) != 0 ? 1 : -1;
  };
  for (const std::string& word : words) add(word);
  double squares = 0;
  for (const double component : sum) squares += component * component;
  if (squares == 0) {  // words that cancelled each other out
    add(text);
    squares = 1;
  }
  std::vector<float> vector(dimensions);
  for (std::size_t i = 0; i < dimensions; ++i) vector[i] = static_cast<float>(sum[i] / std::sqrt(squares));
  return vector;
}

std::string embeddings_json(const EmbeddingRequest& request) {
  std::string out;
  base::JsonWriter json(out);
  std::size_t tokens = 0;
  json.begin_object();
  json.key("object").string("list");
  json.key("data").begin_array();
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    tokens += count_tokens(request.inputs[i]);
    const std::vector<float> vector = embed(request.inputs[i], request.dimensions);
    json.begin_object();
    json.key("object").string("embedding");
    json.key("index").unsigned_integer(i);
    json.key("embedding");
    if (request.format == EncodingFormat::base64) {
      write_base64(json, vector);
    } else {
      write_numbers(json, vector);
    }
    json.end_object();
  }
  json.end_array();
  json.key("model").string(embedding_model);
  json.key("usage").begin_object();
  json.key("prompt_tokens").unsigned_integer(tokens);
  json.key("total_tokens").unsigned_integer(tokens);
  json.end_object();
  json.end_object();
  return out;
}

}  // namespace sonde::mock_llm
