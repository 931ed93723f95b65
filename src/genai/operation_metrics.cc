#include "genai/operation_metrics.h"

#include <vector>

#include "genai/attribute_list.h"
#include "genai/operation_state.h"
#include "sonde/genai/conventions.hpp"
#include "sonde/meter_provider.hpp"
#include "sonde/version.hpp"

namespace sonde::genai::detail {
namespace {

using Buckets = std::vector<double>;

Buckets duration_buckets() {
  return {0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92};
}
Buckets token_buckets() {
  return {1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864};
}
Buckets agent_buckets() { return {0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6}; }
Buckets call_buckets() { return {1, 2, 4, 8, 16, 32, 64, 128}; }
Buckets workflow_buckets() { return {1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200}; }
Buckets mcp_buckets() { return {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300}; }

Histogram<double> seconds(const Meter& meter, std::string_view name, Buckets buckets,
                          std::string_view description) {
  return meter.create_histogram(
      name, {.unit = "s", .description = description, .explicit_bucket_boundaries = std::move(buckets)});
}

Histogram<std::int64_t> counts(const Meter& meter, std::string_view name, std::string_view unit,
                               Buckets buckets, std::string_view description) {
  return meter.create_histogram<std::int64_t>(
      name, {.unit = unit, .description = description, .explicit_bucket_boundaries = std::move(buckets)});
}

Counter<std::int64_t> tokens(const Meter& meter, std::string_view name, std::string_view description) {
  return meter.create_counter(name, {.unit = "{token}", .description = description});
}

constexpr double to_seconds(std::uint64_t nanoseconds) noexcept {
  return static_cast<double>(nanoseconds) * 1e-9;
}

using Group = AttributeList<9>;

/// What every metric of a model call is grouped by.
Group model_group(const OperationState& state) noexcept {
  const OperationLabels& labels = state.labels;
  Group group;
  group.add(attribute::operation_name, labels.operation_name);
  group.add_if(attribute::provider_name, labels.provider);
  group.add_if(attribute::request_model, labels.request_model);
  group.add_if(attribute::response_model, labels.response_model);
  group.add_address(attribute::server_address, labels.server_address, attribute::server_port,
                    labels.server_port);
  return group;
}

Group with(Group group, std::string_view key, std::string_view value) noexcept {
  group.add_if(key, value);
  return group;
}

/// The name of the agent an operation runs in, or nothing.
std::string_view enclosing_agent(const OperationState& state) noexcept {
  const OperationState* const agent = innermost_agent(state.enclosing.get());
  return agent == nullptr ? std::string_view() : agent->labels.target_name;
}

constexpr std::string_view unknown_modality = "unknown";

bool are_told_apart(const Usage::Modalities& parts) noexcept {
  return parts.text || parts.image || parts.audio;
}

/// Calls count(tokens, modality) for each modality that was told apart, and for what is left as "text" if
/// some were, else as "unknown".
template <class Count>
void by_modality(std::int64_t all, const Usage::Modalities& parts, Count count) noexcept {
  std::int64_t left = all;
  const auto part = [&](const std::optional<std::int64_t>& tokens, std::string_view modality) {
    if (!tokens) return;
    count(*tokens, modality);
    left -= *tokens;
  };
  part(parts.text, "text");
  part(parts.image, "image");
  part(parts.audio, "audio");
  if (!are_told_apart(parts) || left > 0) count(left > 0 ? left : 0, unknown_modality);
}

}  // namespace

OperationMetrics::OperationMetrics(const Profiles& profiles) : profiles_(profiles) {
  const Meter meter = get_meter("sonde.genai", version());
  create_for_agents(meter);
  if (profiles.newest) create_newest(meter);
  if (profiles.v1_41) create_v1_41(meter);
  if (profiles.lesson) create_lesson(meter);
}

void OperationMetrics::create_newest(const Meter& meter) {
  inference_duration_ = seconds(meter, "gen_ai.client.inference.duration", duration_buckets(),
                                "Duration of inferences, retries and streaming included.");
  time_to_first_chunk_ = seconds(meter, "gen_ai.client.inference.time_to_first_chunk", duration_buckets(),
                                 "Time from a streaming request to its first chunk.");
  time_per_output_chunk_ = seconds(meter, "gen_ai.client.inference.time_per_output_chunk", duration_buckets(),
                                   "Time from one chunk of a stream to the next.");
  input_tokens_ = tokens(meter, "gen_ai.client.inference.usage.input_tokens", "Input tokens used.");
  output_tokens_ = tokens(meter, "gen_ai.client.inference.usage.output_tokens", "Output tokens used.");
  cache_read_input_tokens_ = tokens(meter, "gen_ai.client.inference.usage.cache_read.input_tokens",
                                    "Of the input tokens, those read from a cache.");
  cache_write_input_tokens_ = tokens(meter, "gen_ai.client.inference.usage.cache_write.input_tokens",
                                     "Of the input tokens, those written to a cache.");
  reasoning_output_tokens_ = tokens(meter, "gen_ai.client.inference.usage.reasoning.output_tokens",
                                    "Of the output tokens, those of reasoning.");
  operation_input_tokens_ = counts(meter, "gen_ai.client.inference.operation.input_tokens", "{token}",
                                   token_buckets(), "Input tokens of an inference.");
  operation_output_tokens_ = counts(meter, "gen_ai.client.inference.operation.output_tokens", "{token}",
                                    token_buckets(), "Output tokens of an inference.");
  embeddings_duration_ =
      seconds(meter, "gen_ai.client.embeddings.duration", duration_buckets(), "Duration of embeddings.");
  embeddings_input_tokens_ = counts(meter, "gen_ai.client.embeddings.operation.input_tokens", "{token}",
                                    token_buckets(), "Input tokens of embeddings.");
  invoke_agent_inference_calls_ = counts(meter, "gen_ai.invoke_agent.inference_calls", "{inference_call}",
                                         call_buckets(), "Inferences of an agent's invocation.");
  invoke_agent_tool_calls_ = counts(meter, "gen_ai.invoke_agent.tool_calls", "{tool_call}", call_buckets(),
                                    "Tools run in an agent's invocation.");
}

void OperationMetrics::create_for_agents(const Meter& meter) {
  invoke_agent_duration_ =
      seconds(meter, "gen_ai.invoke_agent.duration", agent_buckets(), "Duration of agents' invocations.");
  invoke_workflow_duration_ =
      seconds(meter, "gen_ai.invoke_workflow.duration", workflow_buckets(), "Duration of workflows.");
  execute_tool_duration_ =
      seconds(meter, "gen_ai.execute_tool.duration", duration_buckets(), "Duration of tools.");
  mcp_client_operation_duration_ = seconds(meter, "mcp.client.operation.duration", mcp_buckets(),
                                           "Duration of MCP requests, at the client.");
  mcp_server_operation_duration_ = seconds(meter, "mcp.server.operation.duration", mcp_buckets(),
                                           "Duration of MCP requests, at the server.");
}

void OperationMetrics::create_v1_41(const Meter& meter) {
  operation_duration_ =
      seconds(meter, "gen_ai.client.operation.duration", duration_buckets(), "GenAI operation duration.");
  token_usage_ = counts(meter, "gen_ai.client.token.usage", "{token}", token_buckets(),
                        "Number of input and output tokens used.");
  operation_time_to_first_chunk_ = seconds(meter, "gen_ai.client.operation.time_to_first_chunk",
                                           duration_buckets(), "Time to the first chunk.");
  operation_time_per_output_chunk_ = seconds(meter, "gen_ai.client.operation.time_per_output_chunk",
                                             duration_buckets(), "Time per output chunk.");
}

void OperationMetrics::create_lesson(const Meter& meter) {
  lesson_tokens_total_ =
      meter.create_counter("llm.tokens.total", {.unit = "tokens", .description = "Total tokens consumed"});
  lesson_request_duration_ =
      meter.create_histogram("llm.request.duration", {.unit = "ms", .description = "LLM request latency"});
  lesson_requests_active_ = meter.create_up_down_counter(
      "llm.requests.active", {.unit = "requests", .description = "Currently active LLM requests"});
}

void OperationMetrics::on_start(const OperationState& state) const noexcept {
  if (state.type == OperationType::inference && profiles_.lesson) {
    lesson_requests_active_.add(1, {{"model", state.labels.request_model}});
  }
}

void OperationMetrics::on_end(const OperationState& state, std::uint64_t end_time) const noexcept {
  const double seconds = to_seconds(end_time > state.start_time ? end_time - state.start_time : 0);
  if (profiles_.v1_41) record_v1_41(state, seconds);
  switch (state.type) {
    case OperationType::inference:
      if (profiles_.newest) record_inference(state, seconds);
      if (profiles_.lesson) record_lesson(state, seconds);
      break;
    case OperationType::agent: record_agent(state, seconds); break;
    default: record_named(state, seconds); break;
  }
}

void OperationMetrics::on_first_chunk(const OperationState& state, std::uint64_t after) const noexcept {
  const Group group = model_group(state);
  time_to_first_chunk_.record(to_seconds(after), group);
  operation_time_to_first_chunk_.record(to_seconds(after), group);
}

void OperationMetrics::on_next_chunk(const OperationState& state, std::uint64_t after) const noexcept {
  const Group group = model_group(state);
  time_per_output_chunk_.record(to_seconds(after), group);
  operation_time_per_output_chunk_.record(to_seconds(after), group);
}

const StreamSeries* OperationMetrics::stream_series(const OperationState& state) const noexcept {
  return stream_series_.find_or_make(state.labels, [&]() -> StreamSeries {
    const Group group = model_group(state);
    return {time_to_first_chunk_.bind(group), time_per_output_chunk_.bind(group),
            operation_time_to_first_chunk_.bind(group), operation_time_per_output_chunk_.bind(group)};
  });
}

void InferenceSeries::record(double seconds, const std::optional<Usage>& usage) const noexcept {
  duration.record(seconds);
  if (!usage) return;
  const auto count = [](const std::optional<std::int64_t>& number,
                        const BoundCounter<std::int64_t>& counter) {
    if (number) counter.add(*number);
  };
  count(usage->input_tokens, input_tokens);
  count(usage->output_tokens, output_tokens);
  count(usage->cache_read_input_tokens, cache_read_input_tokens);
  count(usage->cache_write_input_tokens, cache_write_input_tokens);
  count(usage->reasoning_output_tokens, reasoning_output_tokens);
  if (usage->input_tokens) operation_input_tokens.record(*usage->input_tokens);
  if (usage->output_tokens) operation_output_tokens.record(*usage->output_tokens);
}

InferenceSeries OperationMetrics::bind_inference(const OperationState& state) const noexcept {
  const Group group = model_group(state);
  const Group tokens = with(group, attribute::token_modality, unknown_modality);
  return {.duration = inference_duration_.bind(group),
          .input_tokens = input_tokens_.bind(tokens),
          .output_tokens = output_tokens_.bind(tokens),
          .cache_read_input_tokens = cache_read_input_tokens_.bind(tokens),
          .cache_write_input_tokens = cache_write_input_tokens_.bind(tokens),
          .reasoning_output_tokens = reasoning_output_tokens_.bind(tokens),
          .operation_input_tokens = operation_input_tokens_.bind(group),
          .operation_output_tokens = operation_output_tokens_.bind(group)};
}

void OperationMetrics::record_inference(const OperationState& state, double seconds) const noexcept {
  const bool is_usual =
      state.labels.error_type.empty() &&
      !(state.usage && (are_told_apart(state.usage->input) || are_told_apart(state.usage->output)));
  const InferenceSeries* const series =
      is_usual ? inference_series_.find_or_make(state.labels, [&] { return bind_inference(state); })
               : nullptr;
  if (series == nullptr) return record_inference_slowly(state, seconds);
  series->record(seconds, state.usage);
}

void OperationMetrics::record_inference_slowly(const OperationState& state, double seconds) const noexcept {
  const Group group = model_group(state);
  const Group with_error = with(group, attribute::error_type, state.labels.error_type);
  inference_duration_.record(seconds, with_error);
  if (!state.usage) return;
  record_usage(state, group);
  if (state.usage->input_tokens) operation_input_tokens_.record(*state.usage->input_tokens, with_error);
  if (state.usage->output_tokens) operation_output_tokens_.record(*state.usage->output_tokens, with_error);
}

void OperationMetrics::record_usage(const OperationState& state, Attributes attributes) const noexcept {
  const Usage& usage = *state.usage;
  const auto count = [&](const Counter<std::int64_t>& counter, std::int64_t number,
                         std::string_view modality) {
    Group group;
    for (const Attribute& each : attributes) group.add(each.key, each.value);
    group.add(attribute::token_modality, modality);
    counter.add(number, group);
  };
  const auto count_subset = [&](const Counter<std::int64_t>& counter,
                                const std::optional<std::int64_t>& number) {
    if (number) count(counter, *number, unknown_modality);
  };
  if (usage.input_tokens) {
    by_modality(*usage.input_tokens, usage.input, [&](std::int64_t number, std::string_view modality) {
      count(input_tokens_, number, modality);
    });
  }
  if (usage.output_tokens) {
    by_modality(*usage.output_tokens, usage.output, [&](std::int64_t number, std::string_view modality) {
      count(output_tokens_, number, modality);
    });
  }
  count_subset(cache_read_input_tokens_, usage.cache_read_input_tokens);
  count_subset(cache_write_input_tokens_, usage.cache_write_input_tokens);
  count_subset(reasoning_output_tokens_, usage.reasoning_output_tokens);
}

void OperationMetrics::record_v1_41(const OperationState& state, double seconds) const noexcept {
  if (state.type == OperationType::mcp_client || state.type == OperationType::mcp_server) return;
  const Group group = model_group(state);
  operation_duration_.record(seconds, with(group, attribute::error_type, state.labels.error_type));
  const bool counts_tokens =
      state.type == OperationType::inference || state.type == OperationType::embeddings;
  if (!state.usage || !counts_tokens) return;
  const auto record = [&](const std::optional<std::int64_t>& number, std::string_view type) {
    if (number) token_usage_.record(*number, with(group, attribute::token_type, type));
  };
  record(state.usage->input_tokens, "input");
  record(state.usage->output_tokens, "output");
}

void OperationMetrics::record_lesson(const OperationState& state, double seconds) const noexcept {
  const Attribute model{"model", state.labels.request_model};
  const Attributes attributes(std::span(&model, 1));
  lesson_requests_active_.add(-1, attributes);
  // As the lesson does, only of requests that were answered.
  if (!state.labels.error_type.empty()) return;
  lesson_request_duration_.record(seconds * 1000, attributes);
  if (!state.usage) return;
  lesson_tokens_total_.add(state.usage->input_tokens.value_or(0) + state.usage->output_tokens.value_or(0),
                           attributes);
}

void OperationMetrics::record_agent(const OperationState& state, double seconds) const noexcept {
  Group name;
  name.add_if(attribute::agent_name, state.labels.target_name);
  Group group = with(name, attribute::request_model, state.labels.request_model);
  invoke_agent_duration_.record(seconds, with(group, attribute::error_type, state.labels.error_type));
  invoke_agent_inference_calls_.record(state.inference_calls.load(std::memory_order_relaxed), name);
  invoke_agent_tool_calls_.record(state.tool_calls.load(std::memory_order_relaxed), name);
}

void OperationMetrics::record_named(const OperationState& state, double seconds) const noexcept {
  const OperationLabels& labels = state.labels;
  Group group;
  group.add_if(attribute::error_type, labels.error_type);
  switch (state.type) {
    case OperationType::embeddings: {
      const Group model = model_group(state);
      embeddings_duration_.record(seconds, with(model, attribute::error_type, labels.error_type));
      if (state.usage && state.usage->input_tokens)
        embeddings_input_tokens_.record(*state.usage->input_tokens, model);
      break;
    }
    case OperationType::tool:
      group.add(attribute::tool_name, labels.target_name);
      group.add_if(attribute::tool_type, labels.tool_type);
      group.add_if(attribute::agent_name, enclosing_agent(state));
      execute_tool_duration_.record(seconds, group);
      break;
    case OperationType::workflow:
      group.add_if(attribute::workflow_name, labels.target_name);
      invoke_workflow_duration_.record(seconds, group);
      break;
    case OperationType::mcp_client:
    case OperationType::mcp_server: {
      const bool is_client = state.type == OperationType::mcp_client;
      group.add(attribute::mcp_method_name, labels.target_name);
      if (!labels.tool_name.empty()) {
        group.add(attribute::operation_name, operation::execute_tool);
        group.add(attribute::tool_name, labels.tool_name);
      }
      if (is_client)
        group.add_address(attribute::server_address, labels.server_address, attribute::server_port,
                          labels.server_port);
      (is_client ? mcp_client_operation_duration_ : mcp_server_operation_duration_).record(seconds, group);
      break;
    }
    default: break;
  }
}

}  // namespace sonde::genai::detail
