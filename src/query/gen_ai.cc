#include "query/gen_ai.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace sonde::query {
namespace {

using Keys = std::span<const std::string_view>;

// The first key that is there wins.
constexpr std::array<std::string_view, 1> operation_keys{"gen_ai.operation.name"};
constexpr std::array<std::string_view, 4> provider_keys{"gen_ai.provider.name", "gen_ai.system",
                                                        "llm.provider", "llm.system"};
constexpr std::array<std::string_view, 4> model_keys{"gen_ai.response.model", "gen_ai.request.model",
                                                     "llm.model", "llm.model_name"};
constexpr std::array<std::string_view, 4> input_token_keys{
    "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.prompt_tokens", "llm.token_count.prompt"};
constexpr std::array<std::string_view, 4> output_token_keys{
    "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.completion_tokens",
    "llm.token_count.completion"};
constexpr std::array<std::string_view, 2> finish_reason_keys{"gen_ai.response.finish_reasons",
                                                             "llm.finish_reason"};

constexpr std::array<std::string_view, 4> model_call_operations{"chat", "embeddings", "generate_content",
                                                                "text_completion"};

const AttributeValue* find_any(std::span<const Attribute> attributes, Keys keys) {
  for (const std::string_view key : keys) {
    if (const AttributeValue* const value = otlp::find(attributes, key)) return value;
  }
  return nullptr;
}

std::string_view text_of(std::span<const Attribute> attributes, Keys keys) {
  const AttributeValue* const value = find_any(attributes, keys);
  return value != nullptr && value->type() == AttributeValue::Type::string ? value->as_string()
                                                                           : std::string_view();
}

/// Counts arrive as integers, from some SDKs as doubles, and from loosely typed code as text.
std::optional<std::uint64_t> count_of(std::span<const Attribute> attributes, Keys keys) {
  const AttributeValue* const value = find_any(attributes, keys);
  if (value == nullptr) return std::nullopt;
  if (value->type() == AttributeValue::Type::integer && value->as_integer() >= 0) {
    return static_cast<std::uint64_t>(value->as_integer());
  }
  if (value->type() == AttributeValue::Type::floating && value->as_floating() >= 0 &&
      value->as_floating() < 1e18) {
    return static_cast<std::uint64_t>(value->as_floating());
  }
  if (value->type() == AttributeValue::Type::string) {
    const std::string_view digits = value->as_string();
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (error == std::errc() && end == digits.data() + digits.size()) return count;
  }
  return std::nullopt;
}

std::vector<std::string_view> texts_of(std::span<const Attribute> attributes, Keys keys) {
  std::vector<std::string_view> texts;
  const AttributeValue* const value = find_any(attributes, keys);
  if (value == nullptr) return texts;
  if (value->type() == AttributeValue::Type::string) texts.push_back(value->as_string());
  if (value->type() == AttributeValue::Type::array) {
    for (const AttributeValue& item : value->as_array()) {
      if (item.type() == AttributeValue::Type::string) texts.push_back(item.as_string());
    }
  }
  return texts;
}

}  // namespace

bool GenAi::is_model_call() const noexcept {
  if (operation.empty()) return !model.empty();
  return std::ranges::find(model_call_operations, operation) != model_call_operations.end();
}

std::optional<GenAi> read_gen_ai(const otlp::Span& span) {
  const bool mentions_it = std::ranges::any_of(span.attributes, [](const Attribute& attribute) {
    return attribute.key.starts_with("gen_ai.") || attribute.key.starts_with("llm.");
  });
  if (!mentions_it) return std::nullopt;
  return GenAi{.operation = text_of(span.attributes, operation_keys),
               .provider = text_of(span.attributes, provider_keys),
               .model = text_of(span.attributes, model_keys),
               .input_tokens = count_of(span.attributes, input_token_keys),
               .output_tokens = count_of(span.attributes, output_token_keys),
               .finish_reasons = texts_of(span.attributes, finish_reason_keys)};
}

}  // namespace sonde::query
