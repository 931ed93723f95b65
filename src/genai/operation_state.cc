#include "genai/operation_state.h"

#include <algorithm>
#include <new>

#include "base/clock.h"
#include "genai/current_operations.h"
#include "genai/operation_metrics.h"

namespace sonde::genai::detail {
namespace {

/// Of these, one that begins directly inside another is the same work seen from two layers.
bool counts_once(OperationType type) noexcept {
  return type == OperationType::inference || type == OperationType::embeddings ||
         type == OperationType::retrieval || type == OperationType::tool;
}

/// Whether `start` is about what `current` is about already.
bool is_nested_in(const OperationStart& start, OperationState& current) noexcept {
  const bool is_tool_over_mcp = start.type == OperationType::mcp_client &&
                                current.type == OperationType::tool &&
                                start.labels.target_name == "tools/call";
  if (!is_tool_over_mcp && (start.type != current.type || !counts_once(start.type))) return false;
  const std::lock_guard lock(current.mutex);
  if (current.has_ended) return false;
  const SpanContext* const parent = start.parent.resolve();
  return parent != nullptr && parent->trace_id() == current.span.context().trace_id();
}

/// An inference or a tool is counted by the agent it runs for.
void count_in_agent(const OperationState& state) noexcept {
  if (state.type != OperationType::inference && state.type != OperationType::tool) return;
  OperationState* const agent = innermost_agent(state.enclosing.get());
  if (agent == nullptr) return;
  auto& calls = state.type == OperationType::tool ? agent->tool_calls : agent->inference_calls;
  calls.fetch_add(1, std::memory_order_relaxed);
}

std::shared_ptr<OperationState> make_state(const OperationStart& start,
                                           std::shared_ptr<const Instrumentation::State> instrumentation,
                                           std::shared_ptr<OperationState> enclosing) {
  auto state = std::make_shared<OperationState>(start.type, std::move(instrumentation));
  state->enclosing = std::move(enclosing);
  state->start_time = base::Clock::now();
  state->labels = keep(start.labels, state->texts);
  TextStore texts;
  const std::string_view name =
      texts.join({start.labels.operation_name, start.target.empty() ? "" : " ", start.target});
  state->span = state->instrumentation->tracer.start_span(name, {.parent = start.parent,
                                                                 .kind = start.kind,
                                                                 .attributes = start.attributes,
                                                                 .links = start.links,
                                                                 .start_time = state->start_time});
  if (start.type == OperationType::inference && state->instrumentation->captures_on_events() &&
      state->span.is_recording()) {
    state->event = std::make_unique<EventRecord>();
    state->event->set(start.attributes);
  }
  count_in_agent(*state);
  state->instrumentation->metrics.on_start(*state);
  return state;
}

}  // namespace

StartedOperation start_operation(const OperationStart& start,
                                 std::shared_ptr<const Instrumentation::State> instrumentation) noexcept {
  try {
    std::shared_ptr<OperationState> current = current_operation();
    if (current != nullptr && is_nested_in(start, *current)) {
      const std::lock_guard lock(current->mutex);
      set_attributes(*current, start.attributes);
      return {.state = std::move(current), .is_nested = true};
    }
    return {.state = make_state(start, std::move(instrumentation), std::move(current))};
  } catch (const std::bad_alloc&) {
    return {};
  }
}

void set_attributes(OperationState& state, Attributes attributes) noexcept {
  state.span.set_attributes(attributes);
  if (state.event == nullptr) return;
  try {
    state.event->set(attributes);
  } catch (const std::bad_alloc&) {
    state.event = nullptr;  // rather none than one with holes
  }
}

std::shared_ptr<OperationState> current_operation() noexcept {
  const CurrentOperation* const current = Context::current().get(current_operation_key);
  return current == nullptr ? nullptr : current->state;
}

std::shared_ptr<const OperationState> current_agent() noexcept {
  const std::shared_ptr<OperationState> operation = current_operation();
  return {operation, innermost_agent(operation.get())};  // which the innermost operation keeps alive
}

OperationState* innermost_agent(OperationState* operation) noexcept {
  while (operation != nullptr && operation->type != OperationType::agent) {
    operation = operation->enclosing.get();
  }
  return operation;
}

}  // namespace sonde::genai::detail
