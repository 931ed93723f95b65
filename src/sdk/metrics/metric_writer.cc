#include "sdk/metrics/metric_writer.h"

#include <utility>

#include "sdk/metrics/point_writer.h"

namespace sonde::detail {

namespace fields = otlp::fields;

MetricFrame::MetricFrame(const MetricStream& stream, AggregationTemporality temporality) {
  PointWriter names(identity);
  names.delimited(fields::metric::name, stream.name);
  if (!stream.description.empty()) names.delimited(fields::metric::description, stream.description);
  if (!stream.unit.empty()) names.delimited(fields::metric::unit, stream.unit);
  switch (stream.aggregation.type) {
    case Aggregation::Type::last_value: data_field = fields::metric::gauge; return;
    case Aggregation::Type::explicit_bucket_histogram: data_field = fields::metric::histogram; break;
    case Aggregation::Type::base2_exponential_bucket_histogram:
      data_field = fields::metric::exponential_histogram;
      break;
    default: data_field = fields::metric::sum; break;
  }
  PointWriter end(data_end);
  end.varint(fields::metric_data::aggregation_temporality, static_cast<std::uint64_t>(temporality));
  if (data_field == fields::metric::sum && is_monotonic(stream.kind)) {
    end.varint(fields::metric_data::is_monotonic, 1);
  }
}

void MetricWriter::begin_metric(const ScopeCore& scope, const MetricFrame& frame) noexcept {
  scope_ = &scope;
  frame_ = &frame;
}

std::string& MetricWriter::begin_point() {
  point_.clear();
  return point_;
}

void MetricWriter::end_point() {
  constexpr std::size_t headers = 64;
  const std::size_t points = request_points_ + points_count_;
  const std::size_t bytes =
      request_.bytes() + points_.size() + point_.size() + frame_->identity.size() + headers;
  if (points != 0 && (points >= limits_.data_points || bytes > limits_.bytes)) finish_request();
  PointWriter(points_).delimited(fields::metric_data::data_points, point_);
  ++points_count_;
}

void MetricWriter::end_metric() {
  if (points_count_ == 0) return;
  metric_ = frame_->identity;
  PointWriter(metric_).header(frame_->data_field, points_.size() + frame_->data_end.size());
  metric_ += points_;
  metric_ += frame_->data_end;
  request_.add(*scope_, metric_);
  points_.clear();
  request_points_ += std::exchange(points_count_, 0);
}

void MetricWriter::finish_request() {
  end_metric();
  if (request_points_ == 0) return;
  finished_.push_back({std::string(request_.finish()), std::exchange(request_points_, 0)});
  request_.clear();
}

std::vector<MetricRequest> MetricWriter::finish() {
  finish_request();
  return std::exchange(finished_, {});
}

}  // namespace sonde::detail
