#include "sdk/exporters/spool.h"

#include <algorithm>
#include <new>
#include <utility>

#include "sdk/diagnostics.h"

namespace sonde::sdk {
namespace {

/// How long callers wait for a receiver that answers, before they leave it to the spool.
constexpr std::chrono::seconds patience{1};

}  // namespace

Spool::Spool(SpoolDirectory directory, Signal signal, std::shared_ptr<detail::RequestSink> sink,
             const SpoolOptions& options)
    : directory_(std::move(directory)),
      options_(options),
      account_{.directory = directory_.path(),
               .signal = signal,
               .monitor = options.monitor ? options.monitor : std::make_shared<SpoolMonitor>()},
      sink_(std::move(sink)),
      sender_(make_sender()) {}

Spool::~Spool() {
  if (const auto sender = sender_.get()) sender->stop(std::chrono::steady_clock::now() + patience);
}

std::shared_ptr<SpoolSender> Spool::make_sender() const {
  auto sender = std::make_shared<SpoolSender>(directory_, account_, sink_, options_);
  sender->start();
  return sender;
}

ExportResult Spool::put(std::string_view request, std::size_t items, Deadline deadline) noexcept {
  try {
    return write(*sender_.get_or_make([this] { return make_sender(); }), request, items, deadline);
  } catch (const std::bad_alloc&) {
    return {.delivered = false, .message = "out of memory"};
  }
}

ExportResult Spool::write(SpoolSender& sender, std::string_view request, std::size_t items,
                          Deadline deadline) {
  if (SpoolDirectory::file_size(request) > options_.max_bytes) {
    return {.delivered = false,
            .message = "the batch is larger than the spool " + directory_.path() + " may be",
            .failure = ExportFailure::too_large};
  }
  const bool is_empty = make_room(SpoolDirectory::file_size(request));
  const std::string name = directory_.new_name(request, items);
  const bool is_expected = is_empty && sender.expect(name);
  if (const auto written = directory_.write(name, request, items); !written) {
    detail::diagnose(written.error().message);
    return sender.send_directly(request, items, deadline);
  }
  account_.count(SpoolMonitor::Counter::written, items);
  sender.notify();
  if (!is_expected) return {};
  // What is not known by then the spool takes care of.
  return sender.expected_result(std::min(deadline, std::chrono::steady_clock::now() + patience))
      .value_or(ExportResult());
}

bool Spool::make_room(std::size_t bytes) const {
  const std::vector<SpoolEntry> entries = directory_.list();
  std::uint64_t total = bytes;
  for (const SpoolEntry& entry : entries) total += entry.bytes;
  for (auto oldest = entries.begin(); oldest != entries.end() && total > options_.max_bytes; ++oldest) {
    if (!directory_.remove_unclaimed(*oldest)) continue;  // It is being sent, or gone.
    total -= oldest->bytes;
    account_.lose(SpoolMonitor::Counter::full, oldest->is_set_aside ? 0 : oldest->items,
                  "it is full, and the oldest go; see SpoolOptions::max_bytes");
  }
  return std::ranges::all_of(entries, &SpoolEntry::is_set_aside);
}

void Spool::cancel() noexcept {
  if (const auto sender = sender_.get()) sender->cancel();
}

}  // namespace sonde::sdk
