#pragma once

// What one metric is: the instrument it comes from, as views and readers want it.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/aggregation.hpp"

namespace sonde::detail {

/// Which attributes of a measurement make its series.
struct AttributeFilter {
  std::optional<std::vector<std::string>> kept;
  std::vector<std::string> excluded;

  [[nodiscard]] bool keeps_all() const noexcept { return !kept && excluded.empty(); }
  [[nodiscard]] bool keeps(std::string_view key) const noexcept {
    const auto is_in = [&](const auto& keys) {
      return std::find(keys.begin(), keys.end(), key) != keys.end();
    };
    return (!kept || is_in(*kept)) && !is_in(excluded);
  }
  friend bool operator==(const AttributeFilter&, const AttributeFilter&) = default;
};

struct MetricStream {
  std::string name;
  std::string description;
  std::string unit;
  InstrumentKind kind = InstrumentKind::counter;
  bool is_integer = false;
  Aggregation aggregation = {};  ///< Neither by_instrument nor drop; its boundaries filled in.
  AttributeFilter filter = {};
  std::size_t cardinality_limit = 2'000;

  friend bool operator==(const MetricStream&, const MetricStream&) = default;
};

[[nodiscard]] constexpr bool is_observable(InstrumentKind kind) noexcept {
  return kind >= InstrumentKind::observable_counter;
}
/// Of a sum.
[[nodiscard]] constexpr bool is_monotonic(InstrumentKind kind) noexcept {
  return kind == InstrumentKind::counter || kind == InstrumentKind::histogram ||
         kind == InstrumentKind::observable_counter;
}
/// Whether the instrument's measurements may be negative, so that a histogram of them has no meaningful sum.
[[nodiscard]] constexpr bool may_be_negative(InstrumentKind kind) noexcept {
  return kind == InstrumentKind::up_down_counter || kind == InstrumentKind::gauge;
}

}  // namespace sonde::detail
