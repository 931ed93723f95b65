#include "store/genai_columns.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <unordered_map>

namespace sonde::store {
namespace {

enum class Column : std::uint8_t {
  operation,
  provider,
  request_model,
  response_model,
  conversation_id,
  user_id,
  agent_name,
  tool_name,
  input_tokens,
  output_tokens,
  cache_read_tokens,
  cache_write_tokens,
  reasoning_tokens,
  finish_reasons,
};
constexpr std::size_t column_count = 14;

struct Name {
  std::string_view attribute;
  Column column;
};

/// Of a span's attributes for one column, the one that stands first here counts. Sources: the GenAI semantic
/// conventions of all three generations; OpenInference; OpenLLMetry; the llm.* names of hand-written tracers.
constexpr auto names = std::to_array<Name>({
    {"gen_ai.operation.name", Column::operation},
    {"gen_ai.provider.name", Column::provider},
    {"gen_ai.system", Column::provider},
    {"llm.provider", Column::provider},
    {"llm.system", Column::provider},
    {"gen_ai.request.model", Column::request_model},
    {"llm.request.model_name", Column::request_model},
    {"llm.model", Column::request_model},
    {"gen_ai.response.model", Column::response_model},
    {"llm.response.model_name", Column::response_model},
    {"llm.model_name", Column::response_model},
    {"embedding.model_name", Column::response_model},
    {"gen_ai.conversation.id", Column::conversation_id},
    {"session.id", Column::conversation_id},
    {"langfuse.session.id", Column::conversation_id},
    {"traceloop.association.properties.session_id", Column::conversation_id},
    {"user.id", Column::user_id},
    {"enduser.id", Column::user_id},
    {"langfuse.user.id", Column::user_id},
    {"traceloop.association.properties.user_id", Column::user_id},
    {"gen_ai.agent.name", Column::agent_name},
    {"agent.name", Column::agent_name},
    {"gen_ai.tool.name", Column::tool_name},
    {"tool.name", Column::tool_name},
    {"gen_ai.usage.input_tokens", Column::input_tokens},
    {"gen_ai.usage.prompt_tokens", Column::input_tokens},
    {"llm.usage.prompt_tokens", Column::input_tokens},
    {"llm.token_count.prompt", Column::input_tokens},
    {"llm.prompt_tokens", Column::input_tokens},
    {"gen_ai.usage.output_tokens", Column::output_tokens},
    {"gen_ai.usage.completion_tokens", Column::output_tokens},
    {"llm.usage.completion_tokens", Column::output_tokens},
    {"llm.token_count.completion", Column::output_tokens},
    {"llm.completion_tokens", Column::output_tokens},
    {"gen_ai.usage.cache_read.input_tokens", Column::cache_read_tokens},
    {"gen_ai.usage.cache_read_input_tokens", Column::cache_read_tokens},
    {"llm.token_count.prompt_details.cache_read", Column::cache_read_tokens},
    {"gen_ai.usage.cache_write.input_tokens", Column::cache_write_tokens},
    {"gen_ai.usage.cache_creation.input_tokens", Column::cache_write_tokens},
    {"gen_ai.usage.cache_creation_input_tokens", Column::cache_write_tokens},
    {"llm.token_count.prompt_details.cache_write", Column::cache_write_tokens},
    {"gen_ai.usage.reasoning.output_tokens", Column::reasoning_tokens},
    {"gen_ai.usage.reasoning_tokens", Column::reasoning_tokens},
    {"llm.token_count.completion_details.reasoning", Column::reasoning_tokens},
    {"gen_ai.response.finish_reasons", Column::finish_reasons},
    {"llm.response.finish_reason", Column::finish_reasons},
    {"llm.finish_reason", Column::finish_reasons},
});

/// Positions in `names` by attribute.
const std::unordered_map<std::string_view, std::size_t>& positions() {
  static const auto map = [] {
    std::unordered_map<std::string_view, std::size_t> made;
    for (std::size_t i = 0; i < names.size(); ++i) made.emplace(names[i].attribute, i);
    return made;
  }();
  return map;
}

std::optional<std::int64_t> count(const AttributeValue* value) {
  if (value == nullptr) return std::nullopt;
  if (value->type() == AttributeValue::Type::integer && value->as_integer() >= 0) return value->as_integer();
  // Senders whose numbers are all doubles (JavaScript) say 12.0.
  constexpr double most = 9007199254740992.0;
  if (value->type() != AttributeValue::Type::floating) return std::nullopt;
  const double number = value->as_floating();
  const bool is_in_range = number >= 0 && number <= most;  // which NaN is not
  if (!is_in_range || number != std::floor(number)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

std::string_view text(const AttributeValue* value) {
  const bool is_text = value != nullptr && value->type() == AttributeValue::Type::string;
  return is_text ? value->as_string() : std::string_view();
}

}  // namespace

bool GenAiColumns::is_model_call() const {
  static constexpr std::array calls{std::string_view("chat"), std::string_view("generate_content"),
                                    std::string_view("text_completion"), std::string_view("embeddings")};
  if (!operation.empty()) return std::ranges::find(calls, operation) != calls.end();
  const bool has_model = !request_model.empty() || !response_model.empty();
  return has_model && (input_tokens || output_tokens);
}

GenAiColumns genai_columns(std::span<const Attribute> attributes) {
  std::array<const AttributeValue*, column_count> values{};
  std::array<std::size_t, column_count> ranks{};
  for (const Attribute& attribute : attributes) {
    const auto found = positions().find(attribute.key);
    if (found == positions().end()) continue;
    const auto column = static_cast<std::size_t>(names[found->second].column);
    if (values[column] != nullptr && ranks[column] < found->second) continue;
    values[column] = &attribute.value;
    ranks[column] = found->second;
  }
  const auto value = [&values](Column column) { return values[static_cast<std::size_t>(column)]; };
  const AttributeValue* const finish_reasons = value(Column::finish_reasons);
  return {.operation = text(value(Column::operation)),
          .provider = text(value(Column::provider)),
          .request_model = text(value(Column::request_model)),
          .response_model = text(value(Column::response_model)),
          .conversation_id = text(value(Column::conversation_id)),
          .user_id = text(value(Column::user_id)),
          .agent_name = text(value(Column::agent_name)),
          .tool_name = text(value(Column::tool_name)),
          .input_tokens = count(value(Column::input_tokens)),
          .output_tokens = count(value(Column::output_tokens)),
          .cache_read_tokens = count(value(Column::cache_read_tokens)),
          .cache_write_tokens = count(value(Column::cache_write_tokens)),
          .reasoning_tokens = count(value(Column::reasoning_tokens)),
          .finish_reasons = finish_reasons == nullptr ? AttributeValue() : *finish_reasons};
}

}  // namespace sonde::store
