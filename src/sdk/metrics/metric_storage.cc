#include "sdk/metrics/metric_storage.h"

#include "base/clock.h"
#include "otlp/fields.h"

namespace sonde::detail {

namespace fields = otlp::fields;

MetricStorage::MetricStorage(const ScopeCore& scope, MetricStream stream, std::vector<StreamReader> readers)
    : scope_(scope),
      stream_(std::move(stream)),
      readers_(std::move(readers)),
      created_(base::Clock::now()),
      attributes_field_(fields::number_point::attributes),
      start_time_field_(fields::number_point::start_time_unix_nano),
      time_field_(fields::number_point::time_unix_nano),
      exemplars_field_(fields::number_point::exemplars) {
  if (stream_.aggregation.type == Aggregation::Type::explicit_bucket_histogram) {
    attributes_field_ = fields::histogram_point::attributes;
    start_time_field_ = fields::histogram_point::start_time_unix_nano;
    time_field_ = fields::histogram_point::time_unix_nano;
    exemplars_field_ = fields::histogram_point::exemplars;
  } else if (stream_.aggregation.type == Aggregation::Type::base2_exponential_bucket_histogram) {
    attributes_field_ = fields::exponential_histogram_point::attributes;
    start_time_field_ = fields::exponential_histogram_point::start_time_unix_nano;
    time_field_ = fields::exponential_histogram_point::time_unix_nano;
    exemplars_field_ = fields::exponential_histogram_point::exemplars;
  }
  for (const StreamReader& reader : readers_) frames_.emplace_back(stream_, reader.temporality);
}

const StreamReader* MetricStorage::find_reader(std::size_t reader, std::size_t& place) const noexcept {
  for (place = 0; place < readers_.size(); ++place) {
    if (readers_[place].reader == reader) return &readers_[place];
  }
  return nullptr;
}

bool MetricStorage::serves(std::size_t reader) const noexcept {
  std::size_t place = 0;
  return find_reader(reader, place) != nullptr;
}

}  // namespace sonde::detail
