#pragma once

// The lines of a tree before they have columns: which spans are shown, in which order, behind which guides.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/trace_forest.h"

namespace sonde::cli {

struct TraceRow {
  const TraceForest::Node* node = nullptr;  ///< Null for a row that only counts what is not shown.
  std::string guides{};                     ///< "│  ├─ "
  std::string guides_below{};               ///< For lines between this row and the next.
  std::size_t hidden_spans = 0;
  std::size_t hidden_errors = 0;
};

/// Rows in the order of reading, at most `most_rows` of them and one that counts the rest. The guides take at
/// most `most_columns`; spans deeper than that begin with their depth as a number in place of the outer
/// guides.
[[nodiscard]] std::vector<TraceRow> lay_out_rows(const TraceForest& forest, std::size_t most_rows,
                                                 std::size_t most_columns);

}  // namespace sonde::cli
