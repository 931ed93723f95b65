#pragma once

// For frameworks that report what they do by callbacks with ids, such as LlamaIndex's dispatcher or
// LangChain's handlers: spans are opened and closed by id, from any thread, and find their parents by id.
//
//     sonde::genai::FrameworkSpanHandler handler;
//     handler.span_enter("Retriever.retrieve-4f2a", {.component = "VectorIndexRetriever"}, parent_id);
//     ...
//     handler.span_exit("Retriever.retrieve-4f2a");
//
// A span whose exit never comes is ended, marked as abandoned, when its time or the room for open spans runs
// out, or when the handler goes.
//
// Source: LlamaIndex's BaseSpanHandler (span_enter, span_exit, span_drop), made safe.

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "sonde/attribute.hpp"
#include "sonde/genai/instrumentation.hpp"
#include "sonde/span_context.hpp"

namespace sonde::genai {

struct FrameworkSpanHandlerOptions {
  std::string_view framework = {};  ///< Goes before names of spans that are no GenAI operation: llamaindex
  std::size_t max_open_spans = 10'000;
  std::chrono::milliseconds max_age = std::chrono::hours(1);
};

/// What a callback tells. Views, for the length of the call.
struct FrameworkCall {
  std::string_view component =
      {};                        ///< The class of the instance: OpenAI, VectorIndexRetriever, FunctionTool.
  std::string_view method = {};  ///< chat, retrieve, call
  std::string_view name = {};    ///< The instance's own, if it has one: of a tool, an agent, an index.

  /// Of these, "model" (or "model_name"), "provider", "temperature", "max_tokens" and "top_k" are recorded;
  /// and, as content, only when captured, an inference's "messages" ([{"role", "content"}]) or "prompt", a
  /// retrieval's "query" (or "query_str"), and all of a tool's.
  Attributes bound_arguments = {};
};

/// Thread-safe.
class FrameworkSpanHandler {
 public:
  explicit FrameworkSpanHandler(FrameworkSpanHandlerOptions options = {},
                                const Instrumentation& instrumentation = Instrumentation::global());
  ~FrameworkSpanHandler();
  FrameworkSpanHandler(const FrameworkSpanHandler&) = delete;
  FrameworkSpanHandler& operator=(const FrameworkSpanHandler&) = delete;

  /// Opens a span. Its parent is the open or recently closed span `parent_id`, else this thread's current
  /// one. An id that is open already is a new span in its place; the old one ends as abandoned.
  void span_enter(std::string_view id, const FrameworkCall& call, std::string_view parent_id = {}) noexcept;
  /// A piece of a streamed answer has come inside an open span.
  void on_chunk(std::string_view id) noexcept;
  /// Closes a span. `result` is what was returned: of an inference the provider's answer as it came, or a map
  /// that has it as "raw" and, where that does not say it, the "text"; of embeddings a map with their
  /// "dimension_count"; of a retrieval the documents ([{"id", "score", "content"}]); of a tool anything.
  void span_exit(std::string_view id, const AttributeValue& result = {}) noexcept;
  void span_drop(std::string_view id, std::string_view error_type, std::string_view message) noexcept;
  /// Something that happened inside an open span.
  void event(std::string_view id, std::string_view name, Attributes attributes = {}) noexcept;

  /// The context of an open span, for what is instrumented otherwise; invalid if there is none.
  [[nodiscard]] SpanContext context(std::string_view id) const noexcept;
  [[nodiscard]] std::size_t open_spans() const noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace sonde::genai
