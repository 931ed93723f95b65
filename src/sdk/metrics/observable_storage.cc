// Observations replace one another: a series holds what it was last observed as, and when. One that the last
// collection did not observe is not reported, and is forgotten once no reader has observed it any more.

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "sdk/metrics/attribute_set.h"
#include "sdk/metrics/metric_storage.h"
#include "sdk/metrics/point_writer.h"

namespace sonde::detail {
namespace {

template <class T>
class ObservableStorage final : public ObservableMetricStorage {
 public:
  using ObservableMetricStorage::ObservableMetricStorage;

  void observe(std::int64_t value, Attributes attributes, std::uint64_t collection) override {
    observe_value(static_cast<T>(value), attributes, collection);
  }
  void observe(double value, Attributes attributes, std::uint64_t collection) override {
    observe_value(static_cast<T>(value), attributes, collection);
  }

  void collect(const CollectionContext& context, MetricWriter& writer) override {
    std::size_t place = 0;
    const StreamReader* const reader = find_reader(context.reader, place);
    if (reader == nullptr) return;
    writer.begin_metric(scope_, frames_[place]);
    for (const auto& series : series_) {
      if (series->collection == context.number) report(*series, place, context, writer);
    }
    writer.end_metric();
    forget_unobserved(place, context.number);
  }

  void reset() override {
    created_ = base::Clock::now();
    series_.clear();
    index_.clear();
    overflow_ = nullptr;
  }

 private:
  struct Series {
    explicit Series(Attributes set) : attributes(set) {}
    const AttributeSet attributes;
    std::uint64_t hash = 0;
    std::string encoded_attributes;
    T value = 0;
    std::uint64_t collection = 0;  ///< The last one that observed it.
    struct Reported {
      std::optional<T> value;  ///< By this reader's last collection, if it was observed then.
      std::uint64_t start_time = 0;
    };
    std::vector<Reported> reported;  ///< One a reader.
  };

  void observe_value(T value, Attributes attributes, std::uint64_t collection) {
    if (collection_ != collection) {
      collection_ = collection;
      observed_ = 0;
    }
    std::vector<Attribute> unique = without_repeated_keys(attributes);
    std::erase_if(unique,
                  [this](const Attribute& attribute) { return !stream_.filter.keeps(attribute.key); });
    Series& series = find_or_add(Attributes(unique));
    // Filtered attributes and the overflow bring together what was observed apart.
    const bool is_same_again = series.collection == collection;
    const bool adds_up = stream_.aggregation.type == Aggregation::Type::sum &&
                         (unique.size() != attributes.size() || &series == overflow_);
    series.value = is_same_again && adds_up ? static_cast<T>(series.value + value) : value;
    if (!is_same_again && &series != overflow_) ++observed_;
    series.collection = collection;
  }

  Series& find_or_add(Attributes unique) {
    const std::uint64_t hash = hash_of(unique);
    const auto [first, last] = index_.equal_range(hash);
    const auto found = std::find_if(
        first, last, [&](const auto& entry) { return entry.second->attributes.matches(unique); });
    if (found != last && (found->second->collection == collection_ || has_room())) return *found->second;
    if (has_room()) return add(unique, hash);
    if (overflow_ == nullptr) overflow_ = &add(Attributes(&overflow_attribute, 1), 0);
    return *overflow_;
  }
  [[nodiscard]] bool has_room() const noexcept { return observed_ < stream_.cardinality_limit; }

  Series& add(Attributes unique, std::uint64_t hash) {
    auto series = std::make_unique<Series>(unique);
    series->hash = hash;
    series->encoded_attributes = series->attributes.encode(attributes_field_);
    series->reported.resize(readers_.size());
    Series& added = *series_.emplace_back(std::move(series));
    index_.emplace(hash, &added);
    return added;
  }

  void report(Series& series, std::size_t place, const CollectionContext& context, MetricWriter& writer) {
    typename Series::Reported& reported = series.reported[place];
    if (!reported.value) reported.start_time = delta_start(context);
    T value = series.value;
    std::uint64_t start = reported.start_time;
    if (readers_[place].temporality == AggregationTemporality::delta) {
      start = delta_start(context);
      const bool is_sum = stream_.aggregation.type == Aggregation::Type::sum;
      // What should only grow and did not began anew.
      const bool began_anew = is_monotonic(stream_.kind) && reported.value && value < *reported.value;
      if (is_sum && reported.value && !began_anew) value -= *reported.value;
    }
    reported.value = series.value;

    std::string& point = writer.begin_point();
    PointWriter fields(point);
    fields.fixed(start_time_field_, start);
    fields.fixed(time_field_, context.time);
    fields.fixed(std::is_same_v<T, double> ? otlp::fields::number_point::as_double
                                           : otlp::fields::number_point::as_int,
                 value);
    point += series.encoded_attributes;
    writer.end_point();
  }

  void forget_unobserved(std::size_t place, std::uint64_t collection) {
    for (const auto& series : series_) {
      if (series->collection != collection) series->reported[place].value.reset();
    }
    std::erase_if(series_, [this](const auto& series) {
      const auto is_known = [](const auto& reported) { return reported.value.has_value(); };
      if (std::any_of(series->reported.begin(), series->reported.end(), is_known)) return false;
      if (series.get() == overflow_) overflow_ = nullptr;
      const auto [first, last] = index_.equal_range(series->hash);
      index_.erase(
          std::find_if(first, last, [&](const auto& entry) { return entry.second == series.get(); }));
      return true;
    });
  }

  std::vector<std::unique_ptr<Series>> series_;
  std::unordered_multimap<std::uint64_t, Series*> index_;
  Series* overflow_ = nullptr;
  std::uint64_t collection_ = 0;  ///< The last one that observed anything.
  std::size_t observed_ = 0;      ///< Series that it has observed so far.
};

}  // namespace

std::unique_ptr<ObservableMetricStorage> make_observable_storage(const ScopeCore& scope,
                                                                 const MetricStream& stream,
                                                                 std::vector<StreamReader> readers) {
  if (stream.is_integer)
    return std::make_unique<ObservableStorage<std::int64_t>>(scope, stream, std::move(readers));
  return std::make_unique<ObservableStorage<double>>(scope, stream, std::move(readers));
}

}  // namespace sonde::detail
