#include "genai/clients/recorded_chat.h"

namespace sonde::genai::detail {

void describe(const ChatMessage& message, Messages& messages) {
  messages.add(message.role, message.name);
  if (message.role == "tool") {
    messages.tool_call_response(message.tool_call_id, messages.json(message.content));
    return;
  }
  if (!message.reasoning.empty()) messages.reasoning(message.reasoning);
  if (!message.content.empty()) messages.text(message.content);
  for (const ToolCall& call : message.tool_calls) {
    messages.tool_call(call.id, call.name, messages.json(call.arguments));
  }
}

void record_request(Inference& inference, const ChatRequest& request) {
  inference.record_system_instructions([&](Messages& messages) {
    for (const ChatMessage& message : request.messages) {
      if (message.role == "system") messages.text(message.content);
    }
  });
  inference.record_input([&](Messages& messages) {
    for (const ChatMessage& message : request.messages) {
      if (message.role != "system") describe(message, messages);
    }
  });
  std::vector<ToolDefinition> tools;
  tools.reserve(request.tools.size());
  for (const Tool& tool : request.tools) tools.push_back({.name = tool.name});
  if (!tools.empty()) inference.record_tools(tools);
}

RecordedResponse::RecordedResponse(const ChatResponse& response) {
  for (const ChatChoice& choice : response.choices) {
    reasons.emplace_back(choice.finish_reason.empty() ? std::string_view("error") : choice.finish_reason);
  }
  recorded = {.id = response.id, .model = response.model, .finish_reasons = reasons, .usage = response.usage};
}

void record_output(Inference& inference, const ChatResponse& response) {
  inference.record_output([&](Messages& messages) {
    for (const ChatChoice& choice : response.choices) describe(choice.message, messages);
  });
}

}  // namespace sonde::genai::detail
