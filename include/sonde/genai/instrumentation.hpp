#pragma once

// How GenAI operations are recorded: under which names, with or without what was said, and through which
// providers. An Instrumentation is a handle to that; the operations take the program's own unless given
// another.
//
// Content (prompts, completions, tool arguments) is not recorded unless asked for, by
// OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT or here. What is recorded passes the redaction hook
// first and is cut inside its parts, so that it stays whole as a structure.
//
// Source: semantic-conventions-genai, docs/gen-ai/gen-ai-spans.md (Capturing content); reference
// implementations' environment variables.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sonde/tracer.hpp"

namespace sonde::genai {

class ContentUploader;

/// Where messages, instructions and tool definitions are written.
enum class ContentCapture : std::uint8_t {
  none,            ///< NO_CONTENT
  span,            ///< SPAN_ONLY
  event,           ///< EVENT_ONLY: the event gen_ai.client.inference.operation.details
  span_and_event,  ///< SPAN_AND_EVENT
};

/// Which generation of names is emitted; several at once are possible.
struct Profiles {
  bool newest = true;   ///< semantic-conventions-genai
  bool v1_41 = false;   ///< The metrics of semantic conventions 1.41, which most dashboards still use.
  bool lesson = false;  ///< llm.* attributes and llm.tokens.total, llm.request.duration, llm.requests.active.
};

/// Which piece of content a text is from.
enum class ContentKind : std::uint8_t {
  system_instructions,
  input_message,
  output_message,
  tool_definition,
  tool_arguments,
  tool_result,
  retrieval_query,
  retrieval_document,
  memory,
  prompt_variable,
};

/// Fields left empty are taken from the environment, and failing that are as their comments say.
struct InstrumentationOptions {
  std::optional<ContentCapture> capture = {};  ///< OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT; none
  std::optional<Profiles> profiles = {};       ///< SONDE_GENAI_PROFILES: newest,v1.41,lesson; newest

  /// Structured values as one JSON text each, for backends that cannot read nested attributes.
  bool content_as_json = false;

  /// Where a provider reports no usage, an inference's tokens by a rule of thumb (prices.hpp,
  /// estimate_tokens) over its messages, which are described for that even if they are not captured. Recorded
  /// as sonde.usage.estimated_input_tokens and sonde.usage.estimated_output_tokens, never as usage, and in no
  /// metric.
  bool estimate_tokens = false;

  /// Longer texts are cut, each by itself, and end in "…"; in characters.
  std::size_t max_text_length = std::numeric_limits<std::size_t>::max();

  /// Called for every text before it is recorded or uploaded, on the calling thread; may change it. If it
  /// throws, the text is replaced by "[redaction failed]".
  std::function<void(ContentKind kind, std::string& text)> redact = {};

  /// Takes content elsewhere, whatever `capture` says and whether or not the span is sampled; the spans then
  /// carry references to it. OTEL_INSTRUMENTATION_GENAI_COMPLETION_HOOK; none
  std::shared_ptr<ContentUploader> uploader = {};
};

class Instrumentation {
 public:
  /// Through the global providers, with the options that were configured last.
  [[nodiscard]] static const Instrumentation& global();
  /// Sets the options of global(), for operations that begin from now on. Thread-safe. For a program's start:
  /// each call keeps some kilobytes for good.
  static void configure(InstrumentationOptions options);

  /// An own one. Problems with the environment's values are reported as diagnostics.
  explicit Instrumentation(InstrumentationOptions options);
  ~Instrumentation();
  Instrumentation(const Instrumentation&) = delete;
  Instrumentation& operator=(const Instrumentation&) = delete;

  /// Whether content would be recorded by an operation that is recording; for skipping work.
  [[nodiscard]] bool captures_content() const noexcept;

  struct State;
  /// What operations that begin now are to use.
  [[nodiscard]] std::shared_ptr<const State> state() const noexcept;

 private:
  /// A state that was configured, before which came others. All are kept, so that reading needs no lock.
  struct Configured;

  static Instrumentation& mutable_global();
  void add(InstrumentationOptions options);

  std::atomic<const Configured*> last_{nullptr};
};

}  // namespace sonde::genai
