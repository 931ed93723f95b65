#pragma once

// The bodies of POST /v1/chat/completions and /v1/embeddings, read and checked as strictly as the real
// service checks them, so that a program that works against the mock is not refused elsewhere. Parameters
// that could only steer a model (temperature, seed, penalties) are checked and then have no effect; unknown
// ones are ignored, because other OpenAI-compatible services have their own.
//
// Source: the OpenAI API reference, "Create chat completion" and "Create embeddings".

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mock_llm/api_error.h"

namespace sonde::mock_llm {

struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  ///< JSON text.
};

enum class Role : std::uint8_t { system, user, assistant, tool };

struct Message {
  Role role = Role::user;
  std::string text;  ///< The text parts, a line each; images, sound and files are not looked at.
  std::string tool_call_id;
  std::vector<ToolCall> tool_calls;
};

struct Tool {
  std::string name;
  std::string description;
  std::string parameters;  ///< A JSON Schema as text.
};

enum class ToolChoice : std::uint8_t { none, automatic, required, named };
enum class ResponseFormat : std::uint8_t { text, json_object, json_schema };

struct ChatRequest {
  std::string model;
  std::vector<Message> messages;
  std::vector<Tool> tools;
  ToolChoice tool_choice = ToolChoice::automatic;
  std::string named_tool;  ///< The tool that ToolChoice::named forces.
  bool parallel_tool_calls = true;
  ResponseFormat format = ResponseFormat::text;
  std::string schema;  ///< With ResponseFormat::json_schema: the schema as text.
  std::vector<std::string> stop;
  std::optional<std::size_t> max_tokens;
  std::size_t choices = 1;
  bool stream = false;
  bool include_usage = false;
};

enum class EncodingFormat : std::uint8_t { floating, base64 };

/// A text as its words or as token numbers; the mock makes the same use of both.
struct EmbeddingRequest {
  std::string model;
  std::vector<std::string> inputs;
  std::size_t dimensions = 0;
  EncodingFormat format = EncodingFormat::floating;
};

/// Dimensions of a vector when the request names none: what the most used embedding model has.
inline constexpr std::size_t default_dimensions = 1536;
inline constexpr std::size_t max_dimensions = 4096;

/// The deepest nesting of a request that is accepted.
inline constexpr int max_request_depth = 64;

/// Reads a request, or says which parameter is wrong and why.
[[nodiscard]] std::variant<ChatRequest, ApiError> parse_chat_request(std::string_view body);
[[nodiscard]] std::variant<EmbeddingRequest, ApiError> parse_embedding_request(std::string_view body);

}  // namespace sonde::mock_llm
