#pragma once

// What happens to spans between recording and export. Two processors: batching, for production, and simple,
// which exports each span as it ends, for programs that print to a terminal.
//
// Source: specification trace/sdk.md, Span Processor.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sonde/batch_options.hpp"
#include "sonde/processor_statistics.hpp"
#include "sonde/resource.hpp"
#include "sonde/span.hpp"
#include "sonde/span_exporter.hpp"
#include "sonde/span_view.hpp"
#include "sonde/tracer.hpp"

namespace sonde {

namespace detail {
class BatchWorker;
class SimpleWorker;
}  // namespace detail

/// A span that is being recorded: what it holds so far can be read, and more be said about it. A view, valid
/// during the call.
class RecordingSpan : public SpanRecorder {
 public:
  explicit RecordingSpan(detail::SpanRecord& record) noexcept : SpanRecorder(&record) {}
  RecordingSpan(const RecordingSpan&) = delete;
  RecordingSpan& operator=(const RecordingSpan&) = delete;

  /// What has been recorded so far, without the counts of what was dropped. Recording more ends the view.
  [[nodiscard]] SpanView view() const noexcept;
  /// Whether it will be exported; else it is recorded for processors only.
  [[nodiscard]] bool is_sampled() const noexcept;
  [[nodiscard]] InstrumentationScope scope() const noexcept;
  [[nodiscard]] const Resource& resource() const noexcept;
  [[nodiscard]] detail::SpanRecord& record() noexcept { return *record_; }
};

/// A span that has just ended. A view, valid during the call.
class FinishedSpan {
 public:
  FinishedSpan(const detail::TracerCore& core, std::string_view otlp, bool is_sampled = true) noexcept
      : core_(&core), otlp_(otlp), is_sampled_(is_sampled) {}

  [[nodiscard]] SpanView view() const noexcept { return SpanView(otlp_); }
  /// The bytes of OTLP's Span message.
  [[nodiscard]] std::string_view otlp() const noexcept { return otlp_; }
  /// Whether it is to be exported. Those that are not were recorded for processors only.
  [[nodiscard]] bool is_sampled() const noexcept { return is_sampled_; }
  [[nodiscard]] InstrumentationScope scope() const noexcept;
  [[nodiscard]] const Resource& resource() const noexcept;
  [[nodiscard]] const detail::TracerCore& core() const noexcept { return *core_; }

 private:
  const detail::TracerCore* core_;
  std::string_view otlp_;
  bool is_sampled_;
};

/// All members are thread-safe and never throw. A provider calls its processors in their order.
class SpanProcessor {
 public:
  virtual ~SpanProcessor() = default;

  /// Which of the calls below a processor does without, so that spans need not make them. Asked once, when
  /// the provider is made.
  struct Interest {
    bool on_start = true;
    bool on_ending = true;
  };
  [[nodiscard]] virtual Interest interest() const noexcept { return {}; }

  /// A span has started, on the calling thread; its first attributes and links are there. Must be quick.
  virtual void on_start(RecordingSpan& /*span*/, const Parent& /*parent*/) noexcept {}

  /// A span is ending, on the calling thread: the last moment to change it. Its end time is there. Must be
  /// quick.
  virtual void on_ending(RecordingSpan& /*span*/) noexcept {}

  /// A span ended, on the calling thread. One that is not sampled must not be exported. Must be quick.
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

/// Queues spans and exports them in batches from a thread of its own: when a batch is full, and at least
/// every `schedule_delay`. A span that finds the queue full is dropped and counted; nothing ever waits. A
/// batch that the receiver refuses for its content or its size is tried again in parts, so that a bad span
/// costs itself alone. After a fork the child has a thread and a queue of its own, and leaves the parent's
/// spans to the parent.
class BatchSpanProcessor final : public SpanProcessor {
 public:
  explicit BatchSpanProcessor(std::unique_ptr<SpanExporter> exporter, const BatchOptions& options = {});
  ~BatchSpanProcessor() override;  ///< Shuts down, allowing five seconds.

  [[nodiscard]] Interest interest() const noexcept override { return {false, false}; }
  void on_end(const FinishedSpan& span) noexcept override;
  bool force_flush(Deadline deadline) noexcept override;
  /// Returns at the latest a tenth of a second after the deadline, even if the exporter hangs.
  bool shutdown(Deadline deadline) noexcept override;

  /// Takes a lock.
  [[nodiscard]] ProcessorStatistics statistics() const noexcept;
  /// Spans lost so far, for whichever reason.
  [[nodiscard]] std::uint64_t dropped() const noexcept { return statistics().dropped(); }
  /// Spans delivered so far.
  [[nodiscard]] std::uint64_t exported() const noexcept { return statistics().exported; }
  /// As in BatchOptions, or batching_span_processor/0 and so on.
  [[nodiscard]] std::string_view component_name() const noexcept;

 private:
  std::unique_ptr<detail::BatchWorker> worker_;
};

/// Exports every span as it ends, on the thread that ends it.
class SimpleSpanProcessor final : public SpanProcessor {
 public:
  explicit SimpleSpanProcessor(std::unique_ptr<SpanExporter> exporter, std::string component_name = {});
  ~SimpleSpanProcessor() override;

  [[nodiscard]] Interest interest() const noexcept override { return {false, false}; }
  void on_end(const FinishedSpan& span) noexcept override;
  bool force_flush(Deadline deadline) noexcept override;
  bool shutdown(Deadline deadline) noexcept override;

  [[nodiscard]] ProcessorStatistics statistics() const noexcept;
  /// As given, or simple_span_processor/0 and so on.
  [[nodiscard]] std::string_view component_name() const noexcept;

 private:
  std::unique_ptr<detail::SimpleWorker> worker_;
};

}  // namespace sonde
