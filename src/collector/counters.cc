#include "collector/counters.h"

namespace sonde::collector {

std::string_view signal_name(otlp::Signal signal) noexcept {
  switch (signal) {
    case otlp::Signal::traces: return "traces";
    case otlp::Signal::logs: return "logs";
    case otlp::Signal::metrics: return "metrics";
  }
  return {};
}

void Counters::add_accepted(otlp::Signal signal, std::uint64_t items) noexcept {
  accepted_[static_cast<std::size_t>(signal)].fetch_add(items, std::memory_order_relaxed);
}

void Counters::add_refused(otlp::Signal signal, std::string_view reason, std::uint64_t count) {
  const std::scoped_lock lock(mutex_);
  refused_[{signal, std::string(reason)}] += count;
}

std::uint64_t Counters::accepted(otlp::Signal signal) const noexcept {
  return accepted_[static_cast<std::size_t>(signal)].load(std::memory_order_relaxed);
}

std::vector<Counters::Refused> Counters::refused() const {
  const std::scoped_lock lock(mutex_);
  std::vector<Refused> all;
  all.reserve(refused_.size());
  for (const auto& [key, count] : refused_) all.push_back({key.first, key.second, count});
  return all;
}

}  // namespace sonde::collector
