#pragma once

// What became of everything that a processor was given. Nothing is lost without being counted:
//
//     given = exported + dropped() + queue_size + in_flight

#include <cstddef>
#include <cstdint>

namespace sonde {

/// Counts of spans or log records since the processor was made, or since this process was forked.
struct ProcessorStatistics {
  std::uint64_t submitted = 0;  ///< Given to the exporter, whatever came of it.
  std::uint64_t exported = 0;   ///< Delivered.

  // Dropped before they reached the exporter.
  std::uint64_t queue_full = 0;      ///< As many as max_queue_size were waiting.
  std::uint64_t memory_full = 0;     ///< max_queue_bytes, or the machine's memory, was used up.
  std::uint64_t after_shutdown = 0;  ///< Came when the processor was shut down, or shutting down.
  std::uint64_t suppressed = 0;      ///< Recorded by an exporter while it exported.

  // Dropped by the exporter or the receiver.
  std::uint64_t export_failed = 0;  ///< Not delivered in time, or refused whatever the content.
  std::uint64_t rejected = 0;       ///< Refused for its content.
  std::uint64_t too_large = 0;      ///< Refused for its size.

  std::size_t queue_size = 0;      ///< Waiting now.
  std::size_t queue_capacity = 0;  ///< As many as may wait.
  std::size_t in_flight = 0;       ///< With the exporter now.

  [[nodiscard]] std::uint64_t dropped() const noexcept {
    return queue_full + memory_full + after_shutdown + suppressed + export_failed + rejected + too_large;
  }
};

}  // namespace sonde
