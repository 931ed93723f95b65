#include "sonde/genai/tool.hpp"

#include "genai/attribute_list.h"
#include "genai/operation_state.h"
#include "genai/recording.h"

namespace sonde::genai {
namespace {

detail::StartedOperation start(const ToolRequest& request, const Instrumentation& instrumentation) noexcept {
  // The agent may be known by the operation around; its name must live until the span has started.
  const auto agent = request.agent_name.empty() ? detail::current_agent() : nullptr;
  const std::string_view agent_name = agent == nullptr ? request.agent_name : agent->labels.target_name;
  detail::AttributeList<8> list;
  list.add(attribute::operation_name, operation::execute_tool);
  list.add(attribute::tool_name, request.name.empty() ? "_OTHER" : request.name);
  list.add_if(attribute::tool_type, request.type);
  list.add_if(attribute::tool_call_id, request.call_id);
  list.add_if(attribute::tool_description, request.description);
  list.add_if(attribute::agent_name, agent_name);
  list.add_if(attribute::conversation_id, request.conversation_id);
  return detail::start_operation({.type = detail::OperationType::tool,
                                  .target = request.name,
                                  .kind = SpanKind::internal,
                                  .parent = request.parent,
                                  .attributes = list,
                                  .labels = {.operation_name = operation::execute_tool,
                                             .target_name = request.name.empty() ? "_OTHER" : request.name,
                                             .tool_type = request.type}},
                                 instrumentation.state());
}

}  // namespace

ToolExecution::ToolExecution(const ToolRequest& request, const Instrumentation& instrumentation)
    : Operation(start(request, instrumentation)) {
  if (!request.attributes.empty()) set_attributes(request.attributes);
  if (request.arguments.type() != AttributeValue::Type::empty) {
    detail::record_value(state(), ContentKind::tool_arguments, attribute::tool_call_arguments,
                         request.arguments);
  } else if (!request.arguments_json.empty()) {
    detail::record_json(state(), ContentKind::tool_arguments, attribute::tool_call_arguments,
                        request.arguments_json);
  }
}

void ToolExecution::record_result(const AttributeValue& result) noexcept {
  detail::record_value(state(), ContentKind::tool_result, attribute::tool_call_result, result);
}

}  // namespace sonde::genai
