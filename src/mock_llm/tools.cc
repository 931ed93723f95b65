#include "mock_llm/tools.h"

#include <algorithm>
#include <cstddef>
#include <ranges>
#include <set>
#include <string>

#include "mock_llm/schema.h"
#include "mock_llm/text.h"

namespace sonde::mock_llm {
namespace {

constexpr std::size_t words_of_description_to_match = 2;

/// "getWeather" → "get Weather"; underscores and hyphens separate words already.
std::string separate_words(std::string_view name) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  std::string words;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (i > 0 && is_capital(name[i]) && !is_capital(name[i - 1])) words += ' ';
    words += name[i];
  }
  return words;
}

std::size_t shared_words(const std::set<std::string>& asked, std::string_view text) {
  const std::vector<std::string> words = key_words(text);
  const std::set<std::string> distinct(words.begin(), words.end());
  return static_cast<std::size_t>(
      std::ranges::count_if(distinct, [&](const std::string& word) { return asked.contains(word); }));
}

std::vector<const Tool*> matching_tools(const ChatRequest& request, std::string_view text) {
  const std::vector<std::string> words = key_words(text);
  const std::set<std::string> asked(words.begin(), words.end());
  std::vector<const Tool*> by_name;
  const Tool* by_description = nullptr;
  std::size_t most_shared = words_of_description_to_match - 1;
  for (const Tool& tool : request.tools) {
    if (shared_words(asked, separate_words(tool.name)) > 0) by_name.push_back(&tool);
    const std::size_t shared = shared_words(asked, tool.description);
    if (shared > most_shared) {
      most_shared = shared;
      by_description = &tool;
    }
  }
  if (by_name.empty() && by_description != nullptr) return {by_description};
  if (by_name.size() > 1 && !request.parallel_tool_calls) by_name.resize(1);
  return by_name;
}

std::vector<const Tool*> choose_tools(const ChatRequest& request, std::string_view text) {
  if (request.tools.empty() || request.tool_choice == ToolChoice::none) return {};
  if (request.tool_choice == ToolChoice::named) {
    return {&*std::ranges::find(request.tools, request.named_tool, &Tool::name)};
  }
  const bool must_call = request.tool_choice == ToolChoice::required;
  if (!must_call && request.messages.back().role == Role::tool) return {};
  std::vector<const Tool*> tools = matching_tools(request, text);
  if (tools.empty() && must_call) tools.push_back(&request.tools.front());
  return tools;
}

}  // namespace

std::vector<ToolCall> choose_tool_calls(const ChatRequest& request, std::string_view id) {
  const auto asking =
      std::ranges::find(request.messages.rbegin(), request.messages.rend(), Role::user, &Message::role);
  const std::string_view text = asking == request.messages.rend() ? std::string_view() : asking->text;
  std::vector<ToolCall> calls;
  for (const Tool* const tool : choose_tools(request, text)) {
    calls.push_back({"call_" + std::string(id) + "_" + std::to_string(calls.size()), tool->name,
                     fill_schema(tool->parameters, {.text = text, .answer = {}})});
  }
  return calls;
}

}  // namespace sonde::mock_llm
