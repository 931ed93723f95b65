#pragma once

// From an instrument to its metrics: which views match, and what they, the instrument's advice and the
// reader's wishes come to.
//
// Source: specification metrics/sdk.md, Measurement processing.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/metrics/metric_stream.h"
#include "sdk/scope_core.h"
#include "sonde/metric_reader.hpp"
#include "sonde/view.hpp"

namespace sonde::detail {

/// An instrument as it was created.
struct InstrumentDescriptor {
  std::string name;
  std::string unit;
  std::string description;
  InstrumentKind kind = InstrumentKind::counter;
  bool is_integer = false;
  std::optional<std::vector<double>> explicit_bucket_boundaries;
  std::optional<std::vector<std::string>> attribute_keys;
};

/// Whether `text` is matched by a pattern with `*` and `?`, case aside.
[[nodiscard]] bool matches_ignoring_case(std::string_view pattern, std::string_view text);

/// Whether boundaries are finite and increasing.
[[nodiscard]] bool are_boundaries(const std::vector<double>& boundaries) noexcept;

/// The metrics that a reader gets from an instrument; none if views drop it. Views that cannot be applied are
/// left out, and said to be in `problems`.
[[nodiscard]] std::vector<MetricStream> streams_of(const InstrumentDescriptor& instrument,
                                                   const ScopeKey& scope, const std::vector<View>& views,
                                                   const MetricReader& reader,
                                                   std::vector<std::string>& problems);

}  // namespace sonde::detail
