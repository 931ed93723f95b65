#include "sdk/metrics/sync_storage.h"

#include <algorithm>
#include <new>
#include <type_traits>
#include <utility>

#include "base/clock.h"
#include "otlp/fields.h"
#include "otlp/writer.h"

namespace sonde::detail {
namespace {

constexpr DroppedAttributes none_dropped;

constexpr auto is_delta = [](const StreamReader& reader) {
  return reader.temporality == AggregationTemporality::delta;
};

/// A measurement's attributes, sorted into those that its series has and those it has not.
class FilteredAttributes {
 public:
  FilteredAttributes(Attributes attributes, const AttributeFilter& filter) {
    for (const Attribute& attribute : attributes) {
      const bool is_kept = filter.keeps(attribute.key);
      if (attributes.size() > few) {
        (is_kept ? kept_list_ : dropped_list_).push_back(attribute);
      } else if (is_kept) {
        kept_few_[kept_count_++] = attribute;
      } else {
        dropped_few_[dropped_count_++] = attribute;
      }
    }
  }
  [[nodiscard]] Attributes kept() const noexcept {
    return kept_list_.empty() ? Attributes(kept_few_.data(), kept_count_) : Attributes(kept_list_);
  }
  [[nodiscard]] Attributes dropped() const noexcept {
    return dropped_list_.empty() ? Attributes(dropped_few_.data(), dropped_count_)
                                 : Attributes(dropped_list_);
  }

 private:
  static constexpr std::size_t few = 16;
  std::array<Attribute, few> kept_few_;
  std::array<Attribute, few> dropped_few_;
  std::size_t kept_count_ = 0;
  std::size_t dropped_count_ = 0;
  std::vector<Attribute> kept_list_;
  std::vector<Attribute> dropped_list_;
};

/// So that what is appended next does not throw.
template <class T>
void make_room(std::vector<T>& list) {
  if (list.size() == list.capacity()) list.reserve(2 * list.size() + 8);
}

template <class T>
NumberView number_view(T value) noexcept {
  return {std::bit_cast<std::uint64_t>(value), std::is_same_v<T, std::int64_t>};
}

}  // namespace

template <class Aggregator>
SyncStorage<Aggregator>::SyncStorage(const ScopeCore& scope, const MetricStream& stream,
                                     std::vector<StreamReader> readers, ExemplarFilter exemplar_filter)
    : SyncMetricStorage(scope, stream, std::move(readers)),
      aggregator_(stream),
      exemplar_filter_(exemplar_filter),
      has_filter_(!stream.filter.keeps_all()),
      is_delta_only_(std::all_of(readers_.begin(), readers_.end(), is_delta)),
      // What the last interval saw and what the next one will see: more than the limit is never reported.
      most_series_(is_delta_only_ ? 2 * stream.cardinality_limit : stream.cardinality_limit),
      scratch_(aggregator_.make_state()) {}

// Recording

template <class Aggregator>
void SyncStorage<Aggregator>::record_value(Value value, Attributes attributes) noexcept {
  Shard* const shard = shards_.get(current_thread_index);
  if (shard == nullptr || has_filter_ || shard->generation != generation_.load(std::memory_order_relaxed))
      [[unlikely]] {
    return record_slowly(value, attributes);
  }
  record_found(*shard, value, attributes, none_dropped);
}

template <class Aggregator>
void SyncStorage<Aggregator>::record_slowly(Value value, Attributes attributes) noexcept {
  const ThreadIndex thread;
  Shard* shard = shards_.get(thread.value());
  if (shard == nullptr || shard->generation != generation_.load(std::memory_order_relaxed)) {
    shard = prepare_shard(thread.value());
    if (shard == nullptr) return;
  }
  if (has_filter_) return record_filtered(*shard, value, attributes);
  record_found(*shard, value, attributes, none_dropped);
}

template <class Aggregator>
void SyncStorage<Aggregator>::record_filtered(Shard& shard, Value value, Attributes attributes) noexcept {
  try {
    const FilteredAttributes filtered(attributes, stream_.filter);
    record_found(shard, value, filtered.kept(), {filtered.dropped(), {}});
  } catch (const std::bad_alloc&) {
    return;
  }
}

template <class Aggregator>
void SyncStorage<Aggregator>::record_found(Shard& shard, Value value, Attributes attributes,
                                           const DroppedAttributes& dropped) noexcept {
  const std::uint64_t hash = hash_of(attributes);
  Cell* cell = shard.find(hash, attributes);
  if (cell == nullptr) [[unlikely]] {
    cell = prepare_cell(shard, attributes, hash);
    if (cell == nullptr) return;
  }
  record_in(*cell, value);
  if (is_exemplar()) [[unlikely]]
    offer_exemplar(*cell, value, dropped);
}

template <class Aggregator>
auto SyncStorage<Aggregator>::prepare_shard(std::uint32_t thread) noexcept -> Shard* {
  try {
    const std::lock_guard lock(recording_mutex());
    return &shard_of(thread);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

template <class Aggregator>
auto SyncStorage<Aggregator>::prepare_cell(Shard& shard, Attributes attributes, std::uint64_t hash) noexcept
    -> Cell* {
  try {
    const std::vector<Attribute> unique = without_repeated_keys(attributes);
    const Attributes set(unique);
    if (set.size() != attributes.size()) hash = hash_of(set);
    if (Cell* const cell = shard.find(hash, set); cell != nullptr) return cell;
    if (Cell* const cell = shard.find_overflowed(hash); cell != nullptr) return cell;
    const std::lock_guard lock(recording_mutex());
    Series& series = find_or_add_series(set, hash);
    if (&series == overflow_.get()) shard.remember_overflowed(hash);
    return &cell_of(shard, series);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

template <class Aggregator>
auto SyncStorage<Aggregator>::shard_of(std::uint32_t thread) -> Shard& {
  Shard* shard = shards_.get(thread);
  if (shard == nullptr) {
    shard = all_shards_.emplace_back(std::make_unique<Shard>()).get();
    shards_.set(thread, shard);
  } else if (shard->generation != generation_.load(std::memory_order_relaxed)) {
    give_up_evicted(*shard);
  }
  shard->generation = generation_.load(std::memory_order_relaxed);
  return *shard;
}

template <class Aggregator>
auto SyncStorage<Aggregator>::cell_of(Shard& shard, Series& series) -> Cell& {
  const bool is_overflow = &series == overflow_.get();
  Cell* const found = is_overflow ? shard.overflow() : shard.find(series);
  if (found != nullptr) return *found;
  Cell& cell = shard.add(std::make_unique<Cell>(aggregator_, series), is_overflow);
  ++series.cells;
  return cell;
}

template <class Aggregator>
auto SyncStorage<Aggregator>::find_series(Attributes unique, std::uint64_t hash) const noexcept -> Series* {
  const auto [first, last] = index_.equal_range(hash);
  const auto found =
      std::find_if(first, last, [&](const auto& entry) { return entry.second->attributes.matches(unique); });
  return found == last ? nullptr : found->second;
}

template <class Aggregator>
auto SyncStorage<Aggregator>::find_or_add_series(Attributes unique, std::uint64_t hash) -> Series& {
  if (Series* const series = find_series(unique, hash); series != nullptr) return *series;
  return series_.size() < most_series_ ? add_series(unique, hash) : overflow();
}

template <class Aggregator>
auto SyncStorage<Aggregator>::add_series(Attributes unique, std::uint64_t hash) -> Series& {
  auto series = std::make_unique<Series>(unique);
  series->hash = hash;
  series->encoded_attributes = series->attributes.encode(attributes_field_);
  series->start_time = base::Clock::now();
  series->pending.assign(readers_.size(), {aggregator_.make_state(), false, {}});
  make_room(series_);
  index_.emplace(hash, series.get());
  return *series_.emplace_back(std::move(series));
}

template <class Aggregator>
auto SyncStorage<Aggregator>::overflow() -> Series& {
  if (overflow_ == nullptr) {
    auto series = std::make_unique<Series>(Attributes(&overflow_attribute, 1));
    series->encoded_attributes = series->attributes.encode(attributes_field_);
    series->start_time = base::Clock::now();
    series->pending.assign(readers_.size(), {aggregator_.make_state(), false, {}});
    series->is_pinned = true;
    overflow_ = std::move(series);
  }
  return *overflow_;
}

template <class Aggregator>
void SyncStorage<Aggregator>::give_up_evicted(Shard& shard) {
  shard.erase_cells([this](Cell& cell) {
    if (!cell.series->is_evicted) return false;
    const bool has_changed = cell.data.has_changed();
    --cell.series->cells;
    if (!has_changed) return true;
    cell.series = &revive(*cell.series);
    ++cell.series->cells;
    return false;
  });
}

/// What measurements count for that came after their series was forgotten: the series, which is back, or the
/// one that has taken its place.
template <class Aggregator>
auto SyncStorage<Aggregator>::revive(Series& series) -> Series& {
  const auto [first, last] = index_.equal_range(series.hash);
  const auto same = std::find_if(
      first, last, [&](const auto& entry) { return entry.second->attributes.matches(series.attributes); });
  if (same != last) return *same->second;
  const auto owner = std::find_if(evicted_.begin(), evicted_.end(),
                                  [&](const auto& other) { return other.get() == &series; });
  make_room(series_);
  index_.emplace(series.hash, &series);
  series_.push_back(std::move(*owner));
  evicted_.erase(owner);
  series.is_evicted = false;
  return series;
}

template <class Aggregator>
std::unique_ptr<BoundSeries> SyncStorage<Aggregator>::bind(Attributes attributes) {
  const std::vector<Attribute> unique = without_repeated_keys(attributes);
  const FilteredAttributes filtered(unique, stream_.filter);
  std::string dropped;
  if (!filtered.dropped().empty())
    dropped = AttributeSet(filtered.dropped()).encode(otlp::fields::exemplar::filtered_attributes);
  const std::lock_guard lock(recording_mutex());
  Series& series = find_or_add_series(filtered.kept(), hash_of(filtered.kept()));
  series.is_pinned = true;
  return std::make_unique<Bound>(*this, series, std::move(dropped));
}

template <class Aggregator>
void SyncStorage<Aggregator>::offer_exemplar(Cell& cell, Value value,
                                             const DroppedAttributes& dropped) noexcept {
  ExemplarReservoir* reservoir = cell.reservoir.load(std::memory_order_relaxed);
  if (reservoir == nullptr) {
    using Kind = ExemplarReservoir::Kind;
    const Aggregation& aggregation = stream_.aggregation;
    try {
      if (aggregation.type == Aggregation::Type::explicit_bucket_histogram &&
          !aggregation.boundaries.empty()) {
        cell.owned_reservoir =
            std::make_unique<ExemplarReservoir>(Kind::a_bucket_each, aggregation.boundaries.size() + 1);
      } else {
        const bool is_exponential = aggregation.type == Aggregation::Type::base2_exponential_bucket_histogram;
        cell.owned_reservoir = std::make_unique<ExemplarReservoir>(
            Kind::fixed_size, is_exponential ? std::min(20u, aggregation.max_size) : 1);
      }
    } catch (const std::bad_alloc&) {
      return;
    }
    reservoir = cell.owned_reservoir.get();
    cell.reservoir.store(reservoir, std::memory_order_release);
  }
  reservoir->offer(number_view(value), aggregator_.bucket(value), dropped,
                   epoch_.load(std::memory_order_relaxed));
}

// Collecting

template <class Aggregator>
void SyncStorage<Aggregator>::collect(const CollectionContext& context, MetricWriter& writer) {
  std::size_t place = 0;
  const StreamReader* const reader = find_reader(context.reader, place);
  if (reader == nullptr) return;
  gather();
  const bool wants_delta = is_delta(*reader);
  if (is_delta_only_) fold_excess(place);
  writer.begin_metric(scope_, frames_[place]);
  for (Series* const series : collected_) {
    auto& pending = series->pending[place];
    if (!pending.has_value) continue;
    encode(*series, place, wants_delta ? delta_start(context) : series->start_time, context.time, writer);
    pending.exemplars.clear();
    if (!wants_delta) continue;
    aggregator_.clear(pending.state);
    pending.has_value = false;
  }
  writer.end_metric();
}

template <class Aggregator>
void SyncStorage<Aggregator>::reset() {
  gather();
  created_ = base::Clock::now();
  for (Series* const series : collected_) {
    series->start_time = created_;
    for (auto& pending : series->pending) {
      aggregator_.clear(pending.state);
      pending.exemplars.clear();
      pending.has_value = false;
    }
  }
}

template <class Aggregator>
void SyncStorage<Aggregator>::encode(const Series& series, std::size_t place, std::uint64_t start,
                                     std::uint64_t time, MetricWriter& writer) const {
  const auto& pending = series.pending[place];
  std::string& point = writer.begin_point();
  PointWriter fields(point);
  fields.fixed(start_time_field_, start);
  fields.fixed(time_field_, time);
  aggregator_.encode(pending.state, fields);
  point += pending.exemplars;
  point += series.encoded_attributes;
  writer.end_point();
}

template <class Aggregator>
void SyncStorage<Aggregator>::gather() {
  epoch_.fetch_add(1, std::memory_order_seq_cst);
  const std::lock_guard lock(recording_mutex());
  drop_evicted();
  for (const auto& shard : all_shards_) {
    for (const auto& cell : shard->cells()) gather_cell(*cell);
  }
  if (is_delta_only_ && series_.size() > stream_.cardinality_limit) evict_idle();
  collected_.clear();
  for (const auto& series : series_) collected_.push_back(series.get());
  if (is_delta_only_) overflow();  // what is folded goes there
  if (overflow_ != nullptr) collected_.push_back(overflow_.get());
  for (Series* const series : collected_) settle_exemplars(*series);
}

template <class Aggregator>
void SyncStorage<Aggregator>::gather_cell(Cell& cell) {
  if (!aggregator_.gather(cell.data, scratch_)) return;
  Series& series = cell.series->is_evicted ? revive(*cell.series) : *cell.series;
  for (auto& pending : series.pending) {
    aggregator_.merge(pending.state, scratch_);
    pending.has_value = true;
  }
  aggregator_.clear(scratch_);
  gather_exemplars(cell, series);
}

/// Each slot's exemplar comes from one of the threads, each as likely as it is busy.
template <class Aggregator>
void SyncStorage<Aggregator>::gather_exemplars(Cell& cell, Series& series) {
  ExemplarReservoir* const reservoir = cell.reservoir.load(std::memory_order_acquire);
  if (reservoir == nullptr) return;
  auto& candidates = series.candidates;
  reservoir->take([&](std::size_t slot, std::uint32_t seen, const Exemplar& exemplar) {
    if (candidates.size() <= slot) candidates.resize(slot + 1);
    ExemplarCandidate& candidate = candidates[slot];
    candidate.seen += seen;
    const auto bound = static_cast<std::uint32_t>(std::min<std::uint64_t>(candidate.seen, UINT32_MAX));
    if (random_below(std::max(1u, bound)) < std::max(1u, seen)) candidate.exemplar = exemplar;
  });
}

template <class Aggregator>
void SyncStorage<Aggregator>::settle_exemplars(Series& series) {
  if (series.candidates.empty()) return;
  std::string encoded;
  for (const ExemplarCandidate& candidate : series.candidates) {
    if (candidate.seen != 0) encode_exemplar(candidate.exemplar, exemplars_field_, encoded);
  }
  for (auto& pending : series.pending) pending.exemplars = encoded;
  series.candidates.clear();
}

template <class Aggregator>
void SyncStorage<Aggregator>::evict_idle() {
  const std::size_t before = series_.size();
  const auto has_value = [](const auto& pending) { return pending.has_value; };
  for (auto& series : series_) {
    if (series->is_pinned || std::any_of(series->pending.begin(), series->pending.end(), has_value)) continue;
    const auto [first, last] = index_.equal_range(series->hash);
    index_.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == series.get(); }));
    series->is_evicted = true;
    evicted_.push_back(std::move(series));
  }
  std::erase(series_, nullptr);
  if (series_.size() != before) generation_.fetch_add(1, std::memory_order_relaxed);
}

template <class Aggregator>
void SyncStorage<Aggregator>::drop_evicted() {
  std::erase_if(evicted_, [](const auto& series) { return series->cells == 0; });
}

/// No more than the limit is reported; which of them does not matter, as deltas have no memory.
template <class Aggregator>
void SyncStorage<Aggregator>::fold_excess(std::size_t place) {
  auto& overflowing = collected_.back()->pending[place];
  std::size_t count = 0;
  for (Series* const series : collected_) {
    auto& pending = series->pending[place];
    if (series == collected_.back() || !pending.has_value || ++count <= stream_.cardinality_limit) continue;
    aggregator_.merge(overflowing.state, pending.state);
    overflowing.has_value = true;
    aggregator_.clear(pending.state);
    pending.has_value = false;
  }
}

std::unique_ptr<SyncMetricStorage> make_sync_storage(const ScopeCore& scope, const MetricStream& stream,
                                                     std::vector<StreamReader> readers,
                                                     ExemplarFilter exemplar_filter) {
  const auto make =
      [&]<class Aggregator>(std::type_identity<Aggregator>) -> std::unique_ptr<SyncMetricStorage> {
    return std::make_unique<SyncStorage<Aggregator>>(scope, stream, std::move(readers), exemplar_filter);
  };
  switch (stream.aggregation.type) {
    case Aggregation::Type::explicit_bucket_histogram:
      return make(std::type_identity<ExplicitBucketHistogram>());
    case Aggregation::Type::base2_exponential_bucket_histogram:
      return make(std::type_identity<ExponentialBucketHistogram>());
    case Aggregation::Type::last_value:
      return stream.is_integer ? make(std::type_identity<LastValue<std::int64_t>>())
                               : make(std::type_identity<LastValue<double>>());
    default:
      return stream.is_integer ? make(std::type_identity<IntegerSum>())
                               : make(std::type_identity<FloatingSum>());
  }
}

}  // namespace sonde::detail
