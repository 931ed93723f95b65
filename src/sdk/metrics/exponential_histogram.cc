#include "sdk/metrics/exponential_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace sonde::detail {
namespace {

constexpr std::int32_t lowest_scale = -10;

/// The exponent e of value = f * 2^e with 1 <= f < 2, and whether f is 1; subnormal values count as the
/// smallest normal one.
struct Exponent {
  std::int32_t value;
  bool is_power_of_two;
};
Exponent exponent_of(double value) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(std::max(value, std::numeric_limits<double>::min()));
  constexpr std::uint64_t fraction = (std::uint64_t{1} << 52) - 1;
  return {static_cast<std::int32_t>(bits >> 52) - 1023, (bits & fraction) == 0};
}

}  // namespace

std::int32_t exponential_index(double value, std::int32_t scale) noexcept {
  const auto [exponent, is_power_of_two] = exponent_of(value);
  if (scale <= 0) return (exponent - (is_power_of_two ? 1 : 0)) >> -scale;
  // Exact at powers of two, where the logarithm may err by a bucket.
  if (is_power_of_two) return (exponent << scale) - 1;
  const double index = std::ceil(std::ldexp(std::log2(value), scale)) - 1;
  const double low = std::ldexp(static_cast<double>(exponent), scale);
  const double high = std::ldexp(static_cast<double>(exponent) + 1, scale) - 1;
  return static_cast<std::int32_t>(std::clamp(index, low, high));
}

bool ExponentialBuckets::has_room(std::int32_t low, std::int32_t high,
                                  std::uint32_t max_size) const noexcept {
  if (!is_empty()) {
    low = std::min(low, first_);
    high = std::max(high, last_);
  }
  return std::int64_t{high} - low < std::int64_t{max_size};
}

void ExponentialBuckets::add(std::int32_t index, std::uint64_t count, std::uint32_t max_size) {
  if (counts_.empty()) counts_.resize(max_size);
  if (is_empty()) first_ = last_ = index;
  first_ = std::min(first_, index);
  last_ = std::max(last_, index);
  counts_[slot(index)] += count;
}

void ExponentialBuckets::coarsen(std::int32_t steps) noexcept {
  if (is_empty() || steps == 0) return;
  // Straightened, the ring can be folded in place: no bucket lands behind where it came from.
  std::rotate(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(slot(first_)), counts_.end());
  const std::int32_t size = last_ - first_ + 1;
  const std::int32_t first = first_ >> steps;
  for (std::int32_t i = 0; i < size; ++i) {
    const std::uint64_t count = std::exchange(counts_[static_cast<std::size_t>(i)], 0);
    counts_[static_cast<std::size_t>(((first_ + i) >> steps) - first)] += count;
  }
  last_ = last_ >> steps;
  first_ = first;
  // Back into the ring's places.
  std::rotate(counts_.begin(), counts_.end() - static_cast<std::ptrdiff_t>(slot(first_)), counts_.end());
}

void ExponentialBuckets::clear() noexcept {
  if (!is_empty()) std::fill(counts_.begin(), counts_.end(), 0);
  first_ = 0;
  last_ = -1;
}

void ExponentialHistogram::coarsen_to(std::int32_t scale) noexcept {
  if (scale >= scale_) return;
  positive_.coarsen(scale_ - scale);
  negative_.coarsen(scale_ - scale);
  scale_ = scale;
}

void ExponentialHistogram::make_room(const ExponentialBuckets& buckets, std::int32_t low,
                                     std::int32_t high) noexcept {
  std::int32_t scale = scale_;
  if (!buckets.is_empty()) {
    low = std::min(low, buckets.first());
    high = std::max(high, buckets.last());
  }
  while (std::int64_t{high} - low >= std::int64_t{max_size_} && scale > lowest_scale) {
    low >>= 1;
    high >>= 1;
    --scale;
  }
  coarsen_to(scale);
}

void ExponentialHistogram::record(double value) {
  if (value != 0) {
    ExponentialBuckets& buckets = value > 0 ? positive_ : negative_;
    const double magnitude = std::abs(value);
    std::int32_t index = exponential_index(magnitude, scale_);
    if (!buckets.has_room(index, index, max_size_)) {
      make_room(buckets, index, index);
      index = exponential_index(magnitude, scale_);
    }
    buckets.add(index, 1, max_size_);
  } else {
    ++zero_count_;
  }
  ++count_;
  sum_ += value;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

void ExponentialHistogram::merge_buckets(ExponentialBuckets& into, const ExponentialBuckets& from,
                                         std::int32_t from_scale) {
  if (from.is_empty()) return;
  const auto steps = [&] { return from_scale - scale_; };
  make_room(into, from.first() >> steps(), from.last() >> steps());
  for (std::int32_t index = from.first(); index <= from.last(); ++index) {
    if (const std::uint64_t count = from.count(index); count != 0)
      into.add(index >> steps(), count, max_size_);
  }
}

void ExponentialHistogram::merge(const ExponentialHistogram& other) {
  coarsen_to(other.scale_);
  merge_buckets(positive_, other.positive_, other.scale_);
  merge_buckets(negative_, other.negative_, other.scale_);
  count_ += other.count_;
  zero_count_ += other.zero_count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void ExponentialHistogram::clear() noexcept {
  positive_.clear();
  negative_.clear();
  scale_ = max_scale_;
  count_ = zero_count_ = 0;
  sum_ = 0;
  min_ = std::numeric_limits<double>::infinity();
  max_ = -std::numeric_limits<double>::infinity();
}

}  // namespace sonde::detail
