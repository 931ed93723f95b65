#pragma once

// Whether the demonstration's trace arrived as the application recorded it.

#include <string>
#include <vector>

#include "otlp/model.h"

namespace sonde::cli {

/// What is missing from the trace of examples/rag_pipeline, or wrong with it, a sentence each; nothing if all
/// of it is there: the four spans with their names, parents, kinds and status, the counts of documents and
/// tokens, the models, the finish reason, and the events.
[[nodiscard]] std::vector<std::string> check_demo_trace(const otlp::TraceBatch& trace);

}  // namespace sonde::cli
