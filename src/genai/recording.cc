#include "genai/recording.h"

#include "genai/attribute_list.h"
#include "genai/json_values.h"
#include "sonde/genai/conventions.hpp"
#include "sonde/genai/prices.hpp"

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

bool estimates_tokens(const OperationState& state) noexcept {
  return state.type == OperationType::inference && state.instrumentation->options.estimate_tokens;
}

/// Whether content goes anywhere, if the span records.
bool keeps_content(const Instrumentation::State& instrumentation) noexcept {
  return instrumentation.options.uploader != nullptr ||
         *instrumentation.options.capture != ContentCapture::none;
}

/// Of the texts, calls and responses; what images and files come to depends on the model.
std::int64_t estimate(const Messages& messages) {
  std::int64_t tokens = 0;
  for (const Part& part : messages.parts()) {
    const bool is_text = part.type == Part::Type::text || part.type == Part::Type::reasoning ||
                         part.type == Part::Type::compaction;
    if (is_text) tokens += estimate_tokens(part.content);
    if (part.value.type() == AttributeValue::Type::empty) continue;
    std::string json;
    append_json(part.value, json);
    tokens += estimate_tokens(part.name) + estimate_tokens(json);
  }
  return tokens;
}

void add_estimate(OperationState& state, ContentKind kind, const Messages& messages) {
  auto& tokens =
      kind == ContentKind::output_message ? state.estimated_output_tokens : state.estimated_input_tokens;
  tokens = tokens.value_or(0) + estimate(messages);
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

void set_estimates(OperationState& state) noexcept {
  AttributeList<2> list;
  if (!state.usage || !state.usage->input_tokens) {
    list.add_if(attribute::estimated_input_tokens, state.estimated_input_tokens);
  }
  if (!state.usage || !state.usage->output_tokens) {
    list.add_if(attribute::estimated_output_tokens, state.estimated_output_tokens);
  }
  set_attributes(state, list);
}

bool records_content(OperationState* state) noexcept {
  if (state == nullptr) return false;
  if (state->instrumentation->options.uploader != nullptr) return true;
  if (!keeps_content(*state->instrumentation) && !estimates_tokens(*state)) return false;
  const std::lock_guard lock(state->mutex);
  return state->span.is_recording();
}

void record_messages(OperationState& state, ContentKind kind, const Messages& messages) noexcept {
  try {
    if (estimates_tokens(state)) add_estimate(state, kind, messages);
    if (!keeps_content(*state.instrumentation)) return;
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
