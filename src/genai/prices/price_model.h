#pragma once

// A table of prices in memory: providers, each with how it and its models are recognised and what they
// charge. Lists are in the order of the file, and the first that matches counts.

#include <cstdint>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace sonde::genai::detail {

/// A condition on a name in lower case.
struct MatchRule {
  enum class Kind : std::uint8_t { never, equals, starts_with, ends_with, contains, regex, any, all };

  Kind kind = Kind::never;
  std::string text = {};
  std::shared_ptr<const std::regex> pattern = {};
  std::vector<MatchRule> rules = {};  ///< Of any and all.

  [[nodiscard]] bool matches(std::string_view name) const;
};

/// US dollars for a million tokens. Beyond a tier's start, counted in all input tokens of the request, its
/// price holds for every token of the request.
struct Price {
  struct Tier {
    std::int64_t start = 0;
    double price = 0;
  };
  double base = 0;
  std::vector<Tier> tiers = {};  ///< By rising start.

  [[nodiscard]] double at(std::int64_t input_tokens) const noexcept;
};

/// What a model charges for; a kind of token without a price of its own costs what its kind in general does.
struct Prices {
  std::optional<Price> input = {};
  std::optional<Price> output = {};
  std::optional<Price> cache_read = {};
  std::optional<Price> cache_write = {};
  std::optional<Price> input_audio = {};
  std::optional<Price> input_image = {};
  std::optional<Price> output_audio = {};
  std::optional<Price> output_image = {};
  std::optional<Price> output_reasoning = {};
  std::optional<double> request = {};  ///< Dollars a request.
};

/// Prices that hold from a date on, or at a time of day (which may pass midnight); without either, always.
struct DatedPrices {
  std::optional<std::uint64_t> from = {};  ///< Nanoseconds since the Unix epoch.
  struct TimeOfDay {
    std::uint32_t start = 0;  ///< Seconds since midnight, UTC.
    std::uint32_t end = 0;
  };
  std::optional<TimeOfDay> time_of_day = {};
  Prices prices = {};

  [[nodiscard]] bool hold_at(std::uint64_t time) const noexcept;
};

struct PricedModel {
  std::string id;
  MatchRule match;
  std::vector<DatedPrices> prices;  ///< The last that holds counts, else the first. Never empty.

  [[nodiscard]] const Prices& at(std::uint64_t time) const noexcept;
};

struct PricedProvider {
  std::string id;
  MatchRule provider_match = {};
  MatchRule model_match = {};                        ///< Of models whose provider is not known.
  std::vector<std::string> fallback_providers = {};  ///< Whose models it sells too.
  std::vector<PricedModel> models = {};
};

struct PriceList {
  std::string source;
  std::vector<PricedProvider> providers = {};
};

}  // namespace sonde::genai::detail
