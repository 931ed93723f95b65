#include "sonde/genai/agent.hpp"

#include "genai/attribute_list.h"
#include "genai/operation_state.h"
#include "genai/recording.h"
#include "genai/request_parameters.h"

namespace sonde::genai {
namespace {

using detail::OperationType;

detail::StartedOperation start_agent(OperationType type, std::string_view operation,
                                     const AgentRequest& request,
                                     const Instrumentation& instrumentation) noexcept {
  const bool is_remote = !request.provider.empty() || type == OperationType::agent_creation;
  detail::AttributeList<22> list;
  list.add(attribute::operation_name, operation);
  if (is_remote) {
    list.add(attribute::provider_name, request.provider.empty() ? "_OTHER" : request.provider);
    list.add_if(attribute::agent_id, request.id);
    list.add_if(attribute::agent_version, request.version);
    list.add_address(attribute::server_address, request.server_address, attribute::server_port,
                     request.server_port);
  }
  list.add_if(attribute::agent_name, request.name);
  list.add_if(attribute::agent_description, request.description);
  list.add_if(attribute::conversation_id, request.conversation_id);
  list.add_if(attribute::data_source_id, request.data_source_id);
  list.add_if(attribute::request_model, request.model);
  detail::add_request_parameters(request, list);
  return detail::start_operation({.type = type,
                                  .target = request.name,
                                  .kind = is_remote ? SpanKind::client : SpanKind::internal,
                                  .parent = request.parent,
                                  .attributes = list,
                                  .labels = {.operation_name = operation,
                                             .provider = request.provider,
                                             .request_model = request.model,
                                             .server_address = request.server_address,
                                             .server_port = request.server_port,
                                             .target_name = request.name}},
                                 instrumentation.state());
}

/// What a workflow and a plan have: an operation, and the name of what it is of.
struct NamedOperation {
  OperationType type;
  std::string_view operation;
  std::string_view key;  ///< The name's attribute.
  std::string_view name;
  std::string_view conversation_id = {};
};

detail::StartedOperation start_named(const NamedOperation& named, const Parent& parent,
                                     const Instrumentation& instrumentation) noexcept {
  detail::AttributeList<3> list;
  list.add(attribute::operation_name, named.operation);
  list.add_if(named.key, named.name);
  list.add_if(attribute::conversation_id, named.conversation_id);
  return detail::start_operation({.type = named.type,
                                  .target = named.name,
                                  .kind = SpanKind::internal,
                                  .parent = parent,
                                  .attributes = list,
                                  .labels = {.operation_name = named.operation, .target_name = named.name}},
                                 instrumentation.state());
}

}  // namespace

AgentCreation::AgentCreation(const AgentRequest& request, const Instrumentation& instrumentation)
    : ContentOperation(
          start_agent(OperationType::agent_creation, operation::create_agent, request, instrumentation)) {
  if (!request.attributes.empty()) set_attributes(request.attributes);
}

void AgentCreation::set_agent_id(std::string_view id) noexcept { set_attribute(attribute::agent_id, id); }

AgentInvocation::AgentInvocation(const AgentRequest& request, const Instrumentation& instrumentation)
    : ModelOperation(start_agent(OperationType::agent, operation::invoke_agent, request, instrumentation)) {
  if (!request.attributes.empty()) set_attributes(request.attributes);
}

void AgentInvocation::set_usage(const Usage& usage) noexcept {
  if (state() == nullptr) return;
  const std::lock_guard lock(state()->mutex);
  detail::set_usage(*state(), usage);
}

void AgentInvocation::set_finish_reasons(Strings reasons) noexcept {
  set_attribute(attribute::response_finish_reasons, AttributeValue::strings(reasons));
}

WorkflowInvocation::WorkflowInvocation(std::string_view name, std::string_view conversation_id,
                                       const Parent& parent, const Instrumentation& instrumentation)
    : MessageOperation(start_named({OperationType::workflow, operation::invoke_workflow,
                                    attribute::workflow_name, name, conversation_id},
                                   parent, instrumentation)) {}

Plan::Plan(std::string_view agent_name, const Parent& parent, const Instrumentation& instrumentation)
    : Operation(start_named({OperationType::plan, operation::plan, attribute::agent_name, agent_name}, parent,
                            instrumentation)) {}

}  // namespace sonde::genai
