#include "sdk/metrics/bucket_index.h"

#include <limits>

namespace sonde::detail {

BucketIndex::BucketIndex(const std::vector<double>& boundaries)
    : count_(boundaries.size()), boundaries_(boundaries) {
  boundaries_.insert(boundaries_.end(), 2, std::numeric_limits<double>::infinity());
  make_table();
}

void BucketIndex::make_table() {
  constexpr std::int64_t most_rows = 256;
  constexpr std::size_t compared = 2;
  const auto end = boundaries_.begin() + static_cast<std::ptrdiff_t>(count_);
  const auto positive = std::upper_bound(boundaries_.begin(), end, 0.0);
  if (positive == end) return;
  first_exponent_ = exponent(*positive) - 1;
  last_row_ = exponent(*(end - 1)) + 1 - first_exponent_;
  if (last_row_ >= most_rows || count_ > std::numeric_limits<std::uint16_t>::max()) return;
  std::vector<std::uint16_t> below = {0};
  std::size_t passed = 0;
  for (std::int64_t row = 0; row <= last_row_; ++row) {
    while (passed < count_ && exponent(boundaries_[passed]) <= first_exponent_ + row) ++passed;
    if (passed - below.back() > compared) return;
    if (row < last_row_) below.push_back(static_cast<std::uint16_t>(passed));
  }
  below_ = std::move(below);
}

std::size_t BucketIndex::search(double value) const noexcept {
  const auto end = boundaries_.begin() + static_cast<std::ptrdiff_t>(count_);
  return static_cast<std::size_t>(std::lower_bound(boundaries_.begin(), end, value) - boundaries_.begin());
}

}  // namespace sonde::detail
