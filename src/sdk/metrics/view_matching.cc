#include "sdk/metrics/view_matching.h"

#include <algorithm>
#include <cmath>

#include "base/ascii.h"

namespace sonde::detail {
namespace {

using Type = Aggregation::Type;

std::vector<double> default_boundaries() {
  return {0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1'000, 2'500, 5'000, 7'500, 10'000};
}

bool selects(const InstrumentSelector& selector, const InstrumentDescriptor& instrument,
             const ScopeKey& scope) {
  const auto is = [](const auto& wanted, const auto& actual) { return !wanted || *wanted == actual; };
  return (selector.name.empty() || matches_ignoring_case(selector.name, instrument.name)) &&
         is(selector.kind, instrument.kind) && is(selector.unit, instrument.unit) &&
         is(selector.meter_name, scope.name) && is(selector.meter_version, scope.version) &&
         is(selector.meter_schema_url, scope.schema_url);
}

Type type_for(InstrumentKind kind) noexcept {
  switch (kind) {
    case InstrumentKind::histogram: return Type::explicit_bucket_histogram;
    case InstrumentKind::gauge:
    case InstrumentKind::observable_gauge: return Type::last_value;
    default: return Type::sum;
  }
}

/// What is wrong with an aggregation for that instrument; empty: nothing.
std::string problem_of(const Aggregation& aggregation, InstrumentKind kind) {
  const bool is_histogram = aggregation.type == Type::explicit_bucket_histogram ||
                            aggregation.type == Type::base2_exponential_bucket_histogram;
  if (is_histogram && is_observable(kind)) return "observable instruments cannot be aggregated to histograms";
  if (aggregation.has_boundaries && !are_boundaries(aggregation.boundaries))
    return "bucket boundaries must be finite and increasing";
  if (aggregation.max_size < 2) return "an exponential histogram needs 2 buckets or more";
  if (aggregation.max_scale < -10 || aggregation.max_scale > 20)
    return "the scale of an exponential histogram must be from -10 to 20";
  return {};
}

/// The aggregation with everything decided. `advice` does not hold where a view chose the explicit buckets.
Aggregation decided(Aggregation aggregation, const InstrumentDescriptor& instrument, bool may_take_advice) {
  if (aggregation.type == Type::by_instrument) {
    aggregation = {.type = type_for(instrument.kind)};
    may_take_advice = true;
  }
  const bool has_buckets = aggregation.type == Type::explicit_bucket_histogram;
  if (!has_buckets) {
    aggregation.boundaries.clear();
  } else if (!aggregation.has_boundaries) {
    const auto& advice = instrument.explicit_bucket_boundaries;
    aggregation.boundaries = may_take_advice && advice ? *advice : default_boundaries();
  }
  aggregation.has_boundaries = has_buckets;
  return aggregation;
}

class StreamBuilder {
 public:
  StreamBuilder(const InstrumentDescriptor& instrument, const MetricReader& reader,
                std::vector<std::string>& problems)
      : instrument_(instrument), reader_(reader), problems_(problems) {}

  /// By the reader's wishes alone.
  [[nodiscard]] MetricStream plain() {
    MetricStream stream{
        .name = instrument_.name,
        .description = instrument_.description,
        .unit = instrument_.unit,
        .kind = instrument_.kind,
        .is_integer = instrument_.is_integer,
        .filter = {.kept = instrument_.attribute_keys, .excluded = {}},
        .cardinality_limit = std::max<std::size_t>(1, reader_.cardinality_limit(instrument_.kind))};
    Aggregation wanted = reader_.default_aggregation(instrument_.kind);
    if (const std::string problem = problem_of(wanted, instrument_.kind); !problem.empty()) {
      report("the reader's aggregation is not used for", problem);
      wanted = {};
    }
    stream.aggregation = decided(wanted, instrument_, true);
    return stream;
  }

  /// By a view; nothing if it cannot be applied.
  [[nodiscard]] std::optional<MetricStream> by(const View& view) {
    MetricStream stream = plain();
    if (view.aggregation) {
      if (const std::string problem = problem_of(*view.aggregation, instrument_.kind); !problem.empty()) {
        report("a view is not applied to", problem);
        return std::nullopt;
      }
      stream.aggregation = decided(*view.aggregation, instrument_, false);
    }
    if (view.name) stream.name = *view.name;
    if (view.description) stream.description = *view.description;
    if (view.attribute_keys) stream.filter.kept = view.attribute_keys;
    stream.filter.excluded = view.excluded_attribute_keys;
    if (view.cardinality_limit) stream.cardinality_limit = std::max<std::size_t>(1, *view.cardinality_limit);
    return stream;
  }

 private:
  void report(std::string_view what, const std::string& why) {
    problems_.push_back(std::string(what) + " the instrument '" + instrument_.name + "': " + why);
  }

  const InstrumentDescriptor& instrument_;
  const MetricReader& reader_;
  std::vector<std::string>& problems_;
};

}  // namespace

bool matches_ignoring_case(std::string_view pattern, std::string_view text) {
  return matches_pattern(base::to_lower(std::string(pattern)), base::to_lower(std::string(text)));
}

bool are_boundaries(const std::vector<double>& boundaries) noexcept {
  const auto is_finite = [](double boundary) { return std::isfinite(boundary); };
  const auto is_misplaced = [](double a, double b) { return a >= b; };
  return std::all_of(boundaries.begin(), boundaries.end(), is_finite) &&
         std::adjacent_find(boundaries.begin(), boundaries.end(), is_misplaced) == boundaries.end();
}

std::vector<MetricStream> streams_of(const InstrumentDescriptor& instrument, const ScopeKey& scope,
                                     const std::vector<View>& views, const MetricReader& reader,
                                     std::vector<std::string>& problems) {
  StreamBuilder builder(instrument, reader, problems);
  std::vector<MetricStream> streams;
  bool is_matched = false;
  for (const View& view : views) {
    if (!selects(view.selector, instrument, scope)) continue;
    if (auto stream = builder.by(view); stream) {
      is_matched = true;
      streams.push_back(std::move(*stream));
    }
  }
  if (!is_matched) streams.push_back(builder.plain());
  std::erase_if(streams, [](const MetricStream& stream) { return stream.aggregation.type == Type::drop; });
  return streams;
}

}  // namespace sonde::detail
