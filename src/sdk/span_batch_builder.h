#pragma once

// Finished spans into one OTLP request: a buffer a scope, filled by appending, then gathered behind their
// lengths. The buffers are kept from batch to batch.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/tracer_core.h"

namespace sonde::detail {

class SpanBatchBuilder {
 public:
  /// Adds the Span message `otlp`. All spans of a batch must be of one pipeline, so of one resource.
  void add(const TracerCore& core, std::string_view otlp);

  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  /// Bytes of the request as it stands, but for a few dozen of headers.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  /// The complete ExportTraceServiceRequest; a view that is valid until the next call. Empties the builder.
  [[nodiscard]] std::string_view finish();

 private:
  struct ScopeSpans {
    const TracerCore* core = nullptr;
    std::string spans;  ///< Fields `spans` of a ScopeSpans message.
  };

  [[nodiscard]] ScopeSpans& scope_spans(const TracerCore& core);

  std::vector<ScopeSpans> scopes_;
  std::size_t used_scopes_ = 0;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  std::string request_;
};

}  // namespace sonde::detail
