#include "store/duckdb/pending_spans.h"

#include <algorithm>
#include <limits>
#include <string>

#include "otlp/span_time.h"
#include "store/duckdb/rows.h"
#include "store/duckdb/sql.h"

namespace sonde::store::duckdb {
namespace {

/// A row whose span has no end: start and duration add up to zero. That the duration is below minus a day
/// follows, and lets almost all rows be passed over.
constexpr const char* is_pending = "duration < -86400000000000 AND start_time::HUGEINT + duration = 0";

}  // namespace

Expected<void> PendingSpans::load(Connection& connection) {
  Expected<Rows> rows =
      connection.query("SELECT trace_id, span_id FROM spans WHERE " + std::string(is_pending));
  if (!rows) return rows.error();
  while (rows->next()) {
    const TraceId trace_id = rows->trace_id();
    pending_.emplace(trace_id, rows->span_id());
  }
  return {};
}

void PendingSpans::note(const otlp::Span& span) {
  const bool is_running = otlp::is_running(span);
  if (!is_running && pending_.empty() && seen_.empty()) return;
  Key key(span.trace_id, span.span_id);
  if (is_running) {
    pending_.insert(key);
  } else if (!pending_.contains(key)) {
    return;
  }
  seen_.push_back({key, span.start_time, is_running});
}

Expected<void> PendingSpans::delete_replaced(Connection& connection) {
  if (seen_.empty()) return {};
  std::string keys;
  std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t last = 0;
  for (const Seen& seen : seen_) {
    keys += (keys.empty() ? "(" : ", (") + sql(seen.key.first) + ", " + sql(seen.key.second) + ")";
    first = std::min(first, seen.start_time);
    last = std::max(last, seen.start_time);
  }
  // Of each span the finished row stays, else the snapshot that came last.
  return connection.execute("DELETE FROM spans WHERE start_time BETWEEN " + sql(first) + " AND " + sql(last) +
                            " AND " + is_pending +
                            " AND rowid IN (SELECT row FROM (SELECT rowid AS row, row_number() OVER "
                            "(PARTITION BY trace_id, span_id "
                            "ORDER BY start_time::HUGEINT + duration = 0, rowid DESC) AS place FROM spans "
                            "WHERE start_time BETWEEN " +
                            sql(first) + " AND " + sql(last) + " AND (trace_id, span_id) IN (" + keys +
                            ")) WHERE place > 1)");
}

void PendingSpans::end_group(bool committed) {
  if (committed) {
    for (const Seen& seen : seen_) {
      if (!seen.is_pending) pending_.erase(seen.key);
    }
  }
  seen_.clear();
}

}  // namespace sonde::store::duckdb
