#pragma once

// The series of one metric: where measurements go, and where collections find them.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sdk/metrics/metric_stream.h"
#include "sdk/metrics/metric_writer.h"
#include "sonde/attribute.hpp"
#include "sonde/meter_provider.hpp"

namespace sonde::detail {

/// A series of synchronous measurements, whose attributes need not be looked up.
class BoundSeries {
 public:
  virtual ~BoundSeries() = default;
  /// Here and in those after this.
  virtual void record(std::int64_t value) noexcept = 0;
  virtual void record(double value) noexcept = 0;

  /// In another storage of the same instrument, or null; set before anything is recorded.
  BoundSeries* next = nullptr;

 protected:
  BoundSeries() = default;
  BoundSeries(const BoundSeries&) = default;
  BoundSeries& operator=(const BoundSeries&) = default;
};

/// One of the readers that want this metric.
struct StreamReader {
  std::size_t reader = 0;  ///< Its place among the provider's.
  AggregationTemporality temporality = AggregationTemporality::cumulative;
};

/// What one collection tells every storage.
struct CollectionContext {
  std::size_t reader = 0;
  std::uint64_t number = 0;  ///< Counts the collections of all readers.
  std::uint64_t time = 0;
  std::uint64_t previous_time = 0;  ///< Of the same reader; 0: this is its first collection.
};

class MetricStorage {
 public:
  MetricStorage(const ScopeCore& scope, MetricStream stream, std::vector<StreamReader> readers);
  virtual ~MetricStorage() = default;
  MetricStorage(const MetricStorage&) = delete;
  MetricStorage& operator=(const MetricStorage&) = delete;

  [[nodiscard]] const MetricStream& stream() const noexcept { return stream_; }
  [[nodiscard]] bool serves(std::size_t reader) const noexcept;

  /// Appends the metric as this reader wants it; nothing if it does not, or there are no data points. Throws
  /// std::bad_alloc. The metrics mutex is held.
  virtual void collect(const CollectionContext& context, MetricWriter& writer) = 0;

  /// Forgets what was measured, as if the instrument were new. Throws std::bad_alloc. The metrics mutex is
  /// held.
  virtual void reset() = 0;

 protected:
  /// The place of a reader among this storage's, or null.
  [[nodiscard]] const StreamReader* find_reader(std::size_t reader, std::size_t& place) const noexcept;
  /// Since when delta points count.
  [[nodiscard]] std::uint64_t delta_start(const CollectionContext& context) const noexcept {
    return context.previous_time > created_ ? context.previous_time : created_;
  }

  const ScopeCore& scope_;
  const MetricStream stream_;
  const std::vector<StreamReader> readers_;
  std::vector<MetricFrame> frames_;  ///< One a reader.
  std::uint64_t created_;            ///< Nanoseconds since the Unix epoch.
  std::uint32_t attributes_field_;
  std::uint32_t start_time_field_;
  std::uint32_t time_field_;
  std::uint32_t exemplars_field_;
};

/// Of counters, histograms and gauges. Recording is thread-safe.
class SyncMetricStorage : public MetricStorage {
 public:
  using MetricStorage::MetricStorage;
  /// Here and in those after this.
  virtual void record(std::int64_t value, Attributes attributes) noexcept = 0;
  virtual void record(double value, Attributes attributes) noexcept = 0;

  /// Another storage of the same instrument, or null; set before anything is recorded.
  SyncMetricStorage* next = nullptr;

  /// Throws std::bad_alloc.
  [[nodiscard]] virtual std::unique_ptr<BoundSeries> bind(Attributes attributes) = 0;
};

/// Of observable instruments. The metrics mutex is held.
class ObservableMetricStorage : public MetricStorage {
 public:
  using MetricStorage::MetricStorage;
  /// In the collection of that number. Throws std::bad_alloc.
  virtual void observe(std::int64_t value, Attributes attributes, std::uint64_t collection) = 0;
  virtual void observe(double value, Attributes attributes, std::uint64_t collection) = 0;
};

[[nodiscard]] std::unique_ptr<SyncMetricStorage> make_sync_storage(const ScopeCore& scope,
                                                                   const MetricStream& stream,
                                                                   std::vector<StreamReader> readers,
                                                                   ExemplarFilter exemplar_filter);
[[nodiscard]] std::unique_ptr<ObservableMetricStorage> make_observable_storage(
    const ScopeCore& scope, const MetricStream& stream, std::vector<StreamReader> readers);

/// The attribute that stands for all that are beyond the cardinality limit.
inline constexpr Attribute overflow_attribute{"otel.metric.overflow", true};

}  // namespace sonde::detail
