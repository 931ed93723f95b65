#pragma once

// One span that a framework opened: the GenAI operation that its class and method mean, or a plain one.

#include <string_view>
#include <variant>

#include "sonde/context.hpp"
#include "sonde/genai/agent.hpp"
#include "sonde/genai/embeddings.hpp"
#include "sonde/genai/framework_span_handler.hpp"
#include "sonde/genai/retrieval.hpp"
#include "sonde/genai/stream.hpp"
#include "sonde/genai/tool.hpp"
#include "sonde/span.hpp"

namespace sonde::genai::detail {

class FrameworkSpan {
 public:
  /// Begins it in the current context.
  FrameworkSpan(std::string_view framework, const FrameworkCall& call,
                const Instrumentation& instrumentation);

  /// The context of what happens inside it; the current one with its span.
  [[nodiscard]] Context inside();

  /// A piece of a streamed answer has come: from the first on, an inference is a stream.
  void on_chunk();
  void add_event(std::string_view name, Attributes attributes) noexcept;

  // Each ends it.
  void end(const AttributeValue& result);
  void fail(std::string_view error_type, std::string_view message) noexcept;
  void abandon() noexcept;

 private:
  using Any = std::variant<Span, Inference, InferenceStream, Embeddings, Retrieval, ToolExecution,
                           AgentInvocation, WorkflowInvocation>;

  [[nodiscard]] static Any start(std::string_view framework, const FrameworkCall& call,
                                 const Instrumentation& instrumentation);
  /// Calls visit(each), which is the Span or the Operation.
  template <class Visit>
  void on_span(Visit visit);

  Any span_;
};

}  // namespace sonde::genai::detail
