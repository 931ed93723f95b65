#pragma once

// What one says to a model and what it answers, alike for every provider: the clients (openai.hpp,
// anthropic.hpp, ollama.hpp) put it into their provider's words. What only one provider knows goes into
// `extra_json`, which is merged into the request as it is.
//
// Everything here owns what it holds; values may be kept, copied and sent to other threads.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sonde/genai/usage.hpp"

namespace sonde::genai {

/// A tool that the model asks for.
struct ToolCall {
  std::string id = {};
  std::string name = {};
  std::string arguments = {};  ///< As the model wrote them: a JSON object, mostly.
};

struct ChatMessage {
  std::string role = "user";  ///< system, user, assistant, tool
  std::string content = {};
  std::vector<ToolCall> tool_calls = {};  ///< Of an assistant.
  std::string tool_call_id = {};          ///< Of a tool: which call this answers.
  std::string reasoning = {};             ///< Of an assistant, where the provider shows it.
  std::string name = {};
};

/// A tool that the model may ask for.
struct Tool {
  std::string name = {};
  std::string description = {};
  std::string parameters_json = R"({"type":"object","properties":{}})";  ///< A JSON schema.
};

struct ChatRequest {
  std::string model = {};
  std::vector<ChatMessage> messages = {};
  std::vector<Tool> tools = {};
  std::string tool_choice = {};  ///< auto, none, required, or a tool's name; empty: the provider's default.

  std::optional<std::int64_t> max_tokens = {};
  std::optional<double> temperature = {};
  std::optional<double> top_p = {};
  std::optional<std::int64_t> seed = {};
  std::optional<std::int64_t> choice_count = {};
  std::vector<std::string> stop_sequences = {};
  std::string reasoning_effort = {};

  /// The answer is to be JSON that fits this schema.
  std::string response_schema_json = {};
  std::string response_schema_name = "answer";

  std::string extra_json = {};                            ///< A JSON object.
  std::string conversation_id = {};                       ///< For telemetry only.
  std::optional<std::chrono::milliseconds> timeout = {};  ///< Instead of the client's.
};

struct ChatChoice {
  ChatMessage message = {};
  std::string finish_reason = {};  ///< stop, length, tool_call, content_filter, or the provider's word.
};

struct ChatResponse {
  std::string id = {};
  std::string model = {};
  std::vector<ChatChoice> choices = {};  ///< At least one.
  Usage usage = {};
  std::string json = {};  ///< The answer as it came; of a stream, empty.

  /// What the first choice says.
  [[nodiscard]] const std::string& text() const noexcept { return choices.front().message.content; }
};

/// A piece of a streamed answer.
struct ChatChunk {
  std::string text = {};
  std::string reasoning = {};
  std::uint32_t choice = 0;
};

struct EmbeddingsInput {
  std::string model = {};
  std::vector<std::string> texts = {};
  std::optional<std::int64_t> dimensions = {};
};

struct EmbeddingsResponse {
  std::string model = {};
  std::vector<std::vector<float>> vectors = {};  ///< One a text, in their order.
  std::optional<std::int64_t> input_tokens = {};
};

/// Why a call failed. `type` is a word for grouping, and what the span's error.type says: the provider's code
/// ("rate_limit_exceeded"), the HTTP status ("503"), or timeout, connection_error, cancelled,
/// invalid_response.
struct ApiError {
  std::string type = {};
  std::string message = {};  ///< The provider's, or ours; without secrets.
  unsigned status = 0;       ///< HTTP's; 0 if no answer came.
};

/// The value, or why there is none. Reading the one that is not there is undefined; test first.
template <class T>
class [[nodiscard]] Result {
 public:
  // NOLINTBEGIN(google-explicit-constructor): `return value;` and `return error;` are the point.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(ApiError error) : state_(std::in_place_index<1>, std::move(error)) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  T& operator*() noexcept { return *std::get_if<0>(&state_); }
  const T& operator*() const noexcept { return *std::get_if<0>(&state_); }
  T* operator->() noexcept { return std::get_if<0>(&state_); }
  const T* operator->() const noexcept { return std::get_if<0>(&state_); }
  [[nodiscard]] const ApiError& error() const noexcept { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, ApiError> state_;
};

}  // namespace sonde::genai
