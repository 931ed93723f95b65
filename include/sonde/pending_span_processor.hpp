#pragma once

// Makes spans visible that have not ended: an agent that has been at work for minutes, or one that crashed in
// the midst of it. While a span runs, snapshots of what it holds so far are passed on, the first after five
// seconds, the next ones at intervals that grow. A snapshot is the span without an end time and with two
// attributes that no finished span has:
//
//     sonde.span.pending         true
//     sonde.span.snapshot_time   when it was taken, in nanoseconds since the Unix epoch
//
// There is no convention for this in OpenTelemetry, and what others use (logfire.span_type = "pending_span")
// promises more than we do, so the names are our own. Sonde's server shows the newest snapshot until the span
// itself arrives; other backends may show both, so the processor is for those who ask for it:
//
//     options.processors.push_back(std::make_unique<sonde::PendingSpanProcessor>(std::move(batch)));
//
// While it is there, each recording call takes the span's own lock, which nobody else holds but while a
// snapshot of that span is copied.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "sonde/span_processor.hpp"

namespace sonde {

struct PendingSpanOptions {
  std::chrono::milliseconds first_snapshot{5'000};     ///< After the span's start, within a tenth of it.
  std::chrono::milliseconds longest_interval{60'000};  ///< Intervals double until they reach this.
};

/// Passes finished spans on as they are, and snapshots of the sampled ones among those that are running. Has
/// a thread of its own, which sleeps while no span runs.
class PendingSpanProcessor final : public SpanProcessor {
 public:
  explicit PendingSpanProcessor(std::unique_ptr<SpanProcessor> next, const PendingSpanOptions& options = {});
  ~PendingSpanProcessor() override;

  [[nodiscard]] Interest interest() const noexcept override;
  void on_start(RecordingSpan& span, const Parent& parent) noexcept override;
  void on_ending(RecordingSpan& span) noexcept override;
  void on_end(const FinishedSpan& span) noexcept override;
  bool force_flush(Deadline deadline) noexcept override;
  bool shutdown(Deadline deadline) noexcept override;

  /// Snapshots passed on so far.
  [[nodiscard]] std::uint64_t snapshots() const noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace sonde
