#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/clock.h"
#include "genai/prices/embedded_prices.h"
#include "genai/prices/price_file.h"
#include "sonde/genai/prices.hpp"

namespace sonde::genai {
namespace {

using detail::PricedModel;
using detail::PricedProvider;
using detail::PriceList;
using detail::Prices;

/// Longer names are no model's, and patterns take time.
constexpr std::size_t longest_name = 256;

std::string lower(std::string_view name) { return base::to_lower(std::string(name.substr(0, longest_name))); }

/// The convention's names of providers, where the table has others and would not recognise them.
std::string_view table_name(std::string_view provider) noexcept {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> names = {
      {{"gcp.gemini", "google"},
       {"gcp.gen_ai", "google"},
       {"gcp.vertex_ai", "google"},
       {"azure.ai.openai", "azure"},
       {"azure.ai.inference", "azure"},
       {"aws.bedrock", "aws"},
       {"mistral_ai", "mistral"},
       {"moonshot_ai", "moonshotai"},
       {"x_ai", "x-ai"}}};
  const auto* const found =
      std::find_if(names.begin(), names.end(), [&](const auto& name) { return name.first == provider; });
  return found == names.end() ? provider : found->second;
}

/// One kind of token of a request: how many, and for how much a million.
struct Item {
  std::int64_t tokens = 0;
  double price = 0;
};

/// What a request's tokens of one direction come to, kinds with a price of their own set apart.
class Bill {
 public:
  Bill(std::int64_t all_tokens, std::int64_t input_tokens) : left_(all_tokens), input_tokens_(input_tokens) {}

  void take(const std::optional<std::int64_t>& tokens, const std::optional<detail::Price>& price) {
    if (!price || tokens.value_or(0) <= 0) return;
    const std::int64_t taken = std::min(*tokens, left_);
    left_ -= taken;
    add(taken, *price);
  }
  void take_rest(const std::optional<detail::Price>& price) {
    if (price) add(std::exchange(left_, 0), *price);
  }

  [[nodiscard]] const std::vector<Item>& items() const noexcept { return items_; }
  [[nodiscard]] double total() const noexcept {
    double total = 0;
    for (const Item& item : items_) total += static_cast<double>(item.tokens) * item.price / 1e6;
    return total;
  }

 private:
  void add(std::int64_t tokens, const detail::Price& price) {
    if (tokens > 0) items_.push_back({tokens, price.at(input_tokens_)});
  }

  std::int64_t left_;
  std::int64_t input_tokens_;
  std::vector<Item> items_;
};

std::string with_thousands(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, ",");
  return text;
}

std::string dollars(double price) {
  std::array<char, 32> text{};
  const bool is_whole_cents = std::abs(price * 100 - std::round(price * 100)) < 1e-9;
  std::snprintf(text.data(), text.size(), is_whole_cents ? "$%.2f" : "$%.6g", price);
  return text.data();
}

std::string formula(const Bill& input, const Bill& output, double request) {
  std::string text;
  const auto add = [&](const Item& item) {
    if (!text.empty()) text += " + ";
    text += with_thousands(item.tokens) + " × " + dollars(item.price);
  };
  for (const Item& item : input.items()) add(item);
  for (const Item& item : output.items()) add(item);
  if (!text.empty()) text += " per million tokens";
  if (request > 0) text += (text.empty() ? "" : " + ") + dollars(request) + " a request";
  return text;
}

Cost calculate(const Prices& prices, const Usage& usage) {
  const std::int64_t input_tokens = usage.input_tokens.value_or(0);
  Bill input(input_tokens, input_tokens);
  input.take(usage.cache_read_input_tokens, prices.cache_read);
  input.take(usage.cache_write_input_tokens, prices.cache_write);
  input.take(usage.input.audio, prices.input_audio);
  input.take(usage.input.image, prices.input_image);
  input.take_rest(prices.input);
  Bill output(usage.output_tokens.value_or(0), input_tokens);
  output.take(usage.reasoning_output_tokens, prices.output_reasoning);
  output.take(usage.output.audio, prices.output_audio);
  output.take(usage.output.image, prices.output_image);
  output.take_rest(prices.output);
  const double request = prices.request.value_or(0);
  return {.total = input.total() + output.total() + request,
          .input = input.total(),
          .output = output.total(),
          .formula = formula(input, output, request),
          .model = {},
          .source = {}};
}

const PricedModel* find_model(const PricedProvider& provider, std::string_view name) {
  const auto found = std::find_if(provider.models.begin(), provider.models.end(),
                                  [&](const PricedModel& model) { return model.match.matches(name); });
  return found == provider.models.end() ? nullptr : &*found;
}

/// Model names end in dates with or without dashes; the table knows one form of each.
std::string with_dashed_date(const std::string& name) {
  static const std::regex date("-(20[0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])(?=-|:|$)");
  return std::regex_replace(name, date, "-$1-$2-$3");
}

const PricedProvider* find_provider(const PriceList& list, std::string_view id) {
  const auto by_id = [&](const PricedProvider& provider) { return provider.id == id; };
  const auto by_match = [&](const PricedProvider& provider) { return provider.provider_match.matches(id); };
  auto found = std::find_if(list.providers.begin(), list.providers.end(), by_id);
  if (found == list.providers.end()) {
    found = std::find_if(list.providers.begin(), list.providers.end(), by_match);
  }
  return found == list.providers.end() ? nullptr : &*found;
}

const PricedModel* find_model(const PriceList& list, std::string_view provider_name,
                              const std::string& name) {
  const PricedProvider* provider =
      provider_name.empty() ? nullptr : find_provider(list, table_name(provider_name));
  if (provider == nullptr) {
    const auto found = std::find_if(list.providers.begin(), list.providers.end(),
                                    [&](const auto& each) { return each.model_match.matches(name); });
    if (found == list.providers.end()) return nullptr;
    provider = &*found;
  }
  if (const PricedModel* const model = find_model(*provider, name)) return model;
  for (const std::string& fallback : provider->fallback_providers) {
    const PricedProvider* const other = find_provider(list, fallback);
    const PricedModel* const model = other == nullptr ? nullptr : find_model(*other, name);
    if (model != nullptr) return model;
  }
  return nullptr;
}

}  // namespace

struct PriceTable::Table {
  std::vector<PriceList> lists;  ///< The first that knows a model counts.
};

PriceTable::PriceTable(std::unique_ptr<const Table> table) : table_(std::move(table)) {}
PriceTable::PriceTable(PriceTable&&) noexcept = default;
PriceTable& PriceTable::operator=(PriceTable&&) noexcept = default;
PriceTable::~PriceTable() = default;

const PriceTable& PriceTable::built_in() {
  static const PriceTable* const table = [] {
    auto lists = std::make_unique<Table>();
    lists->lists.push_back(*detail::read_price_list(detail::embedded_prices(), "genai-prices"));
    return new PriceTable(std::move(lists));  // outlives every static destructor
  }();
  return *table;
}

Expected<PriceTable> PriceTable::with_overrides(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Error{ErrorCode::not_found,
                 "the prices' file " + path + " cannot be opened: " + std::strerror(errno)};
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto list = detail::read_price_list(text, path);
  if (!list) return list.error();
  auto table = std::make_unique<Table>();
  table->lists.push_back(std::move(*list));
  table->lists.push_back(built_in().table_->lists.front());
  return PriceTable(std::move(table));
}

std::optional<Cost> PriceTable::cost(std::string_view provider, std::string_view model, const Usage& usage,
                                     std::uint64_t time) const {
  if (model.empty() || (!usage.input_tokens && !usage.output_tokens)) return std::nullopt;
  if (time == 0) time = base::Clock::now();
  const std::string provider_name = lower(provider);
  const std::string name = lower(model);
  const std::string dashed = with_dashed_date(name);
  for (const PriceList& list : table_->lists) {
    const PricedModel* found = find_model(list, provider_name, name);
    if (found == nullptr && dashed != name) found = find_model(list, provider_name, dashed);
    if (found == nullptr) continue;
    Cost cost = calculate(found->at(time), usage);
    cost.model = found->id;
    cost.source = list.source;
    return cost;
  }
  return std::nullopt;
}

std::int64_t estimate_tokens(std::string_view text) noexcept {
  // A token is about four characters of English; text outside ASCII takes about one a character.
  std::int64_t ascii = 0;
  std::int64_t others = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) ++ascii;
    if (byte >= 0xC0) ++others;
  }
  return (ascii + 3) / 4 + others;
}

}  // namespace sonde::genai
