#include "genai/prices/price_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "base/ascii.h"

namespace sonde::genai::detail {
namespace {

using Json = nlohmann::json;

/// What is wrong with a file; caught in read_price_list().
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

MatchRule read_match(const Json& json) {
  using Kind = MatchRule::Kind;
  constexpr std::array<std::pair<const char*, Kind>, 7> kinds = {{{"equals", Kind::equals},
                                                                  {"starts_with", Kind::starts_with},
                                                                  {"ends_with", Kind::ends_with},
                                                                  {"contains", Kind::contains},
                                                                  {"regex", Kind::regex},
                                                                  {"or", Kind::any},
                                                                  {"and", Kind::all}}};
  for (const auto& [key, kind] : kinds) {
    const auto found = json.find(key);
    if (found == json.end()) continue;
    MatchRule rule{.kind = kind};
    if (kind == Kind::any || kind == Kind::all) {
      for (const Json& each : *found) rule.rules.push_back(read_match(each));
    } else if (kind == Kind::regex) {
      rule.pattern = std::make_shared<const std::regex>(found->get<std::string>());
    } else {
      rule.text = base::to_lower(found->get<std::string>());
    }
    return rule;
  }
  throw Malformed("a match has none of equals, starts_with, ends_with, contains, regex, or, and: " +
                  json.dump().substr(0, 100));
}

MatchRule read_match_if_any(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() ? MatchRule() : read_match(*found);
}

Price read_price(const Json& json) {
  if (json.is_number()) return {.base = json.get<double>()};
  Price price{.base = json.at("base").get<double>()};
  for (const Json& tier : json.at("tiers")) {
    price.tiers.push_back({tier.at("start").get<std::int64_t>(), tier.at("price").get<double>()});
  }
  std::sort(price.tiers.begin(), price.tiers.end(),
            [](const auto& a, const auto& b) { return a.start < b.start; });
  return price;
}

Prices read_prices(const Json& json) {
  const auto price = [&](const char* key) -> std::optional<Price> {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return std::nullopt;
    return read_price(*found);
  };
  Prices prices{.input = price("input_mtok"),
                .output = price("output_mtok"),
                .cache_read = price("cache_read_mtok"),
                .cache_write = price("cache_write_mtok"),
                .input_audio = price("input_audio_mtok"),
                .input_image = price("input_image_mtok"),
                .output_audio = price("output_audio_mtok"),
                .output_image = price("output_image_mtok"),
                .output_reasoning = price("output_reasoning_mtok")};
  if (const auto requests = price("requests_kcount")) prices.request = requests->base / 1000;
  return prices;
}

/// Nanoseconds since the Unix epoch of a date such as 2026-03-13.
std::uint64_t read_date(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const auto part = [&](std::size_t from, std::size_t size, auto& number) {
    const char* const end = text.data() + from + size;
    return text.size() == 10 && std::from_chars(text.data() + from, end, number).ptr == end;
  };
  const bool is_read = part(0, 4, year) && part(5, 2, month) && part(8, 2, day);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!is_read || !date.ok() || year < 1970) throw Malformed("'" + text + "' is no date such as 2026-03-13");
  const std::chrono::nanoseconds since_epoch = std::chrono::sys_days(date).time_since_epoch();
  return static_cast<std::uint64_t>(since_epoch.count());
}

/// Seconds since midnight of a time such as 16:30:00Z.
std::uint32_t read_time_of_day(const std::string& text) {
  std::array<std::uint32_t, 3> parts{};
  bool is_read = text.size() == 9 && text[2] == ':' && text[5] == ':' && text[8] == 'Z';
  for (std::size_t i = 0; is_read && i < parts.size(); ++i) {
    const char* const begin = text.data() + 3 * i;
    is_read = std::from_chars(begin, begin + 2, parts[i]).ptr == begin + 2;
  }
  if (!is_read || parts[0] > 23 || parts[1] > 59 || parts[2] > 59) {
    throw Malformed("'" + text + "' is no time of day such as 16:30:00Z");
  }
  return parts[0] * 3600 + parts[1] * 60 + parts[2];
}

DatedPrices read_dated_prices(const Json& json) {
  DatedPrices dated{.prices = read_prices(json.at("prices"))};
  const auto constraint = json.find("constraint");
  if (constraint == json.end() || constraint->is_null()) return dated;
  if (const auto date = constraint->find("start_date"); date != constraint->end()) {
    dated.from = read_date(date->get<std::string>());
  } else {
    dated.time_of_day = {read_time_of_day(constraint->at("start_time").get<std::string>()),
                         read_time_of_day(constraint->at("end_time").get<std::string>())};
  }
  return dated;
}

PricedModel read_model(const Json& json) {
  PricedModel model{.id = json.at("id").get<std::string>(), .match = {}, .prices = {}};
  try {
    model.match = read_match(json.at("match"));
    const Json& prices = json.at("prices");
    if (prices.is_array()) {
      for (const Json& each : prices) model.prices.push_back(read_dated_prices(each));
    } else {
      model.prices.push_back({.prices = read_prices(prices)});
    }
    if (model.prices.empty()) throw Malformed("its list of prices is empty");
    return model;
  } catch (const std::exception& error) {
    throw Malformed("model " + model.id + ": " + error.what());
  }
}

PricedProvider read_provider(const Json& json) {
  PricedProvider provider{.id = json.at("id").get<std::string>()};
  try {
    provider.provider_match = read_match_if_any(json, "provider_match");
    provider.model_match = read_match_if_any(json, "model_match");
    if (const auto fallbacks = json.find("fallback_model_providers"); fallbacks != json.end()) {
      provider.fallback_providers = fallbacks->get<std::vector<std::string>>();
    }
    for (const Json& model : json.at("models")) provider.models.push_back(read_model(model));
    return provider;
  } catch (const std::exception& error) {
    throw Malformed("provider " + provider.id + ": " + error.what());
  }
}

/// LiteLLM's form: {"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 2.5e-6, ...}, ...}
void read_litellm_model(const std::string& name, const Json& json, PriceList& list) {
  constexpr double million = 1e6;
  const auto price = [&](const char* key) -> std::optional<Price> {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number()) return std::nullopt;
    return Price{.base = found->get<double>() * million};
  };
  Prices prices{.input = price("input_cost_per_token"),
                .output = price("output_cost_per_token"),
                .cache_read = price("cache_read_input_token_cost"),
                .cache_write = price("cache_creation_input_token_cost"),
                .input_audio = price("input_cost_per_audio_token"),
                .output_audio = price("output_cost_per_audio_token"),
                .output_reasoning = price("output_cost_per_reasoning_token")};
  if (!prices.input && !prices.output) return;  // priced by images, pages or seconds
  const std::string provider_id = base::to_lower(json.value("litellm_provider", ""));
  auto provider = std::find_if(list.providers.begin(), list.providers.end(),
                               [&](const PricedProvider& each) { return each.id == provider_id; });
  if (provider == list.providers.end()) {
    provider = list.providers.insert(list.providers.end(), PricedProvider{.id = provider_id});
    provider->model_match.kind = MatchRule::Kind::any;
  }
  const std::string bare =
      base::to_lower(name.substr(name.find('/') == std::string::npos ? 0 : name.find('/') + 1));
  MatchRule match{.kind = MatchRule::Kind::any};
  match.rules.push_back({.kind = MatchRule::Kind::equals, .text = base::to_lower(name)});
  match.rules.push_back({.kind = MatchRule::Kind::equals, .text = bare});
  provider->model_match.rules.push_back(match);
  provider->models.push_back({.id = name, .match = match, .prices = {{.prices = std::move(prices)}}});
}

void read_json(const Json& json, PriceList& list) {
  if (json.is_array()) {
    for (const Json& provider : json) list.providers.push_back(read_provider(provider));
    return;
  }
  if (!json.is_object()) throw Malformed("it is neither a list of providers nor a map of models");
  for (const auto& [name, model] : json.items()) {
    if (name != "sample_spec" && model.is_object()) read_litellm_model(name, model, list);
  }
  if (list.providers.empty()) throw Malformed("none of its models has a price a token");
}

/// A provider a line, after a line that names the source.
void read_lines(std::string_view text, PriceList& list) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty()) continue;
    const Json json = Json::parse(line);
    if (const auto source = json.find("source"); source != json.end()) {
      list.source = source->get<std::string>();
    } else {
      list.providers.push_back(read_provider(json));
    }
  }
}

}  // namespace

Expected<PriceList> read_price_list(std::string_view text, const std::string& source) {
  try {
    PriceList list{.source = source};
    if (const Json whole = Json::parse(text, nullptr, false); !whole.is_discarded()) {
      read_json(whole, list);
    } else {
      read_lines(text, list);
    }
    return list;
  } catch (const std::exception& error) {
    return Error{ErrorCode::invalid_argument, "the prices of " + source + ": " + error.what()};
  }
}

}  // namespace sonde::genai::detail
