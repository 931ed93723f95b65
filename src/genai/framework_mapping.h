#pragma once

// What a framework's class and method mean in the convention's terms, as a table: frameworks name things
// alike, and a new one is a line.

#include <cstdint>
#include <string_view>

namespace sonde::genai::detail {

enum class FrameworkOperation : std::uint8_t {
  none,  ///< Worth a span, but no GenAI operation.
  chat,
  text_completion,
  embeddings,
  retrieval,
  tool,
  agent,
  workflow,
};

/// By the method first, then by the class: "OpenAI", "astream_chat" is a chat.
[[nodiscard]] FrameworkOperation framework_operation(std::string_view component,
                                                     std::string_view method) noexcept;

/// The provider that a class of model client belongs to, by its name: "AzureOpenAI" is azure.ai.openai. Empty
/// if it says nothing.
[[nodiscard]] std::string_view framework_provider(std::string_view component) noexcept;

}  // namespace sonde::genai::detail
