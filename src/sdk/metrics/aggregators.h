#pragma once

// How measurements are summed up. Each aggregator has a Cell, which one thread writes and a collection reads,
// and a State, into which a collection merges the cells of all threads:
//
//     record(cell, value, epoch)   on the recording thread; neither locks nor allocates
//     gather(cell, state)          what was recorded since the last time, into an empty state; false: nothing
//     merge(into, state), clear(state), encode(state, writer)
//
// Cells only grow, and a collection subtracts what it saw the last time; so cells serve any number of
// readers, and nobody ever waits to reset them. What does not subtract, floating sums and extremes, starts
// anew in each epoch (the storage counts one a collection): the writer notices that the epoch has changed. A
// cell is read as a whole: its version is odd while it is written, and whoever reads it meanwhile tries
// again.

#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "sdk/metrics/bucket_index.h"
#include "sdk/metrics/exemplar_reservoir.h"
#include "sdk/metrics/exponential_histogram.h"
#include "sdk/metrics/metric_stream.h"
#include "sdk/metrics/patient_lock.h"
#include "sdk/metrics/point_writer.h"

namespace sonde::detail {

/// A word that one thread writes and others read; on common processors as cheap as a plain one.
template <class T>
class SharedWord {
 public:
  SharedWord() = default;
  explicit SharedWord(T value) noexcept : value_(value) {}
  /// The writing thread's, which need not be atomic: nobody else writes.
  [[nodiscard]] T own() const noexcept { return value_; }
  void set(T value) noexcept { std::atomic_ref<T>(value_).store(value, std::memory_order_release); }
  /// Any other thread's.
  [[nodiscard]] T get() const noexcept { return std::atomic_ref<T>(value_).load(std::memory_order_acquire); }

 private:
  alignas(std::atomic_ref<T>::required_alignment) mutable T value_{};
};

/// The version of a cell (a sequence lock with one writer).
class CellVersion {
 public:
  /// The cell is being written as long as this lives.
  class Writing {
   public:
    explicit Writing(CellVersion& version) noexcept : version_(version.version_), begun_(version_.own() + 1) {
      version_.set(begun_);
    }
    ~Writing() { version_.set(begun_ + 1); }
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

   private:
    SharedWord<std::uint64_t>& version_;
    const std::uint64_t begun_;
  };

  /// Calls read() until nothing was written meanwhile. False, without reading, if nothing was written since
  /// the last time. A writer that never pauses is read as it is after a while: what then does not fit
  /// together is made up for by the next reading.
  template <class Read>
  bool read(Read read) noexcept {
    constexpr int most_tries = 1'000;
    std::uint64_t version = version_.get();
    if (version == seen_) return false;
    for (int i = 0; i < most_tries; ++i) {
      if (version % 2 == 0) {
        read();
        const std::uint64_t after = version_.get();
        if (after == version) {
          seen_ = version;
          return true;
        }
        version = after;
      } else {
        if (i % 16 == 15) std::this_thread::yield();
        version = version_.get();
      }
    }
    read();
    seen_ = version - version % 2;
    return true;
  }
  /// Whether anything was written since the last reading.
  [[nodiscard]] bool has_changed() const noexcept { return version_.get() != seen_; }

 private:
  SharedWord<std::uint64_t> version_;
  std::uint64_t seen_ = 0;
};

/// A floating sum that can be read exactly for each epoch: what was added in the current one, and before.
class EpochSum {
 public:
  void add(double value) noexcept { current_.set(current_.own() + value); }
  void begin_epoch() noexcept {
    before_.set(before_.own() + current_.own());
    current_.set(0);
  }
  /// What was added since the last time; `is_new_epoch`: whether one began since then.
  [[nodiscard]] double take(double before, double current, bool is_new_epoch) noexcept {
    const double added =
        is_new_epoch ? current + (before - (seen_before_ + seen_current_)) : current - seen_current_;
    seen_before_ = before;
    seen_current_ = current;
    return added;
  }
  [[nodiscard]] double before() const noexcept { return before_.get(); }
  [[nodiscard]] double current() const noexcept { return current_.get(); }

 private:
  SharedWord<double> before_;
  SharedWord<double> current_;
  double seen_before_ = 0;
  double seen_current_ = 0;
};

class IntegerSum {
 public:
  using Value = std::int64_t;
  struct Cell {
    SharedWord<std::uint64_t> writes;
    SharedWord<std::int64_t> sum;
    std::uint64_t seen_writes = 0;
    std::int64_t seen_sum = 0;
    [[nodiscard]] bool has_changed() const noexcept { return writes.get() != seen_writes; }
  };
  struct State {
    std::int64_t sum = 0;
  };

  explicit IntegerSum(const MetricStream& /*stream*/) noexcept {}
  [[nodiscard]] Cell make_cell() const noexcept { return {}; }
  [[nodiscard]] State make_state() const noexcept { return {}; }

  void record(Cell& cell, std::int64_t value, std::uint64_t /*epoch*/) const noexcept {
    cell.sum.set(wrap(cell.sum.own(), value, std::plus<>()));
    cell.writes.set(cell.writes.own() + 1);
  }
  bool gather(Cell& cell, State& state) const noexcept {
    const std::uint64_t writes = cell.writes.get();
    if (writes == cell.seen_writes) return false;
    const std::int64_t sum = cell.sum.get();
    state.sum = wrap(sum, cell.seen_sum, std::minus<>());
    cell.seen_writes = writes;
    cell.seen_sum = sum;
    return true;
  }
  void merge(State& into, const State& from) const noexcept {
    into.sum = wrap(into.sum, from.sum, std::plus<>());
  }
  void clear(State& state) const noexcept { state = {}; }
  void encode(const State& state, PointWriter& writer) const {
    writer.fixed(otlp::fields::number_point::as_int, state.sum);
  }
  [[nodiscard]] std::size_t bucket(std::int64_t /*value*/) const noexcept { return 0; }

 private:
  /// Overflow wraps around.
  template <class Operation>
  static std::int64_t wrap(std::int64_t a, std::int64_t b, Operation operation) noexcept {
    return static_cast<std::int64_t>(operation(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)));
  }
};

class FloatingSum {
 public:
  using Value = double;
  struct Cell {
    CellVersion version;
    SharedWord<std::uint64_t> epoch;
    EpochSum sum;
    std::uint64_t seen_epoch = 0;
    [[nodiscard]] bool has_changed() const noexcept { return version.has_changed(); }
  };
  struct State {
    double sum = 0;
  };

  explicit FloatingSum(const MetricStream& /*stream*/) noexcept {}
  [[nodiscard]] Cell make_cell() const noexcept { return {}; }
  [[nodiscard]] State make_state() const noexcept { return {}; }

  void record(Cell& cell, double value, std::uint64_t epoch) const noexcept {
    const CellVersion::Writing writing(cell.version);
    if (cell.epoch.own() != epoch) [[unlikely]] {
      cell.sum.begin_epoch();
      cell.epoch.set(epoch);
    }
    cell.sum.add(value);
  }
  bool gather(Cell& cell, State& state) const noexcept {
    std::uint64_t epoch = 0;
    double before = 0;
    double current = 0;
    const bool has_changed = cell.version.read([&] {
      epoch = cell.epoch.get();
      before = cell.sum.before();
      current = cell.sum.current();
    });
    if (!has_changed) return false;
    state.sum = cell.sum.take(before, current, std::exchange(cell.seen_epoch, epoch) != epoch);
    return true;
  }
  void merge(State& into, const State& from) const noexcept { into.sum += from.sum; }
  void clear(State& state) const noexcept { state = {}; }
  void encode(const State& state, PointWriter& writer) const {
    writer.fixed(otlp::fields::number_point::as_double, state.sum);
  }
  [[nodiscard]] std::size_t bucket(double /*value*/) const noexcept { return 0; }
};

template <class T>
class LastValue {
 public:
  using Value = T;
  struct State {
    T value = 0;
    std::uint64_t time = 0;
  };
  struct Cell {
    CellVersion version;
    SharedWord<T> value;
    SharedWord<std::uint64_t> time;
    [[nodiscard]] bool has_changed() const noexcept { return version.has_changed(); }
  };

  explicit LastValue(const MetricStream& /*stream*/) noexcept {}
  [[nodiscard]] Cell make_cell() const noexcept { return {}; }
  [[nodiscard]] State make_state() const noexcept { return {}; }

  void record(Cell& cell, T value, std::uint64_t /*epoch*/) const noexcept {
    const std::uint64_t time = base::Clock::now();
    const CellVersion::Writing writing(cell.version);
    cell.value.set(value);
    cell.time.set(time);
  }
  bool gather(Cell& cell, State& state) const noexcept {
    return cell.version.read([&] { state = {cell.value.get(), cell.time.get()}; });
  }
  void merge(State& into, const State& from) const noexcept {
    if (from.time >= into.time) into = from;
  }
  void clear(State& state) const noexcept { state = {}; }
  void encode(const State& state, PointWriter& writer) const {
    if constexpr (std::is_same_v<T, double>) {
      writer.fixed(otlp::fields::number_point::as_double, state.value);
    } else {
      writer.fixed(otlp::fields::number_point::as_int, state.value);
    }
  }
  [[nodiscard]] std::size_t bucket(T /*value*/) const noexcept { return 0; }
};

class ExplicitBucketHistogram {
 public:
  using Value = double;
  struct Cell {
    CellVersion version{};
    SharedWord<std::uint64_t> epoch{};
    EpochSum sum{};
    SharedWord<double> min{std::numeric_limits<double>::infinity()};
    SharedWord<double> max{-std::numeric_limits<double>::infinity()};
    std::unique_ptr<SharedWord<std::uint64_t>[]> counts;
    std::unique_ptr<std::uint64_t[]> seen_counts;
    std::uint64_t seen_epoch = 0;
    [[nodiscard]] bool has_changed() const noexcept { return version.has_changed(); }
  };
  struct State {
    std::vector<std::uint64_t> counts;
    double sum = 0;
    double min = std::numeric_limits<double>::infinity();
    double max = -std::numeric_limits<double>::infinity();
  };

  explicit ExplicitBucketHistogram(const MetricStream& stream);
  [[nodiscard]] Cell make_cell() const;
  [[nodiscard]] State make_state() const;

  [[gnu::always_inline]] void record(Cell& cell, double value, std::uint64_t epoch) const noexcept {
    auto& count = cell.counts[bucket(value)];
    const CellVersion::Writing writing(cell.version);
    count.set(count.own() + 1);
    if (cell.epoch.own() != epoch) [[unlikely]] {
      cell.sum.begin_epoch();
      cell.min.set(value);
      cell.max.set(value);
      cell.epoch.set(epoch);
    }
    cell.sum.add(value);
    if (value < cell.min.own()) cell.min.set(value);
    if (value > cell.max.own()) cell.max.set(value);
  }
  bool gather(Cell& cell, State& state) const noexcept;
  void merge(State& into, const State& from) const noexcept;
  void clear(State& state) const noexcept;
  void encode(const State& state, PointWriter& writer) const;

  [[nodiscard]] std::size_t bucket(double value) const noexcept { return index_.of(value); }

 private:
  BucketIndex index_;
  bool has_sum_;
  bool has_min_max_;
};

class ExponentialBucketHistogram {
 public:
  using Value = double;
  /// Buckets move when the scale changes, so a cell is locked; but for collections nobody else does.
  struct Cell {
    std::unique_ptr<std::mutex> mutex;
    ExponentialHistogram recorded;  ///< Since the last reading.
    /// For the thread that records, and collections.
    [[nodiscard]] bool has_changed() const noexcept {
      const PatientLock lock(*mutex);
      return !lock.owns() || recorded.count() != 0;
    }
  };
  using State = ExponentialHistogram;

  explicit ExponentialBucketHistogram(const MetricStream& stream) noexcept;
  [[nodiscard]] Cell make_cell() const { return {std::make_unique<std::mutex>(), make_state()}; }
  [[nodiscard]] State make_state() const noexcept { return {max_size_, max_scale_}; }

  void record(Cell& cell, double value, std::uint64_t epoch) const noexcept;
  bool gather(Cell& cell, State& state) const noexcept;
  void merge(State& into, const State& from) const { into.merge(from); }
  void clear(State& state) const noexcept { state.clear(); }
  void encode(const State& state, PointWriter& writer) const;
  [[nodiscard]] std::size_t bucket(double /*value*/) const noexcept { return 0; }

 private:
  std::uint32_t max_size_;
  std::int32_t max_scale_;
  bool has_sum_;
  bool has_min_max_;
};

}  // namespace sonde::detail
