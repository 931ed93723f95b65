#pragma once

// Spans that were stored without an end: snapshots of running ones, which more complete ones follow (or,
// where the process crashed, nothing does). What follows replaces them: their rows are deleted in the
// transaction that brings it, so that nobody who reads need know. A snapshot that comes late, behind the
// finished span, goes the same way.

#include <compare>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "otlp/model.h"
#include "sonde/expected.hpp"
#include "store/duckdb/connection.h"

namespace sonde::store::duckdb {

/// The writer's own; not thread-safe.
class PendingSpans {
 public:
  /// Reads which spans are pending in the database.
  [[nodiscard]] Expected<void> load(Connection& connection);

  /// A span that the group being written has.
  void note(const otlp::Span& span);

  /// Deletes the rows that the group's spans have replaced, in its transaction.
  [[nodiscard]] Expected<void> delete_replaced(Connection& connection);

  void end_group(bool committed);

 private:
  using Key = std::pair<TraceId, SpanId>;
  struct Seen {
    Key key;
    std::uint64_t start_time;
    bool is_pending;
  };

  std::set<Key> pending_;   ///< Committed; may hold some that are pending no more, which costs little.
  std::vector<Seen> seen_;  ///< Of the group: what is pending, or ends what was.
};

}  // namespace sonde::store::duckdb
