#pragma once

// A list of traces as a table for a terminal: one line a trace, in its width. What does not fit is shortened
// first and left out next, least important columns first; into a pipe goes all of it, ids whole.

#include <cstdint>
#include <span>
#include <string>

#include "cli/terminal.h"
#include "store/store.h"

namespace sonde::cli {

struct TableOptions {
  Terminal terminal;
  std::uint64_t now =
      0;  ///< Nanoseconds since the Unix epoch; of today's traces only the time of day is shown.
};

/// A heading and a line for each, in the order given; every line ends with a line break.
[[nodiscard]] std::string render_trace_table(std::span<const store::TraceSummary> traces,
                                             const TableOptions& options);

}  // namespace sonde::cli
