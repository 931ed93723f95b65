#pragma once

// What a model's tokens cost, by a table of published prices that is built in and can be overridden by a
// file. Cost is for looking at: it is never recorded as if a provider had reported it.
//
// Source: the npm package @pydantic/genai-prices (MIT), pinned in src/genai/prices.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sonde/expected.hpp"
#include "sonde/genai/usage.hpp"

namespace sonde::genai {

/// A cost in US dollars and how it came about.
struct Cost {
  double total = 0;
  double input = 0;
  double output = 0;
  std::string formula;  ///< "(1000 - 200) × $2.50 + 200 × $1.25 + 500 × $10.00 per million tokens"
  std::string model;    ///< The table's model that the name was matched to.
  std::string source;   ///< "genai-prices 0.1.8", or the override file's path.
};

class PriceTable {
 public:
  /// The built-in table. Immutable, thread-safe.
  [[nodiscard]] static const PriceTable& built_in();
  /// The built-in table with the entries of a file (genai-prices or LiteLLM format) before it.
  [[nodiscard]] static Expected<PriceTable> with_overrides(const std::string& path);

  PriceTable(PriceTable&&) noexcept;
  PriceTable& operator=(PriceTable&&) noexcept;
  ~PriceTable();

  /// The cost of that usage at that time (nanoseconds since the Unix epoch; 0: now), or nothing if the model
  /// or the usage is not known.
  [[nodiscard]] std::optional<Cost> cost(std::string_view provider, std::string_view model,
                                         const Usage& usage, std::uint64_t time = 0) const;

 private:
  struct Table;
  explicit PriceTable(std::unique_ptr<const Table> table);
  std::unique_ptr<const Table> table_;
};

/// How many tokens a text probably has, by a rule of thumb that needs no vocabulary: for budgets and
/// warnings. Never recorded as usage; see InstrumentationOptions::estimate_tokens.
[[nodiscard]] std::int64_t estimate_tokens(std::string_view text) noexcept;

}  // namespace sonde::genai
