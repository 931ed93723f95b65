#pragma once

// What stands behind an Operation handle. The state is shared by the handle, by the contexts in which the
// operation was made current, and by the operations inside it, which add to it (a nested one of the same
// type) or are counted by it (an agent's inferences and tools). So it is locked on every use; the lock is
// almost never contended, and the calls are few.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "genai/event_record.h"
#include "genai/instrumentation_state.h"
#include "genai/operation_labels.h"
#include "sonde/context.hpp"
#include "sonde/genai/content_uploader.hpp"
#include "sonde/genai/usage.hpp"
#include "sonde/span.hpp"

namespace sonde::genai::detail {

enum class OperationType : std::uint8_t {
  inference,
  embeddings,
  retrieval,
  tool,
  memory,
  agent_creation,
  agent,
  workflow,
  plan,
  fetch_response,
  mcp_client,
  mcp_server,
};

struct OperationState {
  OperationState(OperationType operation_type,
                 std::shared_ptr<const Instrumentation::State> instrumentation_state)
      : type(operation_type), instrumentation(std::move(instrumentation_state)) {}

  const OperationType type;
  const std::shared_ptr<const Instrumentation::State> instrumentation;
  std::shared_ptr<OperationState> enclosing = {};  ///< The operation that was current when this began.
  std::atomic<std::uint32_t> inference_calls{0};   ///< Of an agent.
  std::atomic<std::uint32_t> tool_calls{0};

  std::mutex mutex;  ///< Guards what follows.
  Span span;
  bool has_ended = false;
  std::uint64_t start_time = 0;
  TextStore texts;
  OperationLabels labels;
  std::optional<Usage> usage;
  std::optional<std::int64_t> estimated_input_tokens;  ///< Only if asked for.
  std::optional<std::int64_t> estimated_output_tokens;
  std::unique_ptr<EventRecord> event;  ///< Only if there will be one.
  UploadedContent content;             ///< Gathered for the uploader.
  std::optional<Context> context;      ///< What it runs in, if that is not what was current when it began.
};

/// Sets them on the span, and in the event if there will be one. The lock is held.
void set_attributes(OperationState& state, Attributes attributes) noexcept;

/// What is known of an operation when it begins. Views.
struct OperationStart {
  OperationType type;
  std::string_view target;  ///< What its span's name says after the operation's.
  SpanKind kind = SpanKind::client;
  const Parent& parent;
  Attributes attributes;
  OperationLabels labels;
  std::span<const SpanLink> links = {};
};

/// The state of a new operation; of the current one, which the new one is to add to; or of one that records
/// nothing, if memory is exhausted.
struct StartedOperation {
  std::shared_ptr<OperationState> state;
  bool is_nested = false;  ///< It adds to one that is there already.
};
[[nodiscard]] StartedOperation start_operation(
    const OperationStart& start, std::shared_ptr<const Instrumentation::State> instrumentation) noexcept;

/// The innermost operation that is current on this thread, or null.
[[nodiscard]] std::shared_ptr<OperationState> current_operation() noexcept;

/// The innermost agent from `operation` outwards, itself among them, or null; of null it is null.
[[nodiscard]] OperationState* innermost_agent(OperationState* operation) noexcept;

/// The innermost agent around what happens on this thread, or null.
[[nodiscard]] std::shared_ptr<const OperationState> current_agent() noexcept;

}  // namespace sonde::genai::detail
