#pragma once

// One trace as a person reads it in a terminal: a summary, then its spans as a tree, each with a bar that
// shows when it ran.
//
//     Trace 4bf92f3577b34da6a3ce929d0e0e4736
//     my-llm-app · 2026-11-23 08:34:12.123 · 1.24 s · 4 spans · 1 error
//     350→128 tokens · gpt-4o-mini
//
//     rag_pipeline               ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━   1.24 s
//     ├─ retrieve_documents      ━━                               52.1 ms
//     └─ generate_response         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━   1.18 s           ✗
//        └─ chat gpt-4o-mini        ━━━━━━━━━━━━━━━━━━━━━━━━━━━    1.17 s  350→128  ✗
//           the model did not answer within 1 s

#include <cstddef>
#include <string>

#include "cli/terminal.h"
#include "otlp/model.h"

namespace sonde::cli {

struct TreeOptions {
  Terminal terminal;
  bool attributes = false;      ///< Show each span's attributes, events and links beneath it.
  std::size_t max_spans = 200;  ///< In longer traces, siblings beyond the first few are only counted.
};

/// Ends with a line break. An empty batch gives an empty text. The times are local.
[[nodiscard]] std::string render_trace_tree(const otlp::TraceBatch& batch, const TreeOptions& options);

}  // namespace sonde::cli
