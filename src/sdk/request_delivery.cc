#include "sdk/request_delivery.h"

#include <algorithm>
#include <new>

#include "sdk/diagnostics.h"
#include "sdk/request_slice.h"

namespace sonde::detail {
namespace {

constinit thread_local int exports_under_way = 0;

struct ExportScope {
  ExportScope() noexcept { ++exports_under_way; }
  ~ExportScope() { --exports_under_way; }
  ExportScope(const ExportScope&) = delete;
  ExportScope& operator=(const ExportScope&) = delete;
};

void add(std::atomic<std::uint64_t>& count, std::size_t items) noexcept {
  count.fetch_add(items, std::memory_order_relaxed);
}

}  // namespace

bool is_exporting() noexcept { return exports_under_way != 0; }

void RequestDelivery::deliver(std::string_view request, std::size_t items, Deadline deadline) noexcept {
  const ExportScope scope;  // for the report too: whoever is told may record it
  in_flight_.store(items, std::memory_order_relaxed);
  add(submitted_, items);
  refusals_in_a_row_ = 0;
  Losses losses;
  send(request, items, deadline, losses);
  if (losses.items != 0) report(losses, items);
}

void RequestDelivery::send(std::string_view request, std::size_t items, Deadline deadline,
                           Losses& losses) noexcept {
  ExportResult result = sink_->send(request, items, deadline);
  if (may_split(result, items)) {
    send_part(request, 0, items / 2, deadline, losses);
    send_part(request, items / 2, items, deadline, losses);
    return;
  }
  std::size_t lost = items;
  if (result.delivered) {
    refusals_in_a_row_ = 0;
    has_hope_ = true;
    lost = std::min<std::uint64_t>(result.rejected, items);
  }
  add(exported_, items - lost);
  in_flight_.fetch_sub(items - lost, std::memory_order_relaxed);
  if (lost != 0) lose(lost, std::move(result), losses);
}

void RequestDelivery::send_part(std::string_view request, std::size_t first, std::size_t last,
                                Deadline deadline, Losses& losses) noexcept {
  std::string part;
  try {
    part = slice_request(request, first, last);
  } catch (const std::bad_alloc&) {
    return lose(last - first, {.delivered = false}, losses);
  }
  send(part, last - first, deadline, losses);
}

bool RequestDelivery::may_split(const ExportResult& result, std::size_t items) noexcept {
  // A receiver that refuses everything must not be asked for each item: when so many requests in a row were
  // refused, the rest of the batch is given up, and later ones are not split until one has been taken.
  constexpr int most_refusals_in_a_row = 32;
  if (result.delivered) return false;
  if (result.failure != ExportFailure::invalid && result.failure != ExportFailure::too_large) return false;
  if (++refusals_in_a_row_ > most_refusals_in_a_row) has_hope_ = false;
  return has_hope_ && items > 1;
}

void RequestDelivery::lose(std::size_t items, ExportResult result, Losses& losses) noexcept {
  const bool is_too_large = !result.delivered && result.failure == ExportFailure::too_large;
  const bool is_rejected = result.delivered || result.failure == ExportFailure::invalid;
  add(is_too_large ? too_large_ : is_rejected ? rejected_ : export_failed_, items);
  in_flight_.fetch_sub(items, std::memory_order_relaxed);
  losses.items += items;
  if (losses.message.empty()) losses.message = std::move(result.message);
}

void RequestDelivery::report(const Losses& losses, std::size_t items) const noexcept {
  try {
    std::string line = "export lost ";
    line += std::to_string(losses.items) + " of " + std::to_string(items) + " ";
    line.append(names_.items).append(": ").append(losses.message);
    diagnose(line);
  } catch (const std::bad_alloc&) {
    return;  // the counters know
  }
}

void RequestDelivery::read(ProcessorStatistics& statistics) const noexcept {
  const auto value = [](const Count& count) { return count.load(std::memory_order_relaxed); };
  statistics.submitted = value(submitted_);
  statistics.exported = value(exported_);
  statistics.export_failed = value(export_failed_);
  statistics.rejected = value(rejected_);
  statistics.too_large = value(too_large_);
  statistics.in_flight = in_flight_.load(std::memory_order_relaxed);
}

}  // namespace sonde::detail
