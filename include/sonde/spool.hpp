#pragma once

// A spool on disk between a processor and an exporter: what it is given is in a file before export_batch()
// returns, and the file goes when the receiver has answered. So while the receiver is away nothing is lost
// but what `max_bytes` and `max_age` say, whatever becomes of the process meanwhile: the next one to use the
// folder sends what this one left, oldest first.
//
//     auto exporter = sonde::make_otlp_span_exporter({}, problems);
//     auto spooled = sonde::make_spooled_exporter(*std::move(exporter), {.directory = "/var/spool/my-app"});
//
// A receiver may see a batch twice: if the process, or its connection, ends between the receiver's taking it
// and the process's knowing.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "sonde/expected.hpp"
#include "sonde/log_record_exporter.hpp"
#include "sonde/metric_exporter.hpp"
#include "sonde/span_exporter.hpp"

namespace sonde {

/// What became of the items (spans, log records, data points) that this process wrote or sent.
struct SpoolStatistics {
  std::uint64_t written = 0;    ///< To files.
  std::uint64_t delivered = 0;  ///< From files.
  std::uint64_t rejected = 0;   ///< By the receiver, one by one, of batches that it took.
  // Dropped:
  std::uint64_t full = 0;     ///< The oldest, to make room within max_bytes.
  std::uint64_t expired = 0;  ///< Older than max_age.
  std::uint64_t refused = 0;  ///< By the receiver, for good.
  std::uint64_t damaged = 0;  ///< In files that are not as they were written; those are set aside.
};

/// Lets a program see a spool's statistics. Shared between the spool that fills it and who looks;
/// thread-safe.
class SpoolMonitor {
 public:
  enum class Counter : std::uint8_t { written, delivered, rejected, full, expired, refused, damaged };

  [[nodiscard]] SpoolStatistics read() const noexcept {
    const auto value = [this](Counter counter) { return at(counter).load(std::memory_order_relaxed); };
    return {.written = value(Counter::written),
            .delivered = value(Counter::delivered),
            .rejected = value(Counter::rejected),
            .full = value(Counter::full),
            .expired = value(Counter::expired),
            .refused = value(Counter::refused),
            .damaged = value(Counter::damaged)};
  }
  void count(Counter counter, std::uint64_t items) noexcept {
    counts_[static_cast<std::size_t>(counter)].fetch_add(items, std::memory_order_relaxed);
  }

 private:
  using Count = std::atomic<std::uint64_t>;

  [[nodiscard]] const Count& at(Counter counter) const noexcept {
    return counts_[static_cast<std::size_t>(counter)];
  }

  std::array<Count, 7> counts_{};
};

struct SpoolOptions {
  /// Made if it is missing, for this user only; its parent must exist. Several processes may share it, if
  /// they send to the same receiver: one of them sends for all, and another when that one ends.
  std::string directory;
  /// For each signal. The oldest files go when a new one would not fit.
  std::size_t max_bytes = 256u << 20;
  std::chrono::seconds max_age = std::chrono::hours(72);
  /// Between attempts while the receiver is away, give or take a fifth; each attempt has the exporter's own
  /// retries.
  std::chrono::milliseconds retry_delay{5'000};
  /// Flush each file to the disk itself, so that it survives a power cut; otherwise it survives the process.
  /// Costs milliseconds a batch.
  bool flush_to_disk = false;
  std::shared_ptr<SpoolMonitor> monitor = {};
};

/// Puts a spool before `exporter`. export_batch() waits for the receiver's answer only while there is nothing
/// else in the spool, and a second at most; once the batch is in a file it counts as delivered. Destruction
/// waits a second at most for what is under way; what is left stays in the folder. If the folder cannot be
/// written, batches go to the exporter directly. Fails if the folder cannot be made or used, naming it.
[[nodiscard]] Expected<std::unique_ptr<SpanExporter>> make_spooled_exporter(
    std::unique_ptr<SpanExporter> exporter, const SpoolOptions& options);
[[nodiscard]] Expected<std::unique_ptr<LogRecordExporter>> make_spooled_exporter(
    std::unique_ptr<LogRecordExporter> exporter, const SpoolOptions& options);
[[nodiscard]] Expected<std::unique_ptr<MetricExporter>> make_spooled_exporter(
    std::unique_ptr<MetricExporter> exporter, const SpoolOptions& options);

}  // namespace sonde
