#pragma once

// Which bucket of an explicit-bucket histogram a value belongs to. Boundaries in use grow by factors, so
// among all values with one binary exponent there are seldom more than two boundaries: the exponent tells,
// from a table, how many boundaries lie below, and two comparisons tell the rest.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sonde::detail {

/// Immutable, so thread-safe.
class BucketIndex {
 public:
  /// Boundaries in ascending order.
  explicit BucketIndex(std::vector<double> boundaries);

  /// The first bucket whose upper boundary is not below the value, which is a number. Does not allocate.
  [[nodiscard, gnu::always_inline]] std::size_t of(double value) const noexcept {
    const auto row =
        static_cast<std::size_t>(std::clamp<std::int64_t>(exponent(value) - first_exponent_, 0, last_row_));
    const double* const all = boundaries_.data();
    const std::size_t below = below_[row];
    if (is_crowded_) [[unlikely]]
      return static_cast<std::size_t>(std::lower_bound(all + below, all + below_[row + 1], value) - all);
    return below + static_cast<std::size_t>(all[below] < value) +
           static_cast<std::size_t>(all[below + 1] < value);
  }

  [[nodiscard]] std::span<const double> boundaries() const noexcept {
    return std::span(boundaries_).first(boundaries_.size() - 2);
  }

 private:
  /// Biased, and negative for what is below zero.
  static std::int64_t exponent(double value) noexcept { return std::bit_cast<std::int64_t>(value) >> 52; }

  std::vector<double> boundaries_;    ///< And infinity, twice.
  std::vector<std::uint32_t> below_;  ///< Boundaries with lesser exponents: a row for each exponent.
  std::int64_t first_exponent_ = 0;   ///< Of the first row, which also stands for all lesser values.
  std::int64_t last_row_ = 0;
  bool is_crowded_ = false;  ///< A row has more boundaries than two.
};

}  // namespace sonde::detail
