#pragma once

// How a batch processor gathers what is recorded, for spans and log records alike.
//
// Source: specification trace/sdk.md and logs/sdk.md, Batching processor.

#include <chrono>
#include <cstddef>
#include <string>

namespace sonde {

/// The defaults are those of spans; log records' are default_log_record_batch().
struct BatchOptions {
  /// OTEL_BSP_SCHEDULE_DELAY, OTEL_BLRP_SCHEDULE_DELAY: the longest that a recorded item waits for others.
  std::chrono::milliseconds schedule_delay{5'000};
  /// OTEL_BSP_EXPORT_TIMEOUT, OTEL_BLRP_EXPORT_TIMEOUT: how long one export may take.
  std::chrono::milliseconds export_timeout{30'000};
  /// OTEL_BSP_MAX_QUEUE_SIZE, OTEL_BLRP_MAX_QUEUE_SIZE: items waiting, of all threads together.
  std::size_t max_queue_size = 2'048;
  /// OTEL_BSP_MAX_EXPORT_BATCH_SIZE, OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: items in one request.
  std::size_t max_export_batch_size = 512;
  /// Memory for waiting items, of all threads together.
  std::size_t max_queue_bytes = 64u << 20;
  /// Two items go into one request only if it stays below this; receivers take 4 MiB by default.
  std::size_t max_export_batch_bytes = 3u << 20;
  /// What the SDK's own metrics call it (otel.component.name). Empty: its type and a number.
  std::string component_name = {};
};

/// What the specification has for log records: they wait for a second, not for five.
[[nodiscard]] inline BatchOptions default_log_record_batch() {
  return {.schedule_delay = std::chrono::milliseconds(1'000)};
}

}  // namespace sonde
