#pragma once

// Measurements kept as examples, for one series on one thread: one for each bucket of a histogram, or a fixed
// number for all else, each measurement of the collection interval as likely as any other. Only what is kept
// costs more than a random number: after n measurements, one in n.
//
// Source: specification metrics/sdk.md, ExemplarReservoir.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/metrics/patient_lock.h"
#include "sonde/attribute.hpp"
#include "sonde/ids.hpp"
#include "sonde/metric_view.hpp"

namespace sonde::detail {

struct Exemplar {
  NumberView value;
  std::uint64_t time = 0;
  TraceId trace_id;
  SpanId span_id;
  std::string filtered_attributes;  ///< Encoded as the exemplar's field.
  bool is_set = false;
};

/// The exemplar as a field of its data point, appended to `out`.
void encode_exemplar(const Exemplar& exemplar, std::uint32_t field, std::string& out);

/// What a measurement has that its series has not: as a list, or encoded already.
struct DroppedAttributes {
  Attributes list = {};
  std::string_view encoded = {};  ///< As the exemplar's field.
};

/// One thread offers, another one takes.
class ExemplarReservoir {
 public:
  enum class Kind : std::uint8_t { fixed_size, a_bucket_each };
  /// Throws std::bad_alloc.
  ExemplarReservoir(Kind kind, std::size_t size);

  /// A measurement in the current context, of that bucket if there are buckets; `epoch` counts collections.
  void offer(NumberView value, std::size_t bucket, const DroppedAttributes& dropped,
             std::uint64_t epoch) noexcept;

  /// Calls visit(slot, measurements seen, exemplar) for what has been kept since the last time.
  template <class Visit>
  void take(Visit visit) {
    const PatientLock lock(mutex_);
    if (!lock.owns()) return;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (!std::exchange(slots_[i].is_set, false)) continue;
      const std::size_t counter = kind_ == Kind::fixed_size ? 0 : i;
      visit(i, seen_[counter].load(std::memory_order_relaxed), slots_[i]);
    }
  }

 private:
  void keep(Exemplar& slot, NumberView value, const DroppedAttributes& dropped) noexcept;

  const Kind kind_;
  std::uint64_t epoch_ = 0;
  std::vector<std::atomic<std::uint32_t>> seen_;  ///< Written by the offering thread only.
  std::mutex mutex_;
  std::vector<Exemplar> slots_;
};

/// A random number below `bound`, which is not 0. Good enough for sampling.
[[nodiscard]] std::uint32_t random_below(std::uint32_t bound) noexcept;

}  // namespace sonde::detail
