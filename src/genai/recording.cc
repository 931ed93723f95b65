#include "genai/recording.h"

#include "genai/attribute_list.h"
#include "genai/json_values.h"
#include "sonde/genai/conventions.hpp"

namespace sonde::genai::detail {
namespace {

void merge(std::optional<std::int64_t>& into, const std::optional<std::int64_t>& from) noexcept {
  if (from) into = from;
}

void merge(Usage& into, const Usage& from) noexcept {
  merge(into.input_tokens, from.input_tokens);
  merge(into.output_tokens, from.output_tokens);
  merge(into.cache_read_input_tokens, from.cache_read_input_tokens);
  merge(into.cache_write_input_tokens, from.cache_write_input_tokens);
  merge(into.reasoning_output_tokens, from.reasoning_output_tokens);
  merge(into.input.text, from.input.text);
  merge(into.input.image, from.input.image);
  merge(into.input.audio, from.input.audio);
  merge(into.output.text, from.output.text);
  merge(into.output.image, from.output.image);
  merge(into.output.audio, from.output.audio);
  merge(into.cache_read.text, from.cache_read.text);
  merge(into.cache_read.image, from.cache_read.image);
  merge(into.cache_read.audio, from.cache_read.audio);
}

}  // namespace

void record_content(OperationState& state, std::string_view key, const AttributeValue& value,
                    std::string UploadedContent::*piece) {
  const Instrumentation::State& instrumentation = *state.instrumentation;
  const bool goes_to_span = instrumentation.captures_on_spans() && state.span.is_recording();
  if (state.event != nullptr) {
    const Attribute attribute{key, value};
    state.event->set(std::span(&attribute, 1));
  }
  std::string json;
  if (piece != nullptr && instrumentation.options.uploader != nullptr) {
    append_json(value, json);
    state.content.*piece = json;
  }
  if (!goes_to_span) return;
  const bool is_structured =
      value.type() == AttributeValue::Type::array || value.type() == AttributeValue::Type::map;
  if (!instrumentation.options.content_as_json || !is_structured) return state.span.set_attribute(key, value);
  if (json.empty()) append_json(value, json);
  state.span.set_attribute(key, json);
}

void record_value(OperationState* state, ContentKind kind, std::string_view key,
                  const AttributeValue& value) noexcept {
  record_encoded(state, key, [&](ContentEncoder& encoder) { return encoder.value(kind, value); });
}

void record_json(OperationState* state, ContentKind kind, std::string_view key,
                 std::string_view json) noexcept {
  if (!records_content(state)) return;
  try {
    ValueStore values;
    record_value(state, kind, key, parse_json(json, values));
  } catch (const std::bad_alloc&) {
    return;
  }
}

void record_prompt_variables(OperationState* state, Attributes variables) {
  for (const Attribute& variable : variables) {
    std::string key(attribute::prompt_variable_prefix);
    key += variable.key;
    record_value(state, ContentKind::prompt_variable, key, variable.value);
  }
}

void set_usage(OperationState& state, const Usage& usage) noexcept {
  if (state.usage) {
    merge(*state.usage, usage);
  } else if (usage.input_tokens || usage.output_tokens) {
    state.usage = usage;
  }
  AttributeList<14> list;
  list.add_if(attribute::usage_input_tokens, usage.input_tokens);
  list.add_if(attribute::usage_output_tokens, usage.output_tokens);
  list.add_if(attribute::usage_cache_read_input_tokens, usage.cache_read_input_tokens);
  list.add_if(attribute::usage_cache_write_input_tokens, usage.cache_write_input_tokens);
  list.add_if(attribute::usage_reasoning_output_tokens, usage.reasoning_output_tokens);
  list.add_if(attribute::usage_text_input_tokens, usage.input.text);
  list.add_if(attribute::usage_image_input_tokens, usage.input.image);
  list.add_if(attribute::usage_audio_input_tokens, usage.input.audio);
  list.add_if(attribute::usage_text_output_tokens, usage.output.text);
  list.add_if(attribute::usage_image_output_tokens, usage.output.image);
  list.add_if(attribute::usage_audio_output_tokens, usage.output.audio);
  list.add_if(attribute::usage_text_cache_read_input_tokens, usage.cache_read.text);
  list.add_if(attribute::usage_image_cache_read_input_tokens, usage.cache_read.image);
  list.add_if(attribute::usage_audio_cache_read_input_tokens, usage.cache_read.audio);
  set_attributes(state, list);
}

bool records_content(OperationState* state) noexcept {
  if (state == nullptr) return false;
  if (state->instrumentation->options.uploader != nullptr) return true;
  if (*state->instrumentation->options.capture == ContentCapture::none) return false;
  const std::lock_guard lock(state->mutex);
  return state->span.is_recording();
}

void record_messages(OperationState& state, ContentKind kind, const Messages& messages) noexcept {
  try {
    ContentEncoder encoder(state.instrumentation->options);
    switch (kind) {
      case ContentKind::system_instructions:
        return record_content(state, attribute::system_instructions, encoder.system_instructions(messages),
                              &UploadedContent::system_instructions);
      case ContentKind::input_message:
        return record_content(state, attribute::input_messages, encoder.messages(kind, messages),
                              &UploadedContent::input_messages);
      default:
        return record_content(state, attribute::output_messages, encoder.messages(kind, messages),
                              &UploadedContent::output_messages);
    }
  } catch (const std::bad_alloc&) {
    return;  // the content is lost; the operation is not
  }
}

}  // namespace sonde::genai::detail
