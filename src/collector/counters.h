#pragma once

// What the receivers took in and what they refused, since the start. Nothing is dropped silently: whoever
// refuses something counts it here, and the status page shows it.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "otlp/encode.h"

namespace sonde::collector {

/// "traces", "logs" or "metrics".
[[nodiscard]] std::string_view signal_name(otlp::Signal signal) noexcept;

/// Thread-safe.
class Counters {
 public:
  struct Refused {
    otlp::Signal signal = otlp::Signal::traces;
    std::string reason;  ///< A phrase that names what is counted: "requests over the size limit".
    std::uint64_t count = 0;
  };

  /// Spans, log records or metrics that the pipeline acknowledged.
  void add_accepted(otlp::Signal signal, std::uint64_t items) noexcept;
  /// `reason` must be one of a fixed set, never text from outside: each is kept for good.
  void add_refused(otlp::Signal signal, std::string_view reason, std::uint64_t count = 1);

  [[nodiscard]] std::uint64_t accepted(otlp::Signal signal) const noexcept;
  /// By signal and reason; reasons that never occurred are left out.
  [[nodiscard]] std::vector<Refused> refused() const;

 private:
  std::array<std::atomic<std::uint64_t>, 3> accepted_{};
  mutable std::mutex mutex_;
  std::map<std::pair<otlp::Signal, std::string>, std::uint64_t> refused_;
};

}  // namespace sonde::collector
