#pragma once

// Which of the offered tools the mock calls, and with what.

#include <string_view>
#include <vector>

#include "mock_llm/requests.h"

namespace sonde::mock_llm {

/// The tool calls that answer `request`; none if it should be answered with text. A tool is called if
/// tool_choice forces it, or if the last user message holds a word of the tool's name, or two of its
/// description (the best such tool; all that match by name if parallel calls are allowed). A request that
/// ends with tool results calls no more tools unless forced to. Arguments fit the tool's schema, with values
/// from the message. `id` goes into the ids of the calls.
[[nodiscard]] std::vector<ToolCall> choose_tool_calls(const ChatRequest& request, std::string_view id);

}  // namespace sonde::mock_llm
