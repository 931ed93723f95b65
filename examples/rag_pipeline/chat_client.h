#pragma once

// A client for OpenAI-compatible chat completions that records every call as a GenAI client span, as the
// OpenTelemetry GenAI semantic conventions describe it.

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sonde/sonde.hpp>

namespace rag {

struct ChatMessage {
  std::string role;
  std::string content;
};

struct ChatOptions {
  std::string base_url = "https://api.openai.com/v1";
  std::string api_key = {};
  std::string model = "gpt-4o-mini";
  double temperature = 0.2;
  int max_tokens = 400;
  bool capture_content = false;  ///< Records what is said too; off by default, for it may be private.
};

/// Options from OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_MODEL and
/// OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT.
[[nodiscard]] ChatOptions chat_options_from_environment();

/// A call that failed. `type` is a word for grouping, as error.type wants it: "429", "timeout".
class ChatError : public std::runtime_error {
 public:
  ChatError(std::string type, const std::string& message)
      : std::runtime_error(message), type_(std::move(type)) {}
  [[nodiscard]] const std::string& type() const noexcept { return type_; }

 private:
  std::string type_;
};

/// Use it from one thread at a time.
class ChatClient {
 public:
  explicit ChatClient(ChatOptions options);

  /// The model's answer. Blocks for up to a minute; throws ChatError.
  [[nodiscard]] std::string complete(const std::vector<ChatMessage>& messages) const;

 private:
  [[nodiscard]] std::string post(const std::string& body, const std::string& traceparent) const;

  ChatOptions options_;
  std::string server_address_;
  int server_port_ = 0;
  sonde::Tracer tracer_;
};

}  // namespace rag
