#pragma once

// The SDK's way out. An exporter gets batches of finished spans that are complete OTLP requests already, and
// sends, prints or keeps them.
//
// Source: specification trace/sdk.md, Span Exporter.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "sonde/span_view.hpp"

namespace sonde {

using Deadline = std::chrono::steady_clock::time_point;

/// The library or component a span was recorded by. Views.
struct InstrumentationScope {
  std::string_view name;
  std::string_view version;
};

/// Finished spans of one resource: the bytes of an ExportTraceServiceRequest. A view, valid during the export
/// call.
class SpanBatch {
 public:
  SpanBatch(std::string_view otlp_request, std::size_t size) noexcept
      : otlp_request_(otlp_request), size_(size) {}

  [[nodiscard]] std::string_view otlp_request() const noexcept { return otlp_request_; }
  /// How many spans.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Calls visit(InstrumentationScope, SpanView) for every span.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const ResourceSpans resource_spans : detail::WireRange<ResourceSpans>(otlp_request_, 1)) {
      for (const ScopeSpans scope_spans : detail::WireRange<ScopeSpans>(resource_spans.message, 2)) {
        for (const SpanView span : detail::WireRange<SpanView>(scope_spans.message, 2)) {
          visit(scope_spans.scope, span);
        }
      }
    }
  }

 private:
  struct ResourceSpans {
    explicit ResourceSpans(std::string_view content) noexcept : message(content) {}
    std::string_view message;
  };
  struct ScopeSpans {
    explicit ScopeSpans(std::string_view content) noexcept;
    std::string_view message;
    InstrumentationScope scope;
  };

  std::string_view otlp_request_;
  std::size_t size_;
};

/// What became of a batch.
struct ExportResult {
  bool delivered = true;       ///< False: the batch is lost, `message` says why.
  std::uint64_t rejected = 0;  ///< Of a delivered batch: spans the receiver refused for good.
  std::string message = {};
};

class SpanExporter {
 public:
  virtual ~SpanExporter() = default;

  /// Exports one batch; called from one thread at a time. May block and retry until `deadline`, not longer.
  [[nodiscard]] virtual ExportResult export_spans(const SpanBatch& batch, Deadline deadline) noexcept = 0;

  /// Makes an export under way give up soon, and later ones fail at once. Thread-safe.
  virtual void cancel() noexcept {}

 protected:
  SpanExporter() = default;
  SpanExporter(const SpanExporter&) = default;
  SpanExporter& operator=(const SpanExporter&) = default;
};

}  // namespace sonde
