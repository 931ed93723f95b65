#pragma once

// Gives requests to an exporter and accounts for every item in them. A request that is refused for its
// content or its size is sent again in halves, down to single items, so that a bad or giant item is lost
// alone.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sdk/request_sink.h"
#include "sonde/processor_statistics.hpp"

namespace sonde::detail {

/// What a processor handles, for messages to a person.
struct ItemNames {
  std::string_view items;                ///< "spans"
  std::string_view queue_size_variable;  ///< "OTEL_BSP_MAX_QUEUE_SIZE"
};

class RequestDelivery {
 public:
  RequestDelivery(std::shared_ptr<RequestSink> sink, const ItemNames& names) noexcept
      : sink_(std::move(sink)), names_(names) {}

  /// Blocks as long as the exporter does; one thread at a time.
  void deliver(std::string_view request, std::size_t items, Deadline deadline) noexcept;

  /// Counts items that never got into a request.
  void count_lost(std::size_t items) noexcept { export_failed_.fetch_add(items, std::memory_order_relaxed); }

  [[nodiscard]] RequestSink& sink() const noexcept { return *sink_; }

  /// Fills in what it counts. Thread-safe, as a snapshot: an item may have moved on while others were read.
  void read(ProcessorStatistics& statistics) const noexcept;

 private:
  using Count = std::atomic<std::uint64_t>;

  /// Of one deliver().
  struct Losses {
    std::size_t items = 0;
    std::string message;  ///< The first.
  };

  void send(std::string_view request, std::size_t items, Deadline deadline, Losses& losses) noexcept;
  void send_part(std::string_view request, std::size_t first, std::size_t last, Deadline deadline,
                 Losses& losses) noexcept;
  [[nodiscard]] bool may_split(const ExportResult& result, std::size_t items) noexcept;
  void lose(std::size_t items, ExportResult result, Losses& losses) noexcept;
  void report(const Losses& losses, std::size_t items) const noexcept;

  const std::shared_ptr<RequestSink> sink_;
  const ItemNames names_;

  int refusals_in_a_row_ = 0;
  bool has_hope_ = true;  ///< That of a refused batch some part will be taken.

  Count submitted_{0};
  Count exported_{0};
  Count export_failed_{0};
  Count rejected_{0};
  Count too_large_{0};
  std::atomic<std::size_t> in_flight_{0};
};

/// Whether this thread is in an exporter's call. What it records meanwhile must not be exported again.
[[nodiscard]] bool is_exporting() noexcept;

}  // namespace sonde::detail
