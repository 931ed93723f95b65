#include "sdk/metrics/prometheus_names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sonde::detail {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 25> units = {{
    {"d", "days"},          {"h", "hours"},         {"min", "minutes"},    {"s", "seconds"},
    {"ms", "milliseconds"}, {"us", "microseconds"}, {"ns", "nanoseconds"}, {"By", "bytes"},
    {"KiBy", "kibibytes"},  {"MiBy", "mebibytes"},  {"GiBy", "gibibytes"}, {"TiBy", "tebibytes"},
    {"kBy", "kilobytes"},   {"MBy", "megabytes"},   {"GBy", "gigabytes"},  {"TBy", "terabytes"},
    {"m", "meters"},        {"V", "volts"},         {"A", "amperes"},      {"J", "joules"},
    {"W", "watts"},         {"g", "grams"},         {"Cel", "celsius"},    {"Hz", "hertz"},
    {"%", "percent"},
}};

constexpr std::array<Pair, 8> rates = {{
    {"s", "second"},
    {"m", "minute"},
    {"min", "minute"},
    {"h", "hour"},
    {"d", "day"},
    {"w", "week"},
    {"mo", "month"},
    {"y", "year"},
}};

template <std::size_t size>
std::string_view look_up(const std::array<Pair, size>& table, std::string_view unit) noexcept {
  const auto* const found =
      std::find_if(table.begin(), table.end(), [&](const Pair& pair) { return pair.first == unit; });
  return found == table.end() ? unit : found->second;
}

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::string escape(std::string_view name, bool may_have_colons) {
  std::string escaped;
  for (const char c : name) {
    const bool is_good = is_letter(c) || is_digit(c) || (c == ':' && may_have_colons);
    if (is_good) {
      escaped += c;
    } else if (escaped.empty() || escaped.back() != '_') {
      escaped += '_';
    }
  }
  if (escaped.empty() || is_digit(escaped.front())) escaped.insert(0, 1, '_');
  return escaped;
}

std::string without_braces(std::string_view unit) {
  std::string bare;
  int depth = 0;
  for (const char c : unit) {
    if (c == '{') ++depth;
    if (depth == 0 && c != ' ') bare += c;
    if (c == '}' && depth > 0) --depth;
  }
  return bare;
}

bool ends_with_word(std::string_view name, std::string_view word) noexcept {
  if (!name.ends_with(word)) return false;
  name.remove_suffix(word.size());
  return name.empty() || name.back() == '_' || name.back() == '.';
}

}  // namespace

std::string prometheus_unit(std::string_view unit) {
  const std::string bare = without_braces(unit);
  const std::size_t slash = bare.find('/');
  const std::string_view amount = std::string_view(bare).substr(0, slash);
  std::string words(look_up(units, amount));
  if (words == "1") words.clear();
  if (slash != std::string::npos && slash + 1 < bare.size()) {
    if (!words.empty()) words += '_';
    words += "per_";
    words += look_up(rates, std::string_view(bare).substr(slash + 1));
  }
  if (words.empty()) return {};
  words = escape(words, false);
  while (words.ends_with('_')) words.pop_back();
  while (words.starts_with('_')) words.erase(0, 1);
  return words;
}

std::string escape_metric_name(std::string_view name) { return escape(name, true); }
std::string escape_label_name(std::string_view name) { return escape(name, false); }

bool is_legacy_name(std::string_view name) noexcept {
  const auto is_allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == ':'; };
  return !name.empty() && !is_digit(name.front()) && std::all_of(name.begin(), name.end(), is_allowed);
}

PrometheusName prometheus_name(const MetricView& metric, PrometheusTranslation translation,
                               bool is_utf8_allowed) {
  using Translation = PrometheusTranslation;
  const bool has_suffixes = translation == Translation::underscore_escaping_with_suffixes ||
                            translation == Translation::no_utf8_escaping_with_suffixes;
  const bool is_escaped = !is_utf8_allowed || translation == Translation::underscore_escaping_with_suffixes ||
                          translation == Translation::underscore_escaping_without_suffixes;
  const bool is_counter = metric.type() == MetricView::Type::sum && metric.is_monotonic();
  constexpr std::string_view total = "_total";

  PrometheusName name;
  name.family = is_escaped ? escape_metric_name(metric.name()) : std::string(metric.name());
  if (is_counter && name.family.ends_with(total) && name.family.size() > total.size()) {
    name.family.resize(name.family.size() - total.size());
    name.has_total = true;
  }
  if (!has_suffixes) return name;
  std::string unit = prometheus_unit(metric.unit());
  if (unit.empty() && metric.unit() == "1" && metric.type() == MetricView::Type::gauge) unit = "ratio";
  if (!unit.empty() && !ends_with_word(name.family, unit)) {
    if (!name.family.ends_with('_')) name.family += '_';
    name.family += unit;
  }
  name.unit = std::move(unit);
  name.has_total = is_counter;
  return name;
}

}  // namespace sonde::detail
