#include "sdk/metrics/bucket_index.h"

#include <limits>
#include <utility>

namespace sonde::detail {

BucketIndex::BucketIndex(std::vector<double> boundaries) : boundaries_(std::move(boundaries)) {
  const std::size_t count = boundaries_.size();
  const auto positive = std::upper_bound(boundaries_.begin(), boundaries_.end(), 0.0);
  if (positive != boundaries_.end()) {
    first_exponent_ = exponent(*positive) - 1;
    last_row_ = exponent(boundaries_.back()) + 1 - first_exponent_;
  }
  std::size_t passed = 0;
  for (std::int64_t row = 0; row <= last_row_; ++row) {
    below_.push_back(static_cast<std::uint32_t>(passed));
    while (passed < count && exponent(boundaries_[passed]) <= first_exponent_ + row) ++passed;
    is_crowded_ |= passed - below_.back() > 2;
  }
  below_.push_back(static_cast<std::uint32_t>(passed));
  boundaries_.insert(boundaries_.end(), 2, std::numeric_limits<double>::infinity());
}

}  // namespace sonde::detail
