#include "store/duckdb/find_traces.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "store/duckdb/span_kinds.h"
#include "store/duckdb/sql.h"

namespace sonde::store::duckdb {
namespace {

/// A trace on the list, and where its spans are in time.
struct Found {
  TraceId id;
  std::uint64_t first_start_time = 0;
  std::uint64_t last_start_time = 0;
};

/// Texts for $1, $2, ... of one statement.
class Parameters {
 public:
  std::string add(std::string text) {
    texts_.push_back(std::move(text));
    return "$" + std::to_string(texts_.size());
  }
  [[nodiscard]] std::span<const std::string> texts() const { return texts_; }

 private:
  std::vector<std::string> texts_;
};

/// As the column has it, which is signed.
std::string duration(std::uint64_t nanoseconds) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  return std::to_string(std::min(nanoseconds, most)) + "::BIGINT";
}

/// What the filter asks of a span, on the table of spans; empty if nothing.
Conditions span_conditions(const TraceFilter& filter, Parameters& parameters) {
  Conditions conditions;
  if (filter.service) conditions.add("service_name = " + parameters.add(*filter.service));
  if (filter.span_name) conditions.add("name = " + parameters.add(*filter.span_name));
  if (filter.span_kind) conditions.add("kind = " + std::to_string(kind_number(*filter.span_kind)));
  if (filter.start_time_min) conditions.add("start_time >= " + sql(*filter.start_time_min));
  if (filter.start_time_max) conditions.add("start_time <= " + sql(*filter.start_time_max));
  if (filter.duration_min) conditions.add("duration >= " + duration(*filter.duration_min));
  if (filter.duration_max) conditions.add("duration <= " + duration(*filter.duration_max));
  if (filter.errors_only) conditions.add("status = 2");
  if (filter.text) {
    const std::string text = "lower(" + parameters.add(*filter.text) + ")";
    conditions.add("(contains(lower(name), " + text + ") OR contains(lower(service_name), " + text + "))");
  }
  for (const auto& [key, value] : filter.attributes) {
    const std::string is_value =
        "json_extract_string(attributes, " + parameters.add(json_path(key)) + ") = " + parameters.add(value);
    conditions.add("(" + is_value + " OR resource_id IN (SELECT resource_id FROM resources WHERE " +
                   is_value + "))");
  }
  return conditions;
}

/// Of traces: only those on this page or a later one.
void add_page_conditions(const TraceFilter& filter, Conditions& conditions) {
  if (!filter.after) return;
  const std::string after = sql(filter.after->first);
  conditions.add("(first_start < " + after + " OR (first_start = " + after + " AND trace_id > " +
                 sql(filter.after->second) + "))");
}

/// A trace that is on the list started no later than this.
std::uint64_t latest_start(const TraceFilter& filter) {
  std::uint64_t latest = filter.start_time_max.value_or(std::numeric_limits<std::uint64_t>::max());
  if (filter.after) latest = std::min(latest, filter.after->first);
  return latest;
}

/// The time that about `newest_parts` of the parts on the list started after, by one part in 64, or 0 if
/// there are not so many.
Expected<std::uint64_t> newest_from(Connection& connection, const TraceFilter& filter) {
  constexpr std::size_t one_in = 64;
  Expected<Rows> rows = connection.query(
      "SELECT first_start_time FROM trace_parts WHERE first_start_time <= " + sql(latest_start(filter)) +
      " AND rowid % " + std::to_string(one_in) + " = 0 ORDER BY first_start_time DESC LIMIT 1 OFFSET " +
      std::to_string(newest_parts / one_in));
  if (!rows) return rows.error();
  return rows->next() ? rows->number<std::uint64_t>() : 0;
}

/// The head of the list by those parts of traces that started at `from` or later. The traces that started
/// before are on it too, too early: more are asked for than the list is to have, to have enough without them.
Expected<std::string> candidates(Connection& connection, const TraceFilter& filter, std::uint64_t from) {
  Parameters parameters;
  Conditions of_part;
  of_part.add("first_start_time BETWEEN " + sql(from) + " AND " + sql(latest_start(filter)));
  Conditions of_span = span_conditions(filter, parameters);
  if (!of_span.text().empty()) {
    of_span.add("start_time >= " + sql(from));
    of_part.add("trace_id IN (SELECT trace_id FROM spans " + of_span.text() + ")");
  }
  Conditions of_page;
  add_page_conditions(filter, of_page);
  constexpr std::size_t spare = 100;
  Expected<Rows> rows = connection.query(
      "SELECT trace_id FROM (SELECT trace_id, min(first_start_time) AS first_start FROM trace_parts " +
          of_part.text() + " GROUP BY trace_id) " + of_page.text() +
          " ORDER BY first_start DESC, trace_id LIMIT " + sql_limit(filter.limit, from == 0 ? 0 : spare),
      parameters.texts());
  if (!rows) return rows.error();
  std::string ids;
  while (rows->next()) ids += (ids.empty() ? "" : ", ") + sql(rows->trace_id());
  return ids;
}

/// The head of the list, of the traces that started at `from` or later: all of what such a trace consists of
/// did so as well, so nothing else need be looked at to find them.
Expected<std::vector<Found>> list(Connection& connection, const TraceFilter& filter, std::uint64_t from) {
  const Expected<std::string> ids = candidates(connection, filter, from);
  if (!ids) return ids.error();
  std::vector<Found> found;
  if (ids->empty()) return found;
  Conditions of_trace;
  of_trace.add("first_start >= " + sql(from));
  add_page_conditions(filter, of_trace);
  Expected<Rows> rows = connection.query(
      "SELECT trace_id, first_start, last_start FROM (SELECT trace_id, min(first_start_time) AS first_start, "
      "max(last_start_time) AS last_start FROM trace_parts WHERE trace_id IN (" +
      *ids + ") GROUP BY trace_id) " + of_trace.text() + " ORDER BY first_start DESC, trace_id LIMIT " +
      sql_limit(filter.limit));
  if (!rows) return rows.error();
  while (rows->next()) {
    Found& trace = found.emplace_back();
    trace.id = rows->trace_id();
    trace.first_start_time = rows->number<std::uint64_t>();
    trace.last_start_time = rows->number<std::uint64_t>();
  }
  return found;
}

/// The spans of those traces and perhaps some others.
Conditions spans_of(std::span<const Found> traces) {
  std::string ids;
  std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t last = 0;
  for (const Found& trace : traces) {
    ids += (ids.empty() ? "" : ", ") + sql(trace.id);
    first = std::min(first, trace.first_start_time);
    last = std::max(last, trace.last_start_time);
  }
  Conditions conditions;
  conditions.add("trace_id IN (" + ids + ")");
  // The way to the rows: they are roughly in order of time, and in none of trace ids.
  conditions.add("start_time BETWEEN " + sql(first) + " AND " + sql(last));
  return conditions;
}

TraceSummary read_summary(Rows& rows) {
  TraceSummary summary;
  summary.trace_id = rows.trace_id();
  summary.root_service = rows.text();
  summary.root_name = rows.text();
  summary.start_time = rows.number<std::uint64_t>();
  summary.duration = rows.number<std::uint64_t>();
  summary.span_count = static_cast<std::uint64_t>(rows.number<std::int64_t>());
  summary.error_count = static_cast<std::uint64_t>(rows.number<std::int64_t>());
  summary.services = rows.texts();
  summary.models = rows.texts();
  summary.input_tokens = rows.number<std::uint64_t>();
  summary.output_tokens = rows.number<std::uint64_t>();
  return summary;
}

// The root comes first if it is there; tokens fit whatever senders claim; times are wide so that nonsense in
// them cannot overflow.
constexpr std::string_view summary_columns =
    "trace_id, "
    "arg_min(service_name, (parent_span_id IS NOT NULL, start_time, span_id)), "
    "arg_min(name, (parent_span_id IS NOT NULL, start_time, span_id)), "
    "min(start_time), "
    "least(greatest(max(start_time::HUGEINT + duration) - min(start_time), 0), "
    "18446744073709551615)::UBIGINT, "
    "count(*), "
    "count(*) FILTER (status = 2), "
    "list_sort(list(DISTINCT service_name) FILTER (service_name <> '')), "
    "list_sort(list(DISTINCT coalesce(response_model, request_model)) FILTER (is_model_call AND "
    "coalesce(response_model, request_model) IS NOT NULL)), "
    "least(coalesce(sum(input_tokens) FILTER (is_model_call), 0), 18446744073709551615)::UBIGINT, "
    "least(coalesce(sum(output_tokens) FILTER (is_model_call), 0), 18446744073709551615)::UBIGINT";

Expected<std::vector<TraceSummary>> summarise(Connection& connection, std::span<const Found> traces) {
  if (traces.empty()) return std::vector<TraceSummary>();
  Expected<Rows> rows = connection.query(
      "SELECT " + std::string(summary_columns) +
      " FROM (SELECT DISTINCT ON (trace_id, span_id) trace_id, span_id, parent_span_id, start_time, "
      "duration, "
      "name, service_name, status, is_model_call, request_model, response_model, input_tokens, output_tokens "
      "FROM spans " +
      spans_of(traces).text() + ") GROUP BY trace_id ORDER BY min(start_time) DESC, trace_id");
  if (!rows) return rows.error();
  std::vector<TraceSummary> summaries;
  while (rows->next()) summaries.push_back(read_summary(*rows));
  return summaries;
}

}  // namespace

Expected<std::vector<TraceSummary>> find_traces(Connection& connection, const TraceFilter& filter) {
  const Expected<std::uint64_t> newest = newest_from(connection, filter);
  if (!newest) return newest.error();
  Expected<std::vector<Found>> found = list(connection, filter, *newest);
  if (found && *newest > 0 && found->size() < filter.limit) found = list(connection, filter, 0);
  if (!found) return found.error();
  return summarise(connection, *found);
}

}  // namespace sonde::store::duckdb
