#pragma once

// What happens to spans between recording and export. Two processors: batching, for production, and simple,
// which exports each span as it ends, for programs that print to a terminal.
//
// Source: specification trace/sdk.md, Span Processor.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "sonde/span_exporter.hpp"
#include "sonde/span_view.hpp"

namespace sonde {

namespace detail {
struct TracerCore;
}

/// A span that has just ended. A view, valid during the call.
class FinishedSpan {
 public:
  FinishedSpan(const detail::TracerCore& core, std::string_view otlp) noexcept : core_(&core), otlp_(otlp) {}

  [[nodiscard]] SpanView view() const noexcept { return SpanView(otlp_); }
  /// The bytes of OTLP's Span message.
  [[nodiscard]] std::string_view otlp() const noexcept { return otlp_; }
  [[nodiscard]] InstrumentationScope scope() const noexcept;
  [[nodiscard]] const detail::TracerCore& core() const noexcept { return *core_; }

 private:
  const detail::TracerCore* core_;
  std::string_view otlp_;
};

/// All members are thread-safe and never throw.
class SpanProcessor {
 public:
  virtual ~SpanProcessor() = default;

  /// A sampled span ended, on the calling thread. Must be quick.
  virtual void on_end(const FinishedSpan& span) noexcept = 0;

  /// Exports what has ended so far. False if that was not done by the deadline.
  virtual bool force_flush(Deadline deadline) noexcept = 0;

  /// Flushes, then gives up everything; spans that end later are dropped and counted. Once; later calls do
  /// nothing.
  virtual bool shutdown(Deadline deadline) noexcept = 0;

 protected:
  SpanProcessor() = default;
  SpanProcessor(const SpanProcessor&) = default;
  SpanProcessor& operator=(const SpanProcessor&) = default;
};

struct BatchOptions {
  std::chrono::milliseconds schedule_delay{5'000};   ///< OTEL_BSP_SCHEDULE_DELAY
  std::chrono::milliseconds export_timeout{30'000};  ///< OTEL_BSP_EXPORT_TIMEOUT
  std::size_t max_queue_size = 2'048;       ///< OTEL_BSP_MAX_QUEUE_SIZE; spans waiting, of each thread
  std::size_t max_export_batch_size = 512;  ///< OTEL_BSP_MAX_EXPORT_BATCH_SIZE; spans
  std::size_t max_queue_bytes = 64u << 20;  ///< Memory for waiting spans, of all threads together
  std::size_t max_export_batch_bytes =
      3u << 20;  ///< A request stays below this; receivers take 4 MiB by default
};

/// Queues spans and exports them in batches from a thread of its own: when a batch is full, or
/// `schedule_delay` after the last export. A span that finds the queue full is dropped and counted; nothing
/// ever waits.
class BatchSpanProcessor final : public SpanProcessor {
 public:
  explicit BatchSpanProcessor(std::unique_ptr<SpanExporter> exporter, const BatchOptions& options = {});
  ~BatchSpanProcessor() override;  ///< Shuts down, within the export timeout.

  void on_end(const FinishedSpan& span) noexcept override;
  bool force_flush(Deadline deadline) noexcept override;
  bool shutdown(Deadline deadline) noexcept override;

  /// Spans lost so far: queue full, ended after shutdown, or export failed.
  [[nodiscard]] std::uint64_t dropped() const noexcept;
  /// Spans delivered so far.
  [[nodiscard]] std::uint64_t exported() const noexcept;

 private:
  class State;
  std::shared_ptr<State> state_;
};

/// Exports every span as it ends, on the thread that ends it.
class SimpleSpanProcessor final : public SpanProcessor {
 public:
  explicit SimpleSpanProcessor(std::unique_ptr<SpanExporter> exporter);
  ~SimpleSpanProcessor() override;

  void on_end(const FinishedSpan& span) noexcept override;
  bool force_flush(Deadline deadline) noexcept override;
  bool shutdown(Deadline deadline) noexcept override;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace sonde
