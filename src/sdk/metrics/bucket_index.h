#pragma once

// Which bucket of an explicit-bucket histogram a value belongs to. Boundaries in use grow by factors, so
// among all values with one binary exponent there are seldom more than two boundaries: the exponent tells,
// from a table, how many boundaries lie below, and two comparisons tell the rest.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sonde::detail {

/// Immutable, so thread-safe.
class BucketIndex {
 public:
  /// Boundaries in ascending order.
  explicit BucketIndex(const std::vector<double>& boundaries);

  /// The first bucket whose upper boundary is not below the value, which is a number. Does not allocate.
  [[nodiscard]] std::size_t of(double value) const noexcept {
    if (below_.empty()) [[unlikely]]
      return search(value);
    const std::int64_t row = std::clamp<std::int64_t>(exponent(value) - first_exponent_, 0, last_row_);
    const std::size_t below = below_[static_cast<std::size_t>(row)];
    return below + static_cast<std::size_t>(boundaries_[below] < value) +
           static_cast<std::size_t>(boundaries_[below + 1] < value);
  }

 private:
  /// Biased, and negative for what is below zero.
  static std::int64_t exponent(double value) noexcept { return std::bit_cast<std::int64_t>(value) >> 52; }
  [[nodiscard]] std::size_t search(double value) const noexcept;
  void make_table();

  std::size_t count_;
  std::vector<double> boundaries_;    ///< And infinity, twice.
  std::vector<std::uint16_t> below_;  ///< By exponent; empty if there are too many or they are too close.
  std::int64_t first_exponent_ = 0;   ///< Of the first row, which also stands for all lesser values.
  std::int64_t last_row_ = 0;
};

}  // namespace sonde::detail
