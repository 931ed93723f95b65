#pragma once

// What operations write on their spans besides their request: content, if it is wanted anywhere, and usage.
// The lock is held for set_usage() and record_messages(); the others take it. Content that finds no memory is
// lost, and its operation is not.

#include <new>
#include <string>
#include <string_view>

#include "genai/content.h"
#include "genai/operation_state.h"

namespace sonde::genai::detail {

/// Whether anything would be done with content.
[[nodiscard]] bool records_content(OperationState* state) noexcept;

/// Writes content to wherever the options want it; `piece` is its place in an upload, if it has one. The lock
/// is held.
void record_content(OperationState& state, std::string_view key, const AttributeValue& value,
                    std::string UploadedContent::*piece = nullptr);

/// Content that encode(ContentEncoder&) makes, if it will be recorded.
template <class Encode>
void record_encoded(OperationState* state, std::string_view key, Encode encode,
                    std::string UploadedContent::*piece = nullptr) noexcept {
  if (!records_content(state)) return;
  const std::lock_guard lock(state->mutex);
  try {
    ContentEncoder encoder(state->instrumentation->options);
    record_content(*state, key, encode(encoder), piece);
  } catch (const std::bad_alloc&) {
    return;
  }
}

void record_value(OperationState* state, ContentKind kind, std::string_view key,
                  const AttributeValue& value) noexcept;

/// The same of what a JSON text means, or of the text itself if it is none.
void record_json(OperationState* state, ContentKind kind, std::string_view key,
                 std::string_view json) noexcept;

/// Each variable as an attribute of its own: gen_ai.prompt.variable.user_name.
void record_prompt_variables(OperationState* state, Attributes variables);

/// Messages of an operation that has them: an inference, an agent's invocation.
void record_messages(OperationState& state, ContentKind kind, const Messages& messages) noexcept;

/// Records the estimates of what was not reported. The lock is held.
void set_estimates(OperationState& state) noexcept;

/// Adds what is known of the usage to what was known before.
void set_usage(OperationState& state, const Usage& usage) noexcept;

}  // namespace sonde::genai::detail
