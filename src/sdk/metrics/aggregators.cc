#include "sdk/metrics/aggregators.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace sonde::detail {

namespace fields = otlp::fields;

ExplicitBucketHistogram::ExplicitBucketHistogram(const MetricStream& stream)
    : index_(stream.aggregation.boundaries),
      has_sum_(!may_be_negative(stream.kind)),
      has_min_max_(stream.aggregation.record_min_max) {}

ExplicitBucketHistogram::Cell ExplicitBucketHistogram::make_cell() const {
  const std::size_t size = index_.boundaries().size() + 1;
  return {.counts = std::make_unique<SharedWord<std::uint64_t>[]>(size),
          .seen_counts = std::make_unique<std::uint64_t[]>(size)};
}

ExplicitBucketHistogram::State ExplicitBucketHistogram::make_state() const {
  State state;
  state.counts.resize(index_.boundaries().size() + 1);
  return state;
}

bool ExplicitBucketHistogram::gather(Cell& cell, State& state) const noexcept {
  std::uint64_t epoch = 0;
  double before = 0;
  double current = 0;
  const std::size_t size = index_.boundaries().size() + 1;
  const bool has_changed = cell.version.read([&] {
    epoch = cell.epoch.get();
    before = cell.sum.before();
    current = cell.sum.current();
    state.min = cell.min.get();
    state.max = cell.max.get();
    for (std::size_t i = 0; i < size; ++i) state.counts[i] = cell.counts[i].get();
  });
  if (!has_changed) return false;
  state.sum = cell.sum.take(before, current, std::exchange(cell.seen_epoch, epoch) != epoch);
  for (std::size_t i = 0; i < size; ++i) {
    state.counts[i] -= std::exchange(cell.seen_counts[i], state.counts[i]);
  }
  return true;
}

void ExplicitBucketHistogram::merge(State& into, const State& from) const noexcept {
  for (std::size_t i = 0; i < into.counts.size(); ++i) into.counts[i] += from.counts[i];
  into.sum += from.sum;
  into.min = std::min(into.min, from.min);
  into.max = std::max(into.max, from.max);
}

void ExplicitBucketHistogram::clear(State& state) const noexcept {
  std::fill(state.counts.begin(), state.counts.end(), 0);
  state.sum = 0;
  state.min = std::numeric_limits<double>::infinity();
  state.max = -std::numeric_limits<double>::infinity();
}

void ExplicitBucketHistogram::encode(const State& state, PointWriter& writer) const {
  namespace names = fields::histogram_point;
  writer.fixed(names::count, std::accumulate(state.counts.begin(), state.counts.end(), std::uint64_t{0}));
  if (has_sum_) writer.fixed(names::sum, state.sum);
  writer.packed(names::bucket_counts, state.counts);
  if (!index_.boundaries().empty()) writer.packed(names::explicit_bounds, index_.boundaries());
  if (!has_min_max_) return;
  writer.fixed(names::min, state.min);
  writer.fixed(names::max, state.max);
}

ExponentialBucketHistogram::ExponentialBucketHistogram(const MetricStream& stream) noexcept
    : max_size_(stream.aggregation.max_size),
      max_scale_(stream.aggregation.max_scale),
      has_sum_(!may_be_negative(stream.kind)),
      has_min_max_(stream.aggregation.record_min_max) {}

void ExponentialBucketHistogram::record(Cell& cell, double value, std::uint64_t /*epoch*/) const noexcept {
  const std::lock_guard lock(*cell.mutex);
  try {
    cell.recorded.record(value);
  } catch (const std::bad_alloc&) {
    return;  // the first measurement on a side of zero found no memory for its buckets
  }
}

bool ExponentialBucketHistogram::gather(Cell& cell, State& state) const noexcept {
  const PatientLock lock(*cell.mutex);
  if (!lock.owns() || cell.recorded.count() == 0) return false;
  std::swap(cell.recorded, state);
  cell.recorded.clear();
  return true;
}

void ExponentialBucketHistogram::encode(const State& state, PointWriter& writer) const {
  namespace names = fields::exponential_histogram_point;
  const auto write_buckets = [&](std::uint32_t field, const ExponentialBuckets& buckets) {
    if (buckets.is_empty()) return;
    std::string counts;
    for (std::int32_t index = buckets.first(); index <= buckets.last(); ++index) {
      std::uint8_t bytes[10];
      const std::uint8_t* const end = otlp::write_varint(bytes, buckets.count(index));
      counts.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(end - bytes));
    }
    std::string content;
    PointWriter inner(content);
    inner.zigzag(fields::exponential_buckets::offset, buckets.first());
    inner.delimited(fields::exponential_buckets::bucket_counts, counts);
    writer.delimited(field, content);
  };
  writer.fixed(names::count, state.count());
  if (has_sum_) writer.fixed(names::sum, state.sum());
  writer.zigzag(names::scale, state.scale());
  writer.fixed(names::zero_count, state.zero_count());
  write_buckets(names::positive, state.positive());
  write_buckets(names::negative, state.negative());
  if (!has_min_max_) return;
  writer.fixed(names::min, state.min());
  writer.fixed(names::max, state.max());
}

}  // namespace sonde::detail
