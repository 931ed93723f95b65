#pragma once

#include <cstddef>
#include <string>

#include "cli/terminal.h"
#include "otlp/model.h"

namespace sonde::cli {

/// What a trace comes to, in two to four lines of at most `columns`: its id, services, start, duration, how
/// many spans and errors, tokens and models. Ends with a line break. The batch must not be empty.
[[nodiscard]] std::string render_trace_head(const otlp::TraceBatch& batch, std::size_t columns,
                                            const Terminal& terminal);

}  // namespace sonde::cli
