#include "genai/prices/price_model.h"

#include <algorithm>

namespace sonde::genai::detail {

bool MatchRule::matches(std::string_view name) const {
  const auto match = [&](const MatchRule& rule) { return rule.matches(name); };
  switch (kind) {
    case Kind::never: return false;
    case Kind::equals: return name == text;
    case Kind::starts_with: return name.starts_with(text);
    case Kind::ends_with: return name.ends_with(text);
    case Kind::contains: return name.find(text) != std::string_view::npos;
    case Kind::regex: return std::regex_search(name.begin(), name.end(), *pattern);
    case Kind::any: return std::any_of(rules.begin(), rules.end(), match);
    case Kind::all: return std::all_of(rules.begin(), rules.end(), match);
  }
  return false;
}

double Price::at(std::int64_t input_tokens) const noexcept {
  double price = base;
  for (const Tier& tier : tiers) {
    if (input_tokens > tier.start) price = tier.price;
  }
  return price;
}

bool DatedPrices::hold_at(std::uint64_t time) const noexcept {
  if (from) return time >= *from;
  if (!time_of_day) return true;
  const auto now = static_cast<std::uint32_t>(time / 1'000'000'000 % 86'400);
  const auto [start, end] = *time_of_day;
  return start <= end ? now >= start && now < end : now >= start || now < end;
}

const Prices& PricedModel::at(std::uint64_t time) const noexcept {
  const auto found = std::find_if(prices.rbegin(), prices.rend(),
                                  [&](const DatedPrices& dated) { return dated.hold_at(time); });
  return found == prices.rend() ? prices.front().prices : found->prices;
}

}  // namespace sonde::genai::detail
