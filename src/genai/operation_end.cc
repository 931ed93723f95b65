#include "genai/operation_end.h"

#include <new>
#include <utility>

#include "genai/attribute_list.h"
#include "genai/recording.h"
#include "sonde/genai/conventions.hpp"

namespace sonde::genai::detail {
namespace {

bool is_empty(const UploadedContent& content) noexcept {
  return content.system_instructions.empty() && content.input_messages.empty() &&
         content.output_messages.empty() && content.tool_definitions.empty();
}

void upload(OperationState& state) noexcept {
  ContentUploader* const uploader = state.instrumentation->options.uploader.get();
  if (uploader == nullptr || is_empty(state.content)) return;
  const ContentReferences references = uploader->upload(std::move(state.content), state.span.context());
  AttributeList<4> attributes;
  attributes.add_if(attribute::system_instructions_ref, references.system_instructions);
  attributes.add_if(attribute::input_messages_ref, references.input_messages);
  attributes.add_if(attribute::output_messages_ref, references.output_messages);
  attributes.add_if(attribute::tool_definitions_ref, references.tool_definitions);
  set_attributes(state, attributes);
}

void emit_details(const OperationState& state, std::uint64_t time) noexcept {
  if (state.event == nullptr) return;
  state.instrumentation->logger.emit({.severity = Severity::debug,
                                      .event_name = event::inference_details,
                                      .attributes = state.event->attributes(),
                                      .time = time,
                                      .context = state.span.context()});
}

}  // namespace

void fail_operation(OperationState& state, std::string_view error_type, std::string_view message) noexcept {
  if (state.has_ended || !state.labels.error_type.empty()) return;
  try {
    state.labels.error_type = state.texts.keep(error_type);
  } catch (const std::bad_alloc&) {
    state.labels.error_type = "_OTHER";
  }
  const Attribute attribute{attribute::error_type, error_type};
  set_attributes(state, std::span(&attribute, 1));
  state.span.set_status(StatusCode::error, message);
}

void record_exception(OperationState& state, std::string_view type,
                      const std::exception& exception) noexcept {
  const Instrumentation::State& instrumentation = *state.instrumentation;
  if (instrumentation.exceptions_on_spans) state.span.record_exception(exception);
  if (!instrumentation.exceptions_as_events) return;
  instrumentation.logger.emit(
      {.severity = Severity::warn,
       .event_name = event::operation_exception,
       .attributes = {{"exception.type", type}, {"exception.message", exception.what()}},
       .context = state.span.context()});
}

void end_operation(OperationState& state, std::uint64_t time) noexcept {
  if (std::exchange(state.has_ended, true)) return;
  upload(state);
  if (state.estimated_input_tokens || state.estimated_output_tokens) set_estimates(state);
  state.instrumentation->metrics.on_end(state, time);
  emit_details(state, time);
  state.span.end(time);
}

}  // namespace sonde::genai::detail
