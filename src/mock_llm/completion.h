#pragma once

// From a checked chat request to what the mock answers, and that answer as the two things a client can ask
// for: one JSON body, or a stream of server-sent events.
//
// The same request always gets the same answer, `n` times over if it asks for n. In order: tool calls if the
// request forces or suggests them, an answer from tool results if there are any, an answer from the documents
// in the prompt; then `response_format`, `stop` and `max_tokens` shape it.
//
// Source: the OpenAI API reference, "The chat completion object" and "... chunk object".

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mock_llm/requests.h"

namespace sonde::mock_llm {

/// The model that every answer says it came from, whatever model was asked for.
inline constexpr std::string_view chat_model = "mock-llm-1";

struct Completion {
  std::string id;
  std::int64_t created = 0;  ///< Seconds since the Unix epoch.
  std::string content;       ///< Empty if there are tool calls.
  std::vector<ToolCall> tool_calls;
  std::string finish_reason;  ///< "stop", "length" or "tool_calls".
  std::size_t choices = 1;    ///< How many times the answer is given.
  std::size_t prompt_tokens = 0;
  std::size_t answer_tokens = 0;  ///< Of one choice.
};

/// `id` is the answer's id and goes into the ids of its tool calls, so it should be new each time.
[[nodiscard]] Completion complete(const ChatRequest& request, std::string id, std::int64_t created);

/// The tokens of a prompt: those of every message's role, text and tool calls and 3 more a message, those of
/// the tools' definitions, and 3 for the answer's beginning.
[[nodiscard]] std::size_t count_prompt_tokens(const ChatRequest& request);

/// The body of an answer that is not streamed.
[[nodiscard]] std::string to_json(const Completion& completion);

/// The events of a streamed answer, one for each token, each ready to be written: "data: {...}\n\n". The last
/// is "data: [DONE]\n\n".
[[nodiscard]] std::vector<std::string> to_events(const Completion& completion, bool include_usage);

}  // namespace sonde::mock_llm
