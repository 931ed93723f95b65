#pragma once

// The metrics of the convention, and of older profiles, recorded as operations end. Names, units and buckets
// are in the .cc's table.
//
// Source: semantic-conventions-genai, docs/gen-ai/gen-ai-metrics.md and model/gen-ai/metrics.yaml; semantic
// conventions v1.41, docs/gen-ai/gen-ai-metrics.md.

#include <cstdint>

#include "genai/series_cache.h"
#include "sonde/genai/instrumentation.hpp"
#include "sonde/genai/usage.hpp"
#include "sonde/meter.hpp"

namespace sonde::genai::detail {

struct OperationState;

/// What a stream is measured into, its attributes looked up once.
struct StreamSeries {
  BoundRecorder<double> time_to_first_chunk;
  BoundRecorder<double> time_per_output_chunk;
  // v1.41
  BoundRecorder<double> operation_time_to_first_chunk;
  BoundRecorder<double> operation_time_per_output_chunk;

  void record_first(std::uint64_t nanoseconds) const noexcept {
    record(nanoseconds, time_to_first_chunk, operation_time_to_first_chunk);
  }
  void record_next(std::uint64_t nanoseconds) const noexcept {
    record(nanoseconds, time_per_output_chunk, operation_time_per_output_chunk);
  }

 private:
  static void record(std::uint64_t nanoseconds, const BoundRecorder<double>& newest,
                     const BoundRecorder<double>& v1_41) noexcept {
    const double seconds = static_cast<double>(nanoseconds) * 1e-9;
    newest.record(seconds);
    v1_41.record(seconds);
  }
};

/// The same for an inference that did not fail and whose modalities were not told apart.
struct InferenceSeries {
  BoundRecorder<double> duration;
  BoundCounter<std::int64_t> input_tokens;
  BoundCounter<std::int64_t> output_tokens;
  BoundCounter<std::int64_t> cache_read_input_tokens;
  BoundCounter<std::int64_t> cache_write_input_tokens;
  BoundCounter<std::int64_t> reasoning_output_tokens;
  BoundRecorder<std::int64_t> operation_input_tokens;
  BoundRecorder<std::int64_t> operation_output_tokens;

  void record(double seconds, const std::optional<Usage>& usage) const noexcept;
};

/// Immutable and thread-safe. Before there is a MeterProvider, each call costs a few loads.
class OperationMetrics {
 public:
  explicit OperationMetrics(const Profiles& profiles);

  void on_start(const OperationState& state) const noexcept;
  /// The operation's lock is held.
  void on_end(const OperationState& state, std::uint64_t end_time) const noexcept;

  /// Of a stream, `after` nanoseconds from its request.
  void on_first_chunk(const OperationState& state, std::uint64_t after) const noexcept;
  /// Of a stream, `after` nanoseconds from the chunk before.
  void on_next_chunk(const OperationState& state, std::uint64_t after) const noexcept;
  /// Where that is measured; null if only the calls above will do.
  [[nodiscard]] const StreamSeries* stream_series(const OperationState& state) const noexcept;

 private:
  void create_newest(const Meter& meter);
  void create_for_agents(const Meter& meter);  ///< And what else has one name in every profile.
  void create_v1_41(const Meter& meter);
  void create_lesson(const Meter& meter);
  [[nodiscard]] InferenceSeries bind_inference(const OperationState& state) const noexcept;
  void record_inference(const OperationState& state, double seconds) const noexcept;
  void record_inference_slowly(const OperationState& state, double seconds) const noexcept;
  void record_usage(const OperationState& state, Attributes attributes) const noexcept;
  void record_v1_41(const OperationState& state, double seconds) const noexcept;
  void record_lesson(const OperationState& state, double seconds) const noexcept;
  void record_agent(const OperationState& state, double seconds) const noexcept;
  void record_named(const OperationState& state, double seconds) const noexcept;

  Profiles profiles_;
  mutable SeriesCache<InferenceSeries> inference_series_;
  mutable SeriesCache<StreamSeries> stream_series_;

  // Newest.
  Histogram<double> inference_duration_;
  Histogram<double> time_to_first_chunk_;
  Histogram<double> time_per_output_chunk_;
  Counter<std::int64_t> input_tokens_;
  Counter<std::int64_t> output_tokens_;
  Counter<std::int64_t> cache_read_input_tokens_;
  Counter<std::int64_t> cache_write_input_tokens_;
  Counter<std::int64_t> reasoning_output_tokens_;
  Histogram<std::int64_t> operation_input_tokens_;
  Histogram<std::int64_t> operation_output_tokens_;
  Histogram<double> embeddings_duration_;
  Histogram<std::int64_t> embeddings_input_tokens_;
  Histogram<double> invoke_agent_duration_;
  Histogram<std::int64_t> invoke_agent_inference_calls_;
  Histogram<std::int64_t> invoke_agent_tool_calls_;
  Histogram<double> invoke_workflow_duration_;
  Histogram<double> execute_tool_duration_;
  Histogram<double> mcp_client_operation_duration_;
  Histogram<double> mcp_server_operation_duration_;

  // v1.41.
  Histogram<double> operation_duration_;
  Histogram<std::int64_t> token_usage_;
  Histogram<double> operation_time_to_first_chunk_;
  Histogram<double> operation_time_per_output_chunk_;

  // The lesson's.
  Counter<std::int64_t> lesson_tokens_total_;
  Histogram<double> lesson_request_duration_;
  UpDownCounter<std::int64_t> lesson_requests_active_;
};

}  // namespace sonde::genai::detail
