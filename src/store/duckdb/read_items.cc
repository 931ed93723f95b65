#include "store/duckdb/read_items.h"

#include <map>
#include <set>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "store/duckdb/log_table.h"
#include "store/duckdb/metric_table.h"
#include "store/duckdb/origin_table.h"
#include "store/duckdb/span_table.h"
#include "store/duckdb/sql.h"
#include "store/value_text.h"

namespace sonde::store::duckdb {
namespace {

std::string select_from(const Table& table) {
  return "SELECT " + source_columns(table) + " FROM " + std::string(table.name) + " ";
}

std::string list_of(const std::set<std::uint32_t>& numbers) {
  std::string list;
  for (const std::uint32_t number : numbers)
    list.append(list.empty() ? "" : ", ").append(std::to_string(number));
  return list;
}

/// The numbered rows of a table as items in the arena, by number.
template <class Item, class Read>
Expected<std::unordered_map<std::uint32_t, const Item*>> read_numbered(Connection& connection,
                                                                       const Table& table,
                                                                       const std::set<std::uint32_t>& numbers,
                                                                       Read read, otlp::Arena& arena) {
  const std::string column(table.columns.front().name);
  Expected<Rows> rows =
      connection.query(select_from(table) + "WHERE " + column + " IN (" + list_of(numbers) + ")");
  if (!rows) return rows.error();
  ValueReader values;
  std::unordered_map<std::uint32_t, const Item*> items;
  while (rows->next()) {
    const auto number = rows->number<std::uint32_t>();
    const Expected<Item> item = read(*rows, values, arena);
    if (!item) return item.error();
    Item& kept = arena.array<Item>(1).front();
    kept = *item;
    items.emplace(number, &kept);
  }
  return items;
}

/// Gives each item the resource and the scope that its origin names.
template <class Item>
Expected<void> set_origins(Connection& connection, otlp::Batch<Item>& batch,
                           std::span<const Origin> origins) {
  if (origins.empty()) return {};
  std::set<std::uint32_t> resource_ids;
  std::set<std::uint32_t> scope_ids;
  for (const Origin& origin : origins) {
    resource_ids.insert(origin.resource);
    scope_ids.insert(origin.scope);
  }
  const auto resources =
      read_numbered<otlp::Resource>(connection, resources_table, resource_ids, read_resource, batch.arena);
  if (!resources) return resources.error();
  const auto scopes =
      read_numbered<otlp::Scope>(connection, scopes_table, scope_ids, read_scope, batch.arena);
  if (!scopes) return scopes.error();
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const auto resource = resources->find(origins[i].resource);
    const auto scope = scopes->find(origins[i].scope);
    if (resource == resources->end() || scope == scopes->end()) {
      return Error{ErrorCode::internal, "the store has telemetry whose resource or scope is missing"};
    }
    batch.items[i].resource = resource->second;
    batch.items[i].scope = scope->second;
  }
  return {};
}

/// Where the trace's spans are in time, from the short table of parts; nothing if there is no such trace.
Expected<Conditions> where_spans(Connection& connection, const TraceId& id) {
  Expected<Rows> rows = connection.query(
      "SELECT min(first_start_time), max(last_start_time) FROM trace_parts WHERE trace_id = " + sql(id) +
      " HAVING count(*) > 0");
  if (!rows) return rows.error();
  if (!rows->next()) {
    return Error{ErrorCode::not_found, "there is no trace " + id.to_hex() + " in the store"};
  }
  const auto first = rows->number<std::uint64_t>();
  const auto last = rows->number<std::uint64_t>();
  Conditions conditions;
  conditions.add("trace_id = " + sql(id));
  conditions.add("start_time BETWEEN " + sql(first) + " AND " + sql(last));
  return conditions;
}

/// A metric as it was numbered, and its points that were asked for.
struct NumberedMetric {
  otlp::Metric metric;
  Origin origin;
  std::vector<DataPoint> points;
};
using NumberedMetrics = std::map<std::uint32_t, NumberedMetric>;

Expected<NumberedMetrics> read_metrics(Connection& connection, const std::string& name, otlp::Arena& arena) {
  Expected<Rows> rows = connection.query(select_from(metrics_table) + "WHERE name = $1", std::span(&name, 1));
  if (!rows) return rows.error();
  NumberedMetrics metrics;
  ValueReader values;
  while (rows->next()) {
    NumberedMetric& numbered = metrics[rows->number<std::uint32_t>()];
    const Expected<otlp::Metric> metric = read_metric_row(*rows, numbered.origin, values, arena);
    if (!metric) return metric.error();
    numbered.metric = *metric;
  }
  return metrics;
}

/// Gives the metrics the newest of their points, oldest first.
Expected<void> read_points(Connection& connection, NumberedMetrics& metrics, std::size_t limit,
                           otlp::Arena& arena) {
  std::set<std::uint32_t> ids;
  for (const auto& [id, metric] : metrics) ids.insert(id);
  Expected<Rows> rows =
      connection.query("SELECT * FROM (" + select_from(data_points_table) + "WHERE metric_id IN (" +
                       list_of(ids) + ") ORDER BY time DESC LIMIT " + sql_limit(limit) + ") ORDER BY time");
  if (!rows) return rows.error();
  ValueReader values;
  while (rows->next()) {
    NumberedMetric& numbered = metrics.at(rows->number<std::uint32_t>());
    Expected<DataPoint> point = read_point(*rows, numbered.metric, values, arena);
    if (!point) return point.error();
    numbered.points.push_back(*point);
  }
  return {};
}

}  // namespace

Expected<std::shared_ptr<const otlp::TraceBatch>> read_trace(Connection& connection, const TraceId& id) {
  const Expected<Conditions> conditions = where_spans(connection, id);
  if (!conditions) return conditions.error();
  Expected<Rows> rows =
      connection.query(select_from(spans_table) + conditions->text() + " ORDER BY start_time, span_id");
  if (!rows) return rows.error();
  auto batch = std::make_shared<otlp::TraceBatch>();
  std::vector<Origin> origins;
  std::unordered_set<SpanId> seen;
  ValueReader values;
  while (rows->next()) {
    Origin origin;
    const Expected<otlp::Span> span = read_span(*rows, origin, values, batch->arena);
    if (!span) return span.error();
    if (!seen.insert(span->span_id).second) continue;
    batch->items.push_back(*span);
    origins.push_back(origin);
  }
  const Expected<void> complete = set_origins(connection, *batch, origins);
  if (!complete) return complete.error();
  return std::shared_ptr<const otlp::TraceBatch>(std::move(batch));
}

Expected<std::shared_ptr<const otlp::LogBatch>> read_logs(Connection& connection, const LogFilter& filter) {
  Conditions conditions;
  std::vector<std::string> parameters;
  const auto parameter = [&parameters](const std::string& text) {
    parameters.push_back(text);
    return "$" + std::to_string(parameters.size());
  };
  if (filter.trace_id) conditions.add("trace_id = " + sql(*filter.trace_id));
  if (filter.service) conditions.add("service_name = " + parameter(*filter.service));
  if (filter.severity_min > 0) conditions.add("severity_number >= " + std::to_string(filter.severity_min));
  if (filter.text) {
    const std::string text = "lower(" + parameter(*filter.text) + ")";
    conditions.add("(contains(lower(body), " + text + ") OR contains(lower(structured_body), " + text + "))");
  }
  Expected<Rows> rows =
      connection.query(select_from(logs_table) + conditions.text() +
                           " ORDER BY CASE WHEN time = 0 THEN observed_time ELSE time END DESC LIMIT " +
                           sql_limit(filter.limit),
                       parameters);
  if (!rows) return rows.error();
  auto batch = std::make_shared<otlp::LogBatch>();
  std::vector<Origin> origins;
  ValueReader values;
  while (rows->next()) {
    const Expected<otlp::LogRecord> log = read_log(*rows, origins.emplace_back(), values, batch->arena);
    if (!log) return log.error();
    batch->items.push_back(*log);
  }
  const Expected<void> complete = set_origins(connection, *batch, origins);
  if (!complete) return complete.error();
  return std::shared_ptr<const otlp::LogBatch>(std::move(batch));
}

Expected<std::shared_ptr<const otlp::MetricBatch>> read_metric(Connection& connection,
                                                               const std::string& name, std::size_t limit) {
  auto batch = std::make_shared<otlp::MetricBatch>();
  Expected<NumberedMetrics> metrics = read_metrics(connection, name, batch->arena);
  if (!metrics) return metrics.error();
  if (metrics->empty()) return Error{ErrorCode::not_found, "there is no metric " + name + " in the store"};
  const Expected<void> read = read_points(connection, *metrics, limit, batch->arena);
  if (!read) return read.error();
  std::vector<Origin> origins;
  for (auto& [id, numbered] : *metrics) {
    if (numbered.points.empty()) continue;
    set_points(numbered.metric, numbered.points, batch->arena);
    batch->items.push_back(numbered.metric);
    origins.push_back(numbered.origin);
  }
  const Expected<void> complete = set_origins(connection, *batch, origins);
  if (!complete) return complete.error();
  return std::shared_ptr<const otlp::MetricBatch>(std::move(batch));
}

}  // namespace sonde::store::duckdb
