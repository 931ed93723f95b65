#pragma once

// Instruments whose attributes were looked up once, to be found again by what an operation knows of itself.
// A lookup neither locks nor allocates. What was looked up stays, so there is a bound on how much: beyond it
// there is nothing, and the caller records with attributes instead.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

#include "genai/operation_labels.h"

namespace sonde::genai::detail {

template <class Series>
class SeriesCache {
 public:
  static constexpr std::size_t most = 128;

  SeriesCache() = default;
  SeriesCache(const SeriesCache&) = delete;
  SeriesCache& operator=(const SeriesCache&) = delete;
  ~SeriesCache() {
    for (const auto& slot : slots_) delete slot.load(std::memory_order_relaxed);
  }

  /// The series of the labels that group model calls, made by make() if need be, which may take locks. Null
  /// if there are too many. Lives as long as this. Thread-safe.
  template <class Make>
  [[nodiscard]] const Series* find_or_make(const OperationLabels& labels, Make make) noexcept {
    const std::uint64_t hash = hash_of_model(labels);
    for (std::size_t i = hash % slots_.size();; i = (i + 1) % slots_.size()) {
      const Entry* found = slots_[i].load(std::memory_order_acquire);
      if (found == nullptr) found = add(slots_[i], hash, labels, make);
      if (found == nullptr) return nullptr;
      if (found->hash == hash && are_same_model(found->labels, labels)) return &found->series;
    }
  }

 private:
  struct Entry {
    Entry(std::uint64_t labels_hash, const OperationLabels& given, Series made)
        : hash(labels_hash), labels(keep(given, texts)), series(made) {}

    const std::uint64_t hash;
    TextStore texts;
    const OperationLabels labels;
    const Series series;
  };

  /// Fills the slot, or finds that another thread was faster. Null if there is no room.
  template <class Make>
  [[gnu::noinline]] const Entry* add(std::atomic<const Entry*>& slot, std::uint64_t hash,
                                     const OperationLabels& labels, Make make) noexcept {
    if (size_.fetch_add(1, std::memory_order_relaxed) < most) {
      try {
        auto made = std::make_unique<const Entry>(hash, labels, make());
        const Entry* found = nullptr;
        if (slot.compare_exchange_strong(found, made.get(), std::memory_order_acq_rel)) return made.release();
        size_.fetch_sub(1, std::memory_order_relaxed);
        return found;
      } catch (const std::bad_alloc&) {
      }
    }
    size_.fetch_sub(1, std::memory_order_relaxed);
    return nullptr;
  }

  std::array<std::atomic<const Entry*>, 2 * most> slots_{};  ///< Open addressing; never full.
  std::atomic<std::size_t> size_{0};
};

}  // namespace sonde::genai::detail
