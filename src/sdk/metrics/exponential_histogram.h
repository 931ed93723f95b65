#pragma once

// The base-2 exponential histogram: buckets whose boundaries are powers of 2^(2^-scale), at the finest scale
// at which everything recorded fits into the most buckets allowed. Values, not thread-safe.
//
// Source: specification metrics/data-model.md, ExponentialHistogram; metrics/sdk.md, Base2 Exponential Bucket
// Histogram Aggregation.

#include <cstdint>
#include <limits>
#include <vector>

namespace sonde::detail {

/// The index of the bucket that a positive, finite value falls into: base^index < value <= base^(index + 1).
[[nodiscard]] std::int32_t exponential_index(double value, std::int32_t scale) noexcept;

/// The buckets on one side of zero: counts from index `first` to `last`, in a ring.
class ExponentialBuckets {
 public:
  [[nodiscard]] bool is_empty() const noexcept { return first_ > last_; }
  [[nodiscard]] std::int32_t first() const noexcept { return first_; }
  [[nodiscard]] std::int32_t last() const noexcept { return last_; }
  [[nodiscard]] std::uint64_t count(std::int32_t index) const noexcept { return counts_[slot(index)]; }

  /// Whether `index` can be counted without more than `max_size` buckets.
  [[nodiscard]] bool has_room(std::int32_t low, std::int32_t high, std::uint32_t max_size) const noexcept;
  /// There must be room. Throws std::bad_alloc.
  void add(std::int32_t index, std::uint64_t count, std::uint32_t max_size);
  /// Folds 2^steps buckets into one each.
  void coarsen(std::int32_t steps) noexcept;
  void clear() noexcept;

 private:
  [[nodiscard]] std::size_t slot(std::int32_t index) const noexcept {
    const auto size = static_cast<std::int64_t>(counts_.size());
    return static_cast<std::size_t>(((index % size) + size) % size);
  }

  std::vector<std::uint64_t> counts_;
  std::int32_t first_ = 0;
  std::int32_t last_ = -1;
};

class ExponentialHistogram {
 public:
  ExponentialHistogram(std::uint32_t max_size, std::int32_t max_scale) noexcept
      : max_size_(max_size), max_scale_(max_scale), scale_(max_scale) {}

  /// Finite values only. Throws std::bad_alloc.
  void record(double value);
  void merge(const ExponentialHistogram& other);
  /// As new, but with its memory kept.
  void clear() noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t zero_count() const noexcept { return zero_count_; }
  [[nodiscard]] double sum() const noexcept { return sum_; }
  [[nodiscard]] double min() const noexcept { return min_; }
  [[nodiscard]] double max() const noexcept { return max_; }
  [[nodiscard]] std::int32_t scale() const noexcept { return scale_; }
  [[nodiscard]] const ExponentialBuckets& positive() const noexcept { return positive_; }
  [[nodiscard]] const ExponentialBuckets& negative() const noexcept { return negative_; }

 private:
  void coarsen_to(std::int32_t scale) noexcept;
  void make_room(const ExponentialBuckets& buckets, std::int32_t low, std::int32_t high) noexcept;
  void merge_buckets(ExponentialBuckets& into, const ExponentialBuckets& from, std::int32_t from_scale);

  std::uint32_t max_size_;
  std::int32_t max_scale_;
  std::int32_t scale_;
  std::uint64_t count_ = 0;
  std::uint64_t zero_count_ = 0;
  double sum_ = 0;
  double min_ = std::numeric_limits<double>::infinity();
  double max_ = -std::numeric_limits<double>::infinity();
  ExponentialBuckets positive_;
  ExponentialBuckets negative_;
};

}  // namespace sonde::detail
