#pragma once

// A view decides what becomes of the measurements of some instruments: under which name, with which
// attributes, how aggregated, or whether at all. Every view that matches an instrument makes a metric of its
// own; an instrument that none matches is aggregated as its kind says.
//
//     sonde::View latency;
//     latency.selector.name = "llm.request.*";
//     latency.attribute_keys = {{"gen_ai.request.model"}};
//     latency.aggregation = sonde::Aggregation::exponential_buckets();
//
// Attributes that a view leaves out may still leave the process on exemplars; to prevent that, set the
// provider's exemplar filter to always_off.
//
// Source: specification metrics/sdk.md, View.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sonde/aggregation.hpp"

namespace sonde {

/// Which instruments a view is for: those that meet every criterion given.
struct InstrumentSelector {
  std::string name = {};  ///< `*` stands for any characters, `?` for one; case does not matter. Empty: all.
  std::optional<InstrumentKind> kind = {};
  std::optional<std::string> unit = {};
  std::optional<std::string> meter_name = {};
  std::optional<std::string> meter_version = {};
  std::optional<std::string> meter_schema_url = {};
};

struct View {
  InstrumentSelector selector = {};

  // What is left out here stays as the instrument, its advice or the reader has it.
  std::optional<std::string> name = {};  ///< Of the metric. Not for selectors with wildcards.
  std::optional<std::string> description = {};
  std::optional<std::vector<std::string>> attribute_keys = {};  ///< The only ones kept.
  std::vector<std::string> excluded_attribute_keys = {};        ///< Kept out in any case.
  std::optional<Aggregation> aggregation = {};
  std::optional<std::size_t> cardinality_limit = {};  ///< Attribute sets, the overflow not counted.
};

}  // namespace sonde
