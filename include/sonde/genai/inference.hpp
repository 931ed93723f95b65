#pragma once

// A call of a model: chat, completion, generation.
//
//     sonde::genai::Inference chat({.provider = "openai", .model = "gpt-4o-mini", .temperature = 0.2});
//     const auto scope = chat.make_current();
//     chat.record_input([&](auto& messages) { messages.add("user").text(question); });
//     const Answer answer = client.ask(question);
//     chat.set_response({.id = answer.id, .model = answer.model, .finish_reasons = {{"stop"}},
//                        .usage = {.input_tokens = answer.prompt_tokens, .output_tokens = answer.tokens}});
//
// For streamed answers see stream.hpp.
//
// Source: semantic-conventions-genai, gen_ai.client.inference, and its metrics.

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sonde/genai/conventions.hpp"
#include "sonde/genai/message.hpp"
#include "sonde/genai/operation.hpp"
#include "sonde/genai/usage.hpp"

namespace sonde::genai {

/// A list of strings: views, for the length of the call.
class Strings : public std::span<const std::string_view> {
 public:
  using std::span<const std::string_view>::span;
  // NOLINTNEXTLINE(google-explicit-constructor): {.stop_sequences = {{"END"}}} is the point.
  constexpr Strings(std::initializer_list<std::string_view> list) noexcept
      : std::span<const std::string_view>(list.begin(), list.size()) {}
};

/// What is asked of the model. Views, for the length of the call. What is empty is not recorded.
struct InferenceRequest {
  std::string_view provider = {};                ///< Required; see conventions.hpp.
  std::string_view model = {};                   ///< Required if there is one.
  std::string_view operation = operation::chat;  ///< Or generate_content, text_completion.
  Parent parent = {};
  bool in_process = false;  ///< The model runs in this process: kind internal.

  std::string_view server_address = {};
  std::uint16_t server_port = 0;
  std::string_view conversation_id = {};  ///< Only one that the application has anyway.
  std::string_view output_type = {};      ///< text, json, image, speech
  bool stream = false;

  std::optional<std::int64_t> max_tokens = {};
  std::optional<double> temperature = {};
  std::optional<double> top_p = {};
  std::optional<std::int64_t> top_k = {};
  std::optional<double> frequency_penalty = {};
  std::optional<double> presence_penalty = {};
  std::optional<std::int64_t> seed = {};
  std::optional<std::int64_t> choice_count = {};  ///< Recorded if not 1.
  Strings stop_sequences = {};
  std::string_view reasoning_level = {};
  std::string_view previous_response_id = {};
  bool conversation_compacted = false;
  std::string_view prompt_name = {};
  std::string_view prompt_version = {};
  Attributes prompt_variables = {};           ///< Content: recorded only when captured.
  std::string_view openai_api_type = {};      ///< chat_completions, responses
  std::string_view openai_service_tier = {};  ///< Recorded if not auto.
  Attributes attributes = {};                 ///< The application's own.
};

/// What came back. Views, for the length of the call. What is empty is not recorded.
struct InferenceResponse {
  std::string_view id = {};
  std::string_view model = {};
  Strings finish_reasons = {};  ///< One a choice: stop, length, content_filter, tool_call, error.
  Usage usage = {};
  std::string_view openai_service_tier = {};
  std::string_view openai_system_fingerprint = {};
};

/// An operation with messages. They are content, given by calls that describe them and that run only if they
/// will be recorded or uploaded; such a call may throw nothing but std::bad_alloc.
class ContentOperation : public Operation {
 public:
  /// Whether messages would be written down; record_input() and its like ask this first.
  [[nodiscard]] bool records_content() const noexcept;

 protected:
  using Operation::Operation;

  template <class Describe>
  void record(ContentKind kind, Describe&& describe) {
    if (!records_content()) return;
    Messages messages;
    std::forward<Describe>(describe)(messages);
    record_messages(kind, messages);
  }

 private:
  void record_messages(ContentKind kind, const Messages& messages) noexcept;
};

/// One into which messages go and out of which they come.
class MessageOperation : public ContentOperation {
 public:
  template <std::invocable<Messages&> Describe>
  void record_input(Describe&& describe) {
    record(ContentKind::input_message, std::forward<Describe>(describe));
  }
  template <std::invocable<Messages&> Describe>
  void record_output(Describe&& describe) {
    record(ContentKind::output_message, std::forward<Describe>(describe));
  }

 protected:
  using ContentOperation::ContentOperation;
};

/// One that a model does, which has instructions and tools besides.
class ModelOperation : public MessageOperation {
 public:
  template <std::invocable<Messages&> Describe>
  void record_system_instructions(Describe&& describe) {
    record(ContentKind::system_instructions, std::forward<Describe>(describe));
  }
  void record_tools(std::span<const ToolDefinition> tools) noexcept;

 protected:
  using MessageOperation::MessageOperation;
};

class Inference : public ModelOperation {
 public:
  explicit Inference(const InferenceRequest& request,
                     const Instrumentation& instrumentation = Instrumentation::global());

  /// What is known by now; may be called again as more becomes known.
  void set_response(const InferenceResponse& response) noexcept;

 private:
  friend class InferenceStream;
};

}  // namespace sonde::genai
