#pragma once

// The one writer of the database: batches into tables, each group of batches one transaction.

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "otlp/model.h"
#include "sonde/expected.hpp"
#include "store/duckdb/connection.h"
#include "store/duckdb/dictionary.h"
#include "store/duckdb/inserter.h"
#include "store/duckdb/pending_spans.h"
#include "store/duckdb/span_table.h"

namespace sonde::store::duckdb {

using Batch = std::variant<std::shared_ptr<const otlp::TraceBatch>, std::shared_ptr<const otlp::LogBatch>,
                           std::shared_ptr<const otlp::MetricBatch>>;

/// Items that many others refer to, numbered by what is in them, and the ones that have no row yet.
template <class Item>
class Numbering {
 public:
  explicit Numbering(std::uint32_t next_id) : dictionary_(next_id) {}

  std::uint32_t number(const Item& item);
  [[nodiscard]] const std::vector<std::pair<std::uint32_t, const Item*>>& new_items() const {
    return new_items_;
  }
  /// After each group: its items are about to go.
  void end_group(bool committed);

 private:
  Dictionary dictionary_;
  std::unordered_map<const Item*, std::uint32_t> known_;  // of this group: items are shared by pointer
  std::vector<std::pair<std::uint32_t, const Item*>> new_items_;
  std::string identity_;
};

/// Of all bytes: many senders make ids that begin alike, with a date or with zeros.
struct TraceIdHash {
  std::size_t operator()(const TraceId& id) const {
    return std::hash<std::string_view>()({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
  }
};

/// Not thread-safe. At most one for a database, whose connections must all go before it does.
class Session {
 public:
  [[nodiscard]] static Expected<std::unique_ptr<Session>> create(Connection connection);

  /// Writes the batches, all or none, and returns when they are on disk.
  [[nodiscard]] Expected<void> write(std::span<const Batch> batches);

  /// Brings the log's rows into the database file, compressed, and empties the log.
  [[nodiscard]] Expected<void> checkpoint() { return connection_.execute("CHECKPOINT"); }

 private:
  struct TracePart {
    std::uint64_t first_start_time;
    std::uint64_t last_start_time;
  };
  struct NewOperation {
    std::string_view service_name;
    std::string_view name;
    SpanKind kind;
  };
  struct NewMetric {
    std::uint32_t id;
    const otlp::Metric* metric;
    Origin origin;
  };
  struct Inserters {
    std::unique_ptr<Inserter> spans, trace_parts, operations, resources, scopes, logs, metrics, data_points;
  };

  explicit Session(Connection connection) : connection_(std::move(connection)) {}

  [[nodiscard]] Expected<void> prepare();
  [[nodiscard]] Expected<void> insert(std::span<const Batch> batches);
  [[nodiscard]] Expected<void> insert_spans(std::span<const Batch> batches);
  [[nodiscard]] Expected<void> insert_logs(std::span<const Batch> batches);
  [[nodiscard]] Expected<void> insert_points(std::span<const Batch> batches);
  [[nodiscard]] Expected<void> insert_trace_parts();
  [[nodiscard]] Expected<void> insert_new_operations();
  [[nodiscard]] Expected<void> insert_new_metrics();
  template <class Item, class WriteRow>
  [[nodiscard]] Expected<void> insert_new(const Numbering<Item>& numbering, Inserter& inserter,
                                          WriteRow write_row);
  void end_group(bool committed);

  template <class Item>
  Origin origin_of(const Item& item) {
    return {resources_.number(*item.resource), scopes_.number(*item.scope)};
  }
  void note_trace_part(const otlp::Span& span);
  void note_operation(const otlp::Span& span);
  std::uint32_t number(const otlp::Metric& metric);

  Connection connection_;
  Inserters inserters_;
  Numbering<otlp::Resource> resources_{0};
  Numbering<otlp::Scope> scopes_{0};
  Dictionary metrics_{0};
  Dictionary operations_{0};
  PendingSpans pending_spans_;

  // Of the group being written.
  std::unordered_map<TraceId, TracePart, TraceIdHash> trace_parts_;
  std::vector<NewOperation> new_operations_;
  std::vector<NewMetric> new_metrics_;
  std::string identity_;
};

}  // namespace sonde::store::duckdb
