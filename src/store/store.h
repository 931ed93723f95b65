#pragma once

// Where telemetry is kept. Writing is the end of the pipeline (a Consumer: done means durable); reading is a
// handful of questions, each answered in the model the data came in. Implementations: duckdb/, later
// clickhouse/.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "otlp/consumer.h"
#include "otlp/model.h"
#include "sonde/expected.hpp"
#include "sonde/ids.hpp"

namespace sonde::store {

/// One line of a list of traces.
struct TraceSummary {
  TraceId trace_id;
  std::string root_service;  ///< Of the root span, or of the earliest span while the root has not come.
  std::string root_name;
  std::uint64_t start_time = 0;  ///< Nanoseconds since the Unix epoch; the earliest span's.
  std::uint64_t duration = 0;    ///< Nanoseconds from the earliest start to the latest end.
  std::uint64_t span_count = 0;
  std::uint64_t error_count = 0;  ///< Spans whose status is error.
  std::vector<std::string> services;
  std::vector<std::string> models;  ///< Of its model calls, response model before request model.
  std::uint64_t input_tokens =
      0;  ///< Summed over model calls only, so that an agent's own sum is not added again.
  std::uint64_t output_tokens = 0;
  std::optional<double> cost;  ///< US dollars, once known.
};

/// Which traces: those with at least one span that meets every condition given. Unset conditions hold for
/// all.
struct TraceFilter {
  std::optional<std::string> service = {};
  std::optional<std::string> span_name = {};
  std::optional<std::string> span_kind = {};  ///< "client", "server", "internal", "producer", "consumer".
  /// Span or resource attributes, compared as text.
  std::vector<std::pair<std::string, std::string>> attributes = {};
  std::optional<std::uint64_t> start_time_min = {};  ///< Inclusive, nanoseconds.
  std::optional<std::uint64_t> start_time_max = {};  ///< Inclusive, nanoseconds.
  std::optional<std::uint64_t> duration_min = {};    ///< Of the span, nanoseconds.
  std::optional<std::uint64_t> duration_max = {};
  bool errors_only = false;
  std::optional<std::string> text = {};  ///< Found, in any case, in a span's name or service.
  /// Only traces that come after this one in the list's order; for the next page.
  std::optional<std::pair<std::uint64_t, TraceId>> after = {};
  std::size_t limit = 20;
};

struct Operation {
  std::string name;
  std::string span_kind;
};

struct LogFilter {
  std::optional<TraceId> trace_id = {};
  std::optional<std::string> service = {};
  std::optional<std::string> text = {};
  std::uint8_t severity_min = 0;
  std::size_t limit = 100;
};

struct MetricSummary {
  std::string name;
  std::string type;  ///< "gauge", "sum", "histogram", "exponential_histogram", "summary".
  std::string unit;
  std::string description;
  std::string service;
  std::uint64_t points = 0;
  std::uint64_t last_time = 0;
};

/// What the store holds.
struct Totals {
  std::uint64_t spans = 0;
  std::uint64_t log_records = 0;
  std::uint64_t data_points = 0;
};

/// All members are thread-safe; readers do not hold writers up. Reads block their thread until answered.
class Store : public otlp::Consumer {
 public:
  /// Newest first by start time, then by trace id.
  [[nodiscard]] virtual Expected<std::vector<TraceSummary>> find_traces(const TraceFilter& filter) = 0;

  /// Every span of the trace by start time, a span sent twice only once. Fails with not_found.
  [[nodiscard]] virtual Expected<std::shared_ptr<const otlp::TraceBatch>> trace(const TraceId& id) = 0;

  /// Names of services that sent spans, in alphabetical order.
  [[nodiscard]] virtual Expected<std::vector<std::string>> services() = 0;
  [[nodiscard]] virtual Expected<std::vector<Operation>> operations(const std::string& service) = 0;

  /// Newest first.
  [[nodiscard]] virtual Expected<std::shared_ptr<const otlp::LogBatch>> find_logs(
      const LogFilter& filter) = 0;

  [[nodiscard]] virtual Expected<std::vector<MetricSummary>> metrics() = 0;
  /// The newest points of the metric of that name, at most `limit` of them, oldest first. Fails with
  /// not_found.
  [[nodiscard]] virtual Expected<std::shared_ptr<const otlp::MetricBatch>> metric(const std::string& name,
                                                                                  std::size_t limit) = 0;

  [[nodiscard]] virtual Expected<Totals> totals() = 0;

  /// Makes everything acknowledged durable and stops taking more. Idempotent.
  virtual void close() = 0;
};

}  // namespace sonde::store
