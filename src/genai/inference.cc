#include "sonde/genai/inference.hpp"

#include <new>
#include <string>

#include "genai/attribute_list.h"
#include "genai/operation_state.h"
#include "genai/recording.h"
#include "genai/request_parameters.h"

namespace sonde::genai {
namespace {

using InferenceAttributes = detail::AttributeList<36>;

void add_lesson(const InferenceRequest& request, InferenceAttributes& list) noexcept {
  list.add_if("llm.provider", request.provider);
  list.add_if("llm.model", request.model);
  list.add_if("llm.temperature", request.temperature);
  list.add_if("llm.max_tokens", request.max_tokens);
}

InferenceAttributes attributes_of(const InferenceRequest& request, const Profiles& profiles) noexcept {
  InferenceAttributes list;
  list.add(attribute::operation_name, request.operation);
  list.add(attribute::provider_name, request.provider.empty() ? "_OTHER" : request.provider);
  list.add_if(attribute::request_model, request.model);
  list.add_address(attribute::server_address, request.server_address, attribute::server_port,
                   request.server_port);
  list.add_if(attribute::conversation_id, request.conversation_id);
  detail::add_request_parameters(request, list);
  list.add_if(attribute::request_top_k, request.top_k);
  list.add_if(attribute::request_reasoning_level, request.reasoning_level);
  if (request.stream) list.add(attribute::request_stream, true);
  if (request.conversation_compacted) list.add(attribute::conversation_compacted, true);
  list.add_if(attribute::prompt_name, request.prompt_name);
  list.add_if(attribute::prompt_version, request.prompt_version);
  list.add_if(attribute::openai_api_type, request.openai_api_type);
  if (request.openai_service_tier != "auto") {
    list.add_if(attribute::openai_request_service_tier, request.openai_service_tier);
  }
  if (profiles.lesson) add_lesson(request, list);
  return list;
}

detail::StartedOperation start(const InferenceRequest& request,
                               const Instrumentation& instrumentation) noexcept {
  auto state = instrumentation.state();
  const Profiles& profiles = *state->options.profiles;
  return detail::start_operation({.type = detail::OperationType::inference,
                                  .target = request.model,
                                  .kind = request.in_process ? SpanKind::internal : SpanKind::client,
                                  .parent = request.parent,
                                  .attributes = attributes_of(request, profiles),
                                  .labels = {.operation_name = request.operation,
                                             .provider = request.provider,
                                             .request_model = request.model,
                                             .server_address = request.server_address,
                                             .server_port = request.server_port}},
                                 std::move(state));
}

using ResponseAttributes = detail::AttributeList<24>;

void add_lesson(const InferenceResponse& response, ResponseAttributes& list) noexcept {
  const Usage& usage = response.usage;
  list.add_if("llm.prompt_tokens", usage.input_tokens);
  list.add_if("llm.completion_tokens", usage.output_tokens);
  if (usage.input_tokens && usage.output_tokens) {
    list.add("llm.total_tokens", *usage.input_tokens + *usage.output_tokens);
  }
  if (!response.finish_reasons.empty()) list.add_if("llm.finish_reason", response.finish_reasons.front());
}

}  // namespace

Inference::Inference(const InferenceRequest& request, const Instrumentation& instrumentation)
    : ModelOperation(start(request, instrumentation)) {
  if (!request.attributes.empty()) set_attributes(request.attributes);
  if (!request.prompt_variables.empty()) detail::record_prompt_variables(state(), request.prompt_variables);
}

bool ContentOperation::records_content() const noexcept { return detail::records_content(state()); }

void ContentOperation::record_messages(ContentKind kind, const Messages& messages) noexcept {
  if (state() == nullptr) return;
  const std::lock_guard lock(state()->mutex);
  detail::record_messages(*state(), kind, messages);
}

void ModelOperation::record_tools(std::span<const ToolDefinition> tools) noexcept {
  detail::record_encoded(
      state(), attribute::tool_definitions,
      [&](detail::ContentEncoder& encoder) { return encoder.tool_definitions(tools); },
      &UploadedContent::tool_definitions);
}

void Inference::set_response(const InferenceResponse& response) noexcept {
  if (state() == nullptr) return;
  detail::OperationState& operation = *state();
  const std::lock_guard lock(operation.mutex);
  if (operation.has_ended) return;
  try {
    if (!response.model.empty()) operation.labels.response_model = operation.texts.keep(response.model);
  } catch (const std::bad_alloc&) {
    operation.labels.response_model = {};
  }
  ResponseAttributes list;
  list.add_if(attribute::response_id, response.id);
  list.add_if(attribute::response_model, response.model);
  list.add_if(attribute::response_finish_reasons, response.finish_reasons);
  list.add_if(attribute::openai_response_service_tier, response.openai_service_tier);
  list.add_if(attribute::openai_response_system_fingerprint, response.openai_system_fingerprint);
  if (operation.instrumentation->options.profiles->lesson) add_lesson(response, list);
  detail::set_attributes(operation, list);
  detail::set_usage(operation, response.usage);
}

}  // namespace sonde::genai
