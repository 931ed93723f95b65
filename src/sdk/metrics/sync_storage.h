#pragma once

// Where synchronous measurements go. Every thread has a shard: cells that it alone writes, and a table that
// it alone uses, to find the cell of a set of attributes. So recording neither locks nor contends nor
// allocates; only a set that the thread sees for the first time takes the recording mutex, under which the
// series, one for each set of attributes, are shared by all shards and bounded by the cardinality limit.
//
// A collection merges what the cells took since the last one into the state that each series keeps for each
// reader, and encodes the states of the one that collects.
//
// If all readers want deltas, series without measurements are forgotten when room is short. The storage's
// generation changes then, and each thread, when it records next, gives up its cells for what is gone.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "sdk/metrics/aggregators.h"
#include "sdk/metrics/attribute_set.h"
#include "sdk/metrics/exemplar_reservoir.h"
#include "sdk/metrics/metric_storage.h"
#include "sdk/metrics/thread_index.h"
#include "sonde/span.hpp"

namespace sonde::detail {

template <class Aggregator>
class SyncStorage final : public SyncMetricStorage {
 public:
  using Value = typename Aggregator::Value;
  using State = typename Aggregator::State;

  SyncStorage(const ScopeCore& scope, const MetricStream& stream, std::vector<StreamReader> readers,
              ExemplarFilter exemplar_filter);

  void record(std::int64_t value, Attributes attributes) noexcept override {
    record_value(static_cast<Value>(value), attributes);
    if (next != nullptr) [[unlikely]]
      next->record(value, attributes);
  }
  void record(double value, Attributes attributes) noexcept override {
    record_value(static_cast<Value>(value), attributes);
    if (next != nullptr) [[unlikely]]
      next->record(value, attributes);
  }
  std::unique_ptr<BoundSeries> bind(Attributes attributes) override;
  void collect(const CollectionContext& context, MetricWriter& writer) override;
  void reset() override;

 private:
  struct ExemplarCandidate {
    Exemplar exemplar;
    std::uint64_t seen = 0;
  };
  struct Series {
    /// What one reader has not collected yet or, if it wants cumulative data, everything.
    struct Pending {
      State state;
      bool has_value = false;
      std::string exemplars;  ///< Encoded; of the time since the last collection.
    };

    explicit Series(Attributes set) : attributes(set) {}

    const AttributeSet attributes;
    std::uint64_t hash = 0;
    std::string encoded_attributes;
    std::uint64_t start_time = 0;
    std::vector<Pending> pending;  ///< One a reader.
    std::vector<ExemplarCandidate> candidates;
    std::uint32_t cells = 0;
    bool is_pinned = false;   ///< Bound, or the overflow: never forgotten.
    bool is_evicted = false;  ///< Forgotten, but for the cells that still lead here.
  };
  struct alignas(64) Cell {
    Cell(const Aggregator& aggregator, Series& cell_series)
        : data(aggregator.make_cell()), series(&cell_series) {}
    typename Aggregator::Cell data;
    Series* series;
    std::atomic<ExemplarReservoir*> reservoir{nullptr};
    std::unique_ptr<ExemplarReservoir> owned_reservoir;
  };
  class Shard;
  class Bound;

  void record_value(Value value, Attributes attributes) noexcept;
  void record_slowly(Value value, Attributes attributes) noexcept;
  void record_filtered(Shard& shard, Value value, Attributes attributes) noexcept;
  void record_found(Shard& shard, Value value, Attributes attributes,
                    const DroppedAttributes& dropped) noexcept;
  [[gnu::always_inline]] void record_in(Cell& cell, Value value) noexcept {
    aggregator_.record(cell.data, value, epoch_.load(std::memory_order_relaxed));
  }
  [[nodiscard]] bool is_exemplar() const noexcept {
    if (exemplar_filter_ == ExemplarFilter::trace_based) {
      const Span* const span = current.span;
      return span != nullptr && span->context().is_sampled();
    }
    return exemplar_filter_ == ExemplarFilter::always_on;
  }
  void offer_exemplar(Cell& cell, Value value, const DroppedAttributes& dropped) noexcept;

  // All below: the recording mutex is held. They throw std::bad_alloc.
  Shard& shard_of(std::uint32_t thread);
  Cell& cell_of(Shard& shard, Series& series);
  Series* find_series(Attributes unique, std::uint64_t hash) const noexcept;
  Series& find_or_add_series(Attributes unique, std::uint64_t hash);
  Series& add_series(Attributes unique, std::uint64_t hash);
  Series& overflow();
  void give_up_evicted(Shard& shard);
  Series& revive(Series& series);

  /// What is beyond the hot path, as recording threads call it; null if memory is exhausted.
  Shard* prepare_shard(std::uint32_t thread) noexcept;
  Cell* prepare_cell(Shard& shard, Attributes attributes, std::uint64_t hash) noexcept;

  void gather();
  void gather_cell(Cell& cell);
  void gather_exemplars(Cell& cell, Series& series);
  void settle_exemplars(Series& series);
  void evict_idle();
  void drop_evicted();
  void fold_excess(std::size_t place);
  void encode(const Series& series, std::size_t place, std::uint64_t start, std::uint64_t time,
              MetricWriter& writer) const;

  const Aggregator aggregator_;
  const ExemplarFilter exemplar_filter_;
  const bool has_filter_;
  const bool is_delta_only_;
  const std::size_t most_series_;

  std::atomic<std::uint64_t> epoch_{1};
  std::atomic<std::uint64_t> generation_{1};
  PerThread<Shard> shards_;

  // The recording mutex guards these.
  std::vector<std::unique_ptr<Shard>> all_shards_;
  std::vector<std::unique_ptr<Series>> series_;  ///< In the order they were first seen; not the overflow.
  std::vector<std::unique_ptr<Series>> evicted_;
  std::unordered_multimap<std::uint64_t, Series*> index_;
  std::unique_ptr<Series> overflow_;

  // The metrics mutex guards these.
  std::vector<Series*> collected_;  ///< The series as of the last gathering, the overflow last.
  State scratch_;
};

/// One thread's part of a storage. Only that thread touches it without the recording mutex.
template <class Aggregator>
class SyncStorage<Aggregator>::Shard {
 public:
  [[nodiscard]] Cell* find(std::uint64_t hash, Attributes attributes) const noexcept {
    for (std::size_t i = hash & mask_;; i = (i + 1) & mask_) {
      const Slot& slot = slots_[i];
      if (slot.cell == nullptr) return nullptr;
      if (slot.hash == hash && slot.attributes->matches(attributes)) return slot.cell;
    }
  }
  [[nodiscard]] Cell* find(const Series& series) const noexcept {
    for (const auto& cell : cells_) {
      if (cell->series == &series) return cell.get();
    }
    return nullptr;
  }

  /// Throws std::bad_alloc, and changes nothing then.
  Cell& add(std::unique_ptr<Cell> cell, bool is_overflow) {
    if (!is_overflow && 2 * (cells_.size() + 1) > slots_.size()) rebuild(2 * slots_.size());
    Cell& added = *cells_.emplace_back(std::move(cell));
    if (is_overflow) {
      overflow_ = &added;
    } else {
      insert(added);
    }
    return added;
  }

  template <class ShouldGo>
  void erase_cells(ShouldGo should_go) {
    std::erase_if(cells_, [&](const auto& cell) { return should_go(*cell); });
    rebuild(slots_.size());
    if (overflowed_ != nullptr) overflowed_->fill(0);
  }

  /// The cell for what is beyond the limit, if `hash` is known to be.
  [[nodiscard]] Cell* find_overflowed(std::uint64_t hash) const noexcept {
    return overflowed_ != nullptr && (*overflowed_)[hash % overflowed_->size()] == hash ? overflow_ : nullptr;
  }
  [[nodiscard]] Cell* overflow() const noexcept { return overflow_; }
  void remember_overflowed(std::uint64_t hash) {
    if (overflowed_ == nullptr) overflowed_ = std::make_unique<std::array<std::uint64_t, 1024>>();
    (*overflowed_)[hash % overflowed_->size()] = hash;
  }

  [[nodiscard]] const std::vector<std::unique_ptr<Cell>>& cells() const noexcept { return cells_; }

  std::uint64_t generation = 0;

 private:
  struct Slot {
    std::uint64_t hash = 0;
    const AttributeSet* attributes = nullptr;
    Cell* cell = nullptr;
  };

  void insert(Cell& cell) noexcept {
    std::size_t i = cell.series->hash & mask_;
    while (slots_[i].cell != nullptr) i = (i + 1) & mask_;
    slots_[i] = {cell.series->hash, &cell.series->attributes, &cell};
  }
  void rebuild(std::size_t size) {
    std::vector<Slot> slots(size);
    slots_.swap(slots);
    mask_ = size - 1;
    for (const auto& cell : cells_) {
      if (cell.get() != overflow_) insert(*cell);
    }
  }

  std::vector<Slot> slots_{8};  ///< Open addressing, a power of two of them, at most half full.
  std::size_t mask_ = slots_.size() - 1;
  std::vector<std::unique_ptr<Cell>> cells_;
  Cell* overflow_ = nullptr;
  std::unique_ptr<std::array<std::uint64_t, 1024>> overflowed_;  ///< Hashes lately found beyond the limit.
};

template <class Aggregator>
class SyncStorage<Aggregator>::Bound final : public BoundSeries {
 public:
  Bound(SyncStorage& storage, Series& series, std::string dropped)
      : storage_(storage), series_(series), dropped_(std::move(dropped)) {}

  void record(std::int64_t value) noexcept override { record_here_and_next(value); }
  void record(double value) noexcept override { record_here_and_next(value); }

 private:
  /// All that is rare is one call at the end, so that the rest needs no stack.
  template <class T>
  [[gnu::always_inline]] void record_here_and_next(T value) noexcept {
    Cell* const cell = cells_.get(current_thread_index);
    if (cell == nullptr) [[unlikely]]
      return record_first(value);
    storage_.record_in(*cell, static_cast<Value>(value));
    if (next != nullptr || storage_.is_exemplar()) [[unlikely]]
      finish(*cell, value);
  }
  template <class T>
  [[gnu::noinline]] void record_first(T value) noexcept {
    const ThreadIndex thread;
    Cell* const cell = prepare(thread.value());
    if (cell == nullptr) return;
    storage_.record_in(*cell, static_cast<Value>(value));
    finish(*cell, value);
  }
  template <class T>
  [[gnu::noinline]] void finish(Cell& cell, T value) noexcept {
    if (storage_.is_exemplar()) {
      storage_.offer_exemplar(cell, static_cast<Value>(value), {{}, dropped_});
    }
    if (next != nullptr) next->record(value);
  }
  Cell* prepare(std::uint32_t thread) noexcept {
    try {
      const std::lock_guard lock(recording_mutex());
      Cell& cell = storage_.cell_of(storage_.shard_of(thread), series_);
      cells_.set(thread, &cell);
      return &cell;
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }

  SyncStorage& storage_;
  Series& series_;
  const std::string dropped_;
  PerThread<Cell> cells_;
};

}  // namespace sonde::detail
