#pragma once

// Collected metrics, read where they lie, for exporters that look inside. A metric is encoded once, as it is
// collected; the views here decode what they are asked for and copy nothing. A view is valid as long as the
// bytes are.
//
// (What selects and shapes metrics before they are collected, the specification's View, is in view.hpp.)
//
// Source: opentelemetry-proto, metrics/v1/metrics.proto.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "sonde/aggregation.hpp"
#include "sonde/ids.hpp"
#include "sonde/wire_view.hpp"

namespace sonde {

namespace detail {

/// A packed repeated field of 64-bit numbers.
template <class T>
class PackedNumbers {
 public:
  PackedNumbers() = default;
  explicit PackedNumbers(std::string_view bytes) noexcept : bytes_(bytes) {}
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() / sizeof(T); }
  [[nodiscard]] T operator[](std::size_t index) const noexcept {
    T number;
    std::memcpy(&number, bytes_.data() + index * sizeof(T), sizeof(T));
    return number;
  }

 private:
  std::string_view bytes_;
};

}  // namespace detail

/// A measurement that was 64 bits, an integer or floating.
class NumberView {
 public:
  NumberView() = default;
  NumberView(std::uint64_t bits, bool is_integer) noexcept : bits_(bits), is_integer_(is_integer) {}

  [[nodiscard]] bool is_integer() const noexcept { return is_integer_; }
  /// Meaningful if is_integer().
  [[nodiscard]] std::int64_t as_integer() const noexcept { return static_cast<std::int64_t>(bits_); }
  /// The value of either kind.
  [[nodiscard]] double as_floating() const noexcept {
    return is_integer_ ? static_cast<double>(as_integer()) : std::bit_cast<double>(bits_);
  }

 private:
  std::uint64_t bits_ = 0;
  bool is_integer_ = true;
};

/// One measurement kept as an example, with the span that it was made in.
class ExemplarView {
 public:
  explicit ExemplarView(std::string_view exemplar) noexcept;
  /// Nanoseconds since the Unix epoch.
  [[nodiscard]] std::uint64_t time() const noexcept { return time_; }
  [[nodiscard]] NumberView value() const noexcept { return value_; }
  /// Invalid if the measurement was made outside of spans.
  [[nodiscard]] const TraceId& trace_id() const noexcept { return trace_id_; }
  [[nodiscard]] const SpanId& span_id() const noexcept { return span_id_; }
  /// The attributes of the measurement that the data point has not.
  [[nodiscard]] detail::WireRange<AttributeView> filtered_attributes() const noexcept;

 private:
  std::string_view otlp_;
  std::uint64_t time_ = 0;
  NumberView value_;
  TraceId trace_id_;
  SpanId span_id_;
};

/// What all data points have; times are nanoseconds since the Unix epoch.
class DataPointView {
 public:
  [[nodiscard]] std::uint64_t start_time() const noexcept { return start_time_; }
  [[nodiscard]] std::uint64_t time() const noexcept { return time_; }
  [[nodiscard]] detail::WireRange<AttributeView> attributes() const noexcept {
    return {otlp_, attributes_field_};
  }
  [[nodiscard]] detail::WireRange<ExemplarView> exemplars() const noexcept {
    return {otlp_, exemplars_field_};
  }
  /// The data point's message itself.
  [[nodiscard]] std::string_view otlp() const noexcept { return otlp_; }

 protected:
  DataPointView(std::string_view otlp, std::uint32_t attributes_field, std::uint32_t exemplars_field) noexcept
      : otlp_(otlp), attributes_field_(attributes_field), exemplars_field_(exemplars_field) {}

  std::string_view otlp_;
  std::uint64_t start_time_ = 0;
  std::uint64_t time_ = 0;

 private:
  std::uint32_t attributes_field_;
  std::uint32_t exemplars_field_;
};

/// Of sums and gauges.
class NumberPointView : public DataPointView {
 public:
  explicit NumberPointView(std::string_view point) noexcept;
  [[nodiscard]] NumberView value() const noexcept { return value_; }

 private:
  NumberView value_;
};

class HistogramPointView : public DataPointView {
 public:
  explicit HistogramPointView(std::string_view point) noexcept;
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::optional<double> sum() const noexcept { return sum_; }
  [[nodiscard]] std::optional<double> min() const noexcept { return min_; }
  [[nodiscard]] std::optional<double> max() const noexcept { return max_; }
  /// One more than boundaries.
  [[nodiscard]] detail::PackedNumbers<std::uint64_t> bucket_counts() const noexcept { return counts_; }
  [[nodiscard]] detail::PackedNumbers<double> boundaries() const noexcept { return boundaries_; }

 private:
  std::uint64_t count_ = 0;
  std::optional<double> sum_;
  std::optional<double> min_;
  std::optional<double> max_;
  detail::PackedNumbers<std::uint64_t> counts_;
  detail::PackedNumbers<double> boundaries_;
};

/// The buckets on one side of zero: count number i is of values in
/// (base^(offset + i), base^(offset + i + 1)], with base = 2^(2^-scale).
class ExponentialBucketsView {
 public:
  ExponentialBucketsView() = default;
  explicit ExponentialBucketsView(std::string_view buckets) noexcept;
  [[nodiscard]] std::int32_t offset() const noexcept { return offset_; }
  /// Calls visit(std::uint64_t) for each bucket's count, in order.
  template <class Visit>
  void for_each_count(Visit visit) const {
    std::string_view rest = counts_;
    for (std::uint64_t count = 0; take_count(rest, count);) visit(count);
  }

 private:
  static bool take_count(std::string_view& rest, std::uint64_t& count) noexcept;

  std::string_view counts_;
  std::int32_t offset_ = 0;
};

class ExponentialHistogramPointView : public DataPointView {
 public:
  explicit ExponentialHistogramPointView(std::string_view point) noexcept;
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::optional<double> sum() const noexcept { return sum_; }
  [[nodiscard]] std::optional<double> min() const noexcept { return min_; }
  [[nodiscard]] std::optional<double> max() const noexcept { return max_; }
  [[nodiscard]] std::int32_t scale() const noexcept { return scale_; }
  [[nodiscard]] std::uint64_t zero_count() const noexcept { return zero_count_; }
  [[nodiscard]] double zero_threshold() const noexcept { return zero_threshold_; }
  [[nodiscard]] const ExponentialBucketsView& positive() const noexcept { return positive_; }
  [[nodiscard]] const ExponentialBucketsView& negative() const noexcept { return negative_; }

 private:
  std::uint64_t count_ = 0;
  std::uint64_t zero_count_ = 0;
  std::optional<double> sum_;
  std::optional<double> min_;
  std::optional<double> max_;
  double zero_threshold_ = 0;
  std::int32_t scale_ = 0;
  ExponentialBucketsView positive_;
  ExponentialBucketsView negative_;
};

/// A metric (OTLP's Metric): a name and data points of one type.
class MetricView {
 public:
  enum class Type : std::uint8_t { none, gauge, sum, histogram, exponential_histogram };

  explicit MetricView(std::string_view metric) noexcept;

  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] std::string_view description() const noexcept { return description_; }
  [[nodiscard]] std::string_view unit() const noexcept { return unit_; }
  [[nodiscard]] Type type() const noexcept { return type_; }
  /// Of all types but gauges.
  [[nodiscard]] AggregationTemporality temporality() const noexcept { return temporality_; }
  /// Of sums.
  [[nodiscard]] bool is_monotonic() const noexcept { return is_monotonic_; }

  // Each of these is empty unless type() says so.
  /// Of gauges and sums.
  [[nodiscard]] detail::WireRange<NumberPointView> numbers() const noexcept;
  [[nodiscard]] detail::WireRange<HistogramPointView> histograms() const noexcept;
  [[nodiscard]] detail::WireRange<ExponentialHistogramPointView> exponential_histograms() const noexcept;

  /// The Metric message itself.
  [[nodiscard]] std::string_view otlp() const noexcept { return otlp_; }

 private:
  template <class Point>
  [[nodiscard]] detail::WireRange<Point> points(bool is_of_type) const noexcept;

  std::string_view otlp_;
  std::string_view name_;
  std::string_view description_;
  std::string_view unit_;
  std::string_view data_;
  Type type_ = Type::none;
  AggregationTemporality temporality_ = AggregationTemporality::unspecified;
  bool is_monotonic_ = false;
};

}  // namespace sonde
