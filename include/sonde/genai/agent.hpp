#pragma once

// Agents and what they are part of: workflows, which orchestrate them, and plans, which they make. These
// nest: an agent that calls another is two invocations, and every tool and inference belongs to the innermost
// agent around it, which counts them.
//
// Source: semantic-conventions-genai, gen_ai.create_agent.client, gen_ai.invoke_agent.{client,internal},
// gen_ai.invoke_workflow.internal, gen_ai.plan.internal, and their metrics.

#include "sonde/genai/inference.hpp"

namespace sonde::genai {

/// Views, for the length of the call; what is empty is not recorded.
struct AgentRequest {
  std::string_view name = {};
  std::string_view description = {};
  std::string_view conversation_id = {};
  std::string_view model = {};  ///< Only if the agent uses a single one.
  std::string_view data_source_id = {};
  Parent parent = {};

  // What the agent's inferences are asked with, where that is asked of the agent.
  std::string_view output_type = {};  ///< text, json, image, speech
  std::optional<std::int64_t> max_tokens = {};
  std::optional<double> temperature = {};
  std::optional<double> top_p = {};
  std::optional<double> frequency_penalty = {};
  std::optional<double> presence_penalty = {};
  std::optional<std::int64_t> seed = {};
  std::optional<std::int64_t> choice_count = {};  ///< Recorded if not 1.
  Strings stop_sequences = {};
  std::string_view previous_response_id = {};

  // Only of an agent that a provider runs; `provider` is what tells it from one in this process.
  std::string_view provider = {};
  std::string_view id = {};  ///< The provider's, stable.
  std::string_view version = {};
  std::string_view server_address = {};
  std::uint16_t server_port = 0;

  Attributes attributes = {};
};

/// The making of an agent at a provider.
class AgentCreation : public ContentOperation {
 public:
  explicit AgentCreation(const AgentRequest& request,
                         const Instrumentation& instrumentation = Instrumentation::global());

  template <std::invocable<Messages&> Describe>
  void record_system_instructions(Describe&& describe) {
    record(ContentKind::system_instructions, std::forward<Describe>(describe));
  }

  /// The provider's id of it, once known.
  void set_agent_id(std::string_view id) noexcept;
};

/// A turn of an agent, from its task to its answer.
class AgentInvocation : public ModelOperation {
 public:
  explicit AgentInvocation(const AgentRequest& request,
                           const Instrumentation& instrumentation = Instrumentation::global());

  /// The tokens of all its inferences, if the provider or framework tells.
  void set_usage(const Usage& usage) noexcept;
  void set_finish_reasons(Strings reasons) noexcept;
};

/// A run of several agents or steps.
class WorkflowInvocation : public MessageOperation {
 public:
  explicit WorkflowInvocation(std::string_view name, std::string_view conversation_id = {},
                              const Parent& parent = {},
                              const Instrumentation& instrumentation = Instrumentation::global());
};

/// An agent deciding what to do next; the inference that decides is its child.
class Plan : public Operation {
 public:
  explicit Plan(std::string_view agent_name = {}, const Parent& parent = {},
                const Instrumentation& instrumentation = Instrumentation::global());
};

}  // namespace sonde::genai
