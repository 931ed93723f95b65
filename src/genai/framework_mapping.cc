#include "genai/framework_mapping.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sonde/genai/conventions.hpp"

namespace sonde::genai::detail {
namespace {

using Operation = FrameworkOperation;

/// Where a name must have the text.
enum class Place : std::uint8_t { whole, end, anywhere };

struct Rule {
  std::string_view component;  ///< Empty: any.
  Place component_place;
  std::string_view method;  ///< Without "a", "stream_" and "_" before it; empty: any.
  Operation operation;
};

/// The first that fits counts.
constexpr std::array<Rule, 27> rules = {{
    {"Workflow", Place::end, "run", Operation::workflow},
    {"AgentWorkflow", Place::end, "", Operation::workflow},
    {"AgentRunner", Place::end, "chat", Operation::agent},
    {"AgentRunner", Place::end, "query", Operation::agent},
    {"Agent", Place::end, "chat", Operation::agent},
    {"Agent", Place::end, "run", Operation::agent},
    {"Agent", Place::end, "query", Operation::agent},
    {"AgentExecutor", Place::end, "invoke", Operation::agent},
    {"ChatEngine", Place::end, "", Operation::none},
    {"QueryEngine", Place::end, "", Operation::none},
    {"Synthesizer", Place::end, "", Operation::none},
    {"Tool", Place::end, "call", Operation::tool},
    {"Tool", Place::end, "__call__", Operation::tool},
    {"Tool", Place::end, "run", Operation::tool},
    {"Tool", Place::end, "invoke", Operation::tool},
    {"Retriever", Place::end, "retrieve", Operation::retrieval},
    {"Retriever", Place::end, "get_relevant_documents", Operation::retrieval},
    {"Retriever", Place::end, "invoke", Operation::retrieval},
    {"", Place::anywhere, "get_query_embedding", Operation::embeddings},
    {"", Place::anywhere, "get_text_embedding", Operation::embeddings},
    {"", Place::anywhere, "get_text_embeddings", Operation::embeddings},
    {"", Place::anywhere, "get_text_embedding_batch", Operation::embeddings},
    {"Embeddings", Place::end, "embed_query", Operation::embeddings},
    {"Embeddings", Place::end, "embed_documents", Operation::embeddings},
    {"", Place::anywhere, "chat", Operation::chat},
    {"", Place::anywhere, "complete", Operation::text_completion},
    {"Chat", Place::anywhere, "invoke", Operation::chat},
}};

bool is_at(Place place, std::string_view name, std::string_view text) noexcept {
  switch (place) {
    case Place::whole: return name == text;
    case Place::end: return name.ends_with(text);
    case Place::anywhere: return name.find(text) != std::string_view::npos;
  }
  return false;
}

/// "_astream_chat" without what only says how it is called.
std::string_view bare(std::string_view method) noexcept {
  while (method.starts_with('_') && !method.starts_with("__")) method.remove_prefix(1);
  for (const std::string_view prefix : {"astream_", "stream_"}) {
    if (method.starts_with(prefix)) return method.substr(prefix.size());
  }
  return method;
}

/// Asynchronous methods are named with an "a" before the same name.
bool is_method(std::string_view method, std::string_view rule) noexcept {
  return rule.empty() || method == rule || (method.starts_with('a') && method.substr(1) == rule);
}

}  // namespace

FrameworkOperation framework_operation(std::string_view component, std::string_view method) noexcept {
  const std::string_view name = bare(method);
  const auto* const found = std::find_if(rules.begin(), rules.end(), [&](const Rule& rule) {
    return is_at(rule.component_place, component, rule.component) && is_method(name, rule.method);
  });
  return found == rules.end() ? Operation::none : found->operation;
}

std::string_view framework_provider(std::string_view component) noexcept {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> names = {
      {{"AzureOpenAI", provider::azure_ai_openai},
       {"AzureAI", provider::azure_ai_inference},
       {"OpenAI", provider::openai},
       {"Anthropic", provider::anthropic},
       {"Ollama", provider::ollama},
       {"Bedrock", provider::aws_bedrock},
       {"Vertex", provider::gcp_vertex_ai},
       {"Gemini", provider::gcp_gemini},
       {"GoogleGenAI", provider::gcp_gen_ai},
       {"Mistral", provider::mistral_ai},
       {"Cohere", provider::cohere},
       {"Groq", provider::groq},
       {"DeepSeek", provider::deepseek},
       {"Perplexity", provider::perplexity}}};
  const auto* const found = std::find_if(names.begin(), names.end(), [&](const auto& name) {
    return component.find(name.first) != std::string_view::npos;
  });
  return found == names.end() ? std::string_view() : found->second;
}

}  // namespace sonde::genai::detail
