#include "sonde/metric_view.hpp"

#include "otlp/fields.h"
#include "sdk/wire_fields.h"

namespace sonde {

namespace fields = otlp::fields;
using detail::WireField;

namespace {

double floating(const WireField& field) noexcept { return std::bit_cast<double>(field.integer); }

std::int32_t unzigzag(std::uint64_t encoded) noexcept {
  const auto bits = static_cast<std::uint32_t>(encoded);
  return static_cast<std::int32_t>((bits >> 1) ^ (~(bits & 1) + 1));
}

}  // namespace

ExemplarView::ExemplarView(std::string_view exemplar) noexcept : otlp_(exemplar) {
  detail::for_each_field(exemplar, [this](const WireField& field) {
    switch (field.number) {
      case fields::exemplar::time_unix_nano: time_ = field.integer; break;
      case fields::exemplar::as_double: value_ = {field.integer, false}; break;
      case fields::exemplar::as_int: value_ = {field.integer, true}; break;
      case fields::exemplar::span_id: detail::read_id(field.content, span_id_); break;
      case fields::exemplar::trace_id: detail::read_id(field.content, trace_id_); break;
      default: break;
    }
  });
}

detail::WireRange<AttributeView> ExemplarView::filtered_attributes() const noexcept {
  return {otlp_, fields::exemplar::filtered_attributes};
}

NumberPointView::NumberPointView(std::string_view point) noexcept
    : DataPointView(point, fields::number_point::attributes, fields::number_point::exemplars) {
  detail::for_each_field(point, [this](const WireField& field) {
    switch (field.number) {
      case fields::number_point::start_time_unix_nano: start_time_ = field.integer; break;
      case fields::number_point::time_unix_nano: time_ = field.integer; break;
      case fields::number_point::as_double: value_ = {field.integer, false}; break;
      case fields::number_point::as_int: value_ = {field.integer, true}; break;
      default: break;
    }
  });
}

HistogramPointView::HistogramPointView(std::string_view point) noexcept
    : DataPointView(point, fields::histogram_point::attributes, fields::histogram_point::exemplars) {
  detail::for_each_field(point, [this](const WireField& field) {
    switch (field.number) {
      case fields::histogram_point::start_time_unix_nano: start_time_ = field.integer; break;
      case fields::histogram_point::time_unix_nano: time_ = field.integer; break;
      case fields::histogram_point::count: count_ = field.integer; break;
      case fields::histogram_point::sum: sum_ = floating(field); break;
      case fields::histogram_point::min: min_ = floating(field); break;
      case fields::histogram_point::max: max_ = floating(field); break;
      case fields::histogram_point::bucket_counts:
        counts_ = detail::PackedNumbers<std::uint64_t>(field.content);
        break;
      case fields::histogram_point::explicit_bounds:
        boundaries_ = detail::PackedNumbers<double>(field.content);
        break;
      default: break;
    }
  });
}

ExponentialBucketsView::ExponentialBucketsView(std::string_view buckets) noexcept {
  detail::for_each_field(buckets, [this](const WireField& field) {
    if (field.number == fields::exponential_buckets::offset) offset_ = unzigzag(field.integer);
    if (field.number == fields::exponential_buckets::bucket_counts) counts_ = field.content;
  });
}

bool ExponentialBucketsView::take_count(std::string_view& rest, std::uint64_t& count) noexcept {
  count = 0;
  for (unsigned shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(rest.front());
    rest.remove_prefix(1);
    count |= std::uint64_t{byte & 0x7Fu} << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

ExponentialHistogramPointView::ExponentialHistogramPointView(std::string_view point) noexcept
    : DataPointView(point, fields::exponential_histogram_point::attributes,
                    fields::exponential_histogram_point::exemplars) {
  detail::for_each_field(point, [this](const WireField& field) {
    namespace names = fields::exponential_histogram_point;
    switch (field.number) {
      case names::start_time_unix_nano: start_time_ = field.integer; break;
      case names::time_unix_nano: time_ = field.integer; break;
      case names::count: count_ = field.integer; break;
      case names::sum: sum_ = floating(field); break;
      case names::min: min_ = floating(field); break;
      case names::max: max_ = floating(field); break;
      case names::scale: scale_ = unzigzag(field.integer); break;
      case names::zero_count: zero_count_ = field.integer; break;
      case names::zero_threshold: zero_threshold_ = floating(field); break;
      case names::positive: positive_ = ExponentialBucketsView(field.content); break;
      case names::negative: negative_ = ExponentialBucketsView(field.content); break;
      default: break;
    }
  });
}

MetricView::MetricView(std::string_view metric) noexcept : otlp_(metric) {
  const auto read_data = [this](Type type, std::string_view data) {
    type_ = type;
    data_ = data;
  };
  detail::for_each_field(metric, [&](const WireField& field) {
    switch (field.number) {
      case fields::metric::name: name_ = field.content; break;
      case fields::metric::description: description_ = field.content; break;
      case fields::metric::unit: unit_ = field.content; break;
      case fields::metric::gauge: read_data(Type::gauge, field.content); break;
      case fields::metric::sum: read_data(Type::sum, field.content); break;
      case fields::metric::histogram: read_data(Type::histogram, field.content); break;
      case fields::metric::exponential_histogram:
        read_data(Type::exponential_histogram, field.content);
        break;
      default: break;
    }
  });
  detail::for_each_field(data_, [this](const WireField& field) {
    if (field.number == fields::metric_data::aggregation_temporality && field.integer <= 2)
      temporality_ = static_cast<AggregationTemporality>(field.integer);
    if (field.number == fields::metric_data::is_monotonic) is_monotonic_ = field.integer != 0;
  });
}

template <class Point>
detail::WireRange<Point> MetricView::points(bool is_of_type) const noexcept {
  return {is_of_type ? data_ : std::string_view(), fields::metric_data::data_points};
}

detail::WireRange<NumberPointView> MetricView::numbers() const noexcept {
  return points<NumberPointView>(type_ == Type::gauge || type_ == Type::sum);
}

detail::WireRange<HistogramPointView> MetricView::histograms() const noexcept {
  return points<HistogramPointView>(type_ == Type::histogram);
}

detail::WireRange<ExponentialHistogramPointView> MetricView::exponential_histograms() const noexcept {
  return points<ExponentialHistogramPointView>(type_ == Type::exponential_histogram);
}

}  // namespace sonde
