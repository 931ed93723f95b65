#pragma once

// How measurements become metrics: what kind of instrument takes them, how they are summed up, and whether
// each report stands for the time since the last one or since the beginning.
//
// Source: specification metrics/api.md, Instrument; metrics/sdk.md, Aggregation; metrics/data-model.md,
// Temporality.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace sonde {

enum class InstrumentKind : std::uint8_t {
  counter,
  up_down_counter,
  histogram,
  gauge,
  observable_counter,
  observable_up_down_counter,
  observable_gauge,
};

/// The numbers are OTLP's.
enum class AggregationTemporality : std::uint8_t {
  unspecified = 0,
  delta = 1,       ///< Each report covers the time since the one before.
  cumulative = 2,  ///< Each report covers the time since the start.
};

/// The choices of OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE.
enum class TemporalityPreference : std::uint8_t {
  cumulative,
  delta,       ///< Delta, but cumulative for both kinds of up-down counter.
  low_memory,  ///< Delta for counters and histograms, cumulative for all that would need memory for it.
};

/// The temporality of one kind of instrument under a preference.
[[nodiscard]] constexpr AggregationTemporality temporality_of(TemporalityPreference preference,
                                                              InstrumentKind kind) noexcept {
  const bool is_up_down =
      kind == InstrumentKind::up_down_counter || kind == InstrumentKind::observable_up_down_counter;
  const bool needs_memory = preference == TemporalityPreference::low_memory &&
                            (kind == InstrumentKind::observable_counter || kind == InstrumentKind::gauge ||
                             kind == InstrumentKind::observable_gauge);
  return preference == TemporalityPreference::cumulative || is_up_down || needs_memory
             ? AggregationTemporality::cumulative
             : AggregationTemporality::delta;
}

/// What is kept of the measurements with the same attributes. A regular value.
struct Aggregation {
  enum class Type : std::uint8_t {
    by_instrument,  ///< The specification's Default: sums, last values or explicit buckets, by kind.
    drop,
    sum,
    last_value,
    explicit_bucket_histogram,
    base2_exponential_bucket_histogram,
  };

  Type type = Type::by_instrument;
  /// Of an explicit bucket histogram: upper boundaries, inclusive, finite and increasing. Unless
  /// `has_boundaries`, the specification's default ones from 0 to 10,000.
  std::vector<double> boundaries = {};
  bool has_boundaries = false;
  bool record_min_max = true;    ///< Of both histograms.
  std::uint32_t max_size = 160;  ///< Of an exponential one: the most buckets on either side of zero, from 2.
  std::int32_t max_scale = 20;   ///< Of an exponential one: the finest scale, from -10 to 20.

  [[nodiscard]] static Aggregation explicit_buckets(std::vector<double> boundaries) {
    return {
        .type = Type::explicit_bucket_histogram, .boundaries = std::move(boundaries), .has_boundaries = true};
  }
  [[nodiscard]] static Aggregation exponential_buckets(std::uint32_t max_size = 160,
                                                       std::int32_t max_scale = 20) {
    return {.type = Type::base2_exponential_bucket_histogram, .max_size = max_size, .max_scale = max_scale};
  }

  friend bool operator==(const Aggregation&, const Aggregation&) = default;
};

}  // namespace sonde
