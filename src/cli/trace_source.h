#pragma once

// Where the reading commands read from: a running `sonde serve` over HTTP, or the data directory of one that
// does not run.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "otlp/model.h"
#include "sonde/expected.hpp"
#include "store/store.h"

namespace sonde::cli {

/// Blocks while it reads. Not thread-safe.
class TraceSource {
 public:
  virtual ~TraceSource() = default;
  TraceSource(const TraceSource&) = delete;
  TraceSource& operator=(const TraceSource&) = delete;

  /// Newest first.
  [[nodiscard]] virtual Expected<std::vector<store::TraceSummary>> find(const store::TraceFilter& filter) = 0;

  /// `id` as query::find_trace_id() takes it: whole, or a prefix that only one trace has.
  [[nodiscard]] virtual Expected<std::shared_ptr<const otlp::TraceBatch>> trace(std::string_view id) = 0;

 protected:
  TraceSource() = default;
};

struct TraceSourceOptions {
  std::string url = "http://127.0.0.1:16686";
  std::string data_directory;  ///< Read instead of the URL, if not empty.
};

/// Fails if the directory cannot be opened. A server is not asked before there is a question.
[[nodiscard]] Expected<std::unique_ptr<TraceSource>> open_trace_source(const TraceSourceOptions& options);

}  // namespace sonde::cli
