#include "mock_llm/schema.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mock_llm/text.h"

namespace sonde::mock_llm {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_values = 10'000;
constexpr std::size_t max_depth = 32;
constexpr std::size_t max_material = 4096;  ///< Bytes of text that values are taken from.

constexpr std::array<std::string_view, 10> answer_names = {"answer",  "content",   "explanation", "message",
                                                           "output",  "reasoning", "response",    "result",
                                                           "summary", "text"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> formats = {{
    {"date", "2026-01-01"},
    {"date-time", "2026-01-01T00:00:00Z"},
    {"time", "00:00:00Z"},
    {"email", "mock@example.com"},
    {"uri", "https://example.com/"},
    {"uuid", "00000000-0000-4000-8000-000000000000"},
}};

bool is_capital(char character) { return character >= 'A' && character <= 'Z'; }

/// What stands between double quotes in `text`.
std::vector<std::string> quoted_parts(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t open = text.find('"'); open != std::string_view::npos; open = text.find('"', open)) {
    const std::size_t close = text.find('"', open + 1);
    if (close == std::string_view::npos) break;
    if (close > open + 1) parts.emplace_back(text.substr(open + 1, close - open - 1));
    open = close + 1;
  }
  return parts;
}

/// Names: runs of capitalised words ("New York"), except the word that begins the text.
std::vector<std::string> capitalised_runs(std::string_view text) {
  std::vector<std::string> runs;
  bool joins = false;  // whether the next capitalised word continues the last run
  bool first = true;
  while (!(text = trim(text)).empty()) {
    const std::string_view token = text.substr(0, text.find_first_of(" \t\r\n"));
    text.remove_prefix(token.size());
    const std::string_view word = token.substr(0, token.find_last_not_of(".,;:!?)'\"") + 1);
    const bool is_name = !first && !word.empty() && is_capital(word[0]) && !key_words(word).empty();
    if (is_name && joins) {
      runs.back().append(" ").append(word);
    } else if (is_name) {
      runs.emplace_back(word);
    }
    joins = is_name && word.size() == token.size();
    first = false;
  }
  return runs;
}

bool is_digit(char character) { return character >= '0' && character <= '9'; }

/// The numbers that stand as words of their own, such as "3", "-2.5" and the 20 of "20%".
std::vector<double> numbers_in(std::string_view text) {
  std::vector<double> numbers;
  const auto separates = [&](std::size_t i) { return text[i] == ' ' || text[i] == '\n' || text[i] == '('; };
  for (std::size_t i = 0; i < text.size();) {
    const bool negative = text[i] == '-' && i + 1 < text.size();
    const std::size_t digits = negative ? i + 1 : i;
    double value = 0;
    if (!is_digit(text[digits]) || (i > 0 && !separates(i - 1))) {
      ++i;
      continue;
    }
    const char* const end = text.data() + text.size();
    const auto result = std::from_chars(text.data() + i, end, value, std::chars_format::fixed);
    if (std::isfinite(value)) numbers.push_back(value);
    i = static_cast<std::size_t>(result.ptr - text.data());
  }
  return numbers;
}

class Filler {
 public:
  Filler(const Json& root, const Material& material)
      : root_(root),
        material_(material),
        names_(quoted_parts(material.text)),
        numbers_(numbers_in(material.text)) {
    if (names_.empty()) names_ = capitalised_runs(material.text);
    std::ranges::reverse(names_);  // taken from the back
    std::ranges::reverse(numbers_);
  }

  /// A value for the property `key` with this schema.
  Json fill(const Json& schema, std::string_view key, std::size_t depth) {
    if (++values_ > max_values || depth > max_depth) return nullptr;
    if (!schema.is_object()) return fill_string(Json::object(), key);
    if (const Json* const target = resolve(schema)) return fill(*target, key, depth + 1);
    if (const auto found = schema.find("const"); found != schema.end()) return *found;
    if (const auto found = schema.find("enum"); found != schema.end()) return choose(*found);
    if (const auto found = schema.find("default"); found != schema.end()) return *found;
    for (const char* const alternatives : {"anyOf", "oneOf", "allOf"}) {
      const auto list = schema.find(alternatives);
      const bool usable = list != schema.end() && list->is_array() && !list->empty();
      if (usable) return fill(list->front(), key, depth + 1);
    }
    return fill_type(type_of(schema), schema, key, depth);
  }

 private:
  Json fill_type(std::string_view type, const Json& schema, std::string_view key, std::size_t depth) {
    if (type == "object") return fill_object(schema, depth);
    if (type == "array") return fill_array(schema, key, depth);
    if (type == "integer" || type == "number") return fill_number(schema, type == "integer");
    if (type == "boolean") return true;
    if (type == "null") return nullptr;
    return fill_string(schema, key);
  }

  static std::string_view type_of(const Json& schema) {
    const auto type = schema.find("type");
    if (type == schema.end()) {
      if (schema.contains("properties")) return "object";
      return schema.contains("items") ? "array" : "string";
    }
    const Json& first = type->is_array() && !type->empty() ? type->front() : *type;
    return first.is_string() ? std::string_view(first.get_ref<const std::string&>()) : "string";
  }

  /// What a "$ref" within this schema points at; null if there is none, or it points at nothing.
  [[nodiscard]] const Json* resolve(const Json& schema) const {
    const auto reference = schema.find("$ref");
    if (reference == schema.end() || !reference->is_string()) return nullptr;
    const auto& text = reference->get_ref<const std::string&>();
    if (text == "#") return &root_;
    if (!text.starts_with("#/")) return nullptr;
    const Json* target = &root_;
    std::string_view rest = std::string_view(text).substr(2);
    while (target != nullptr && !rest.empty()) {
      const std::size_t slash = rest.find('/');
      const auto member =
          target->is_object() ? target->find(std::string(rest.substr(0, slash))) : target->end();
      target = member == target->end() ? nullptr : &*member;
      rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    }
    return target;
  }

  /// The first allowed value that the text mentions, or else the first.
  [[nodiscard]] Json choose(const Json& allowed) const {
    if (!allowed.is_array() || allowed.empty()) return nullptr;
    const std::string text = to_lower(material_.text);
    for (const Json& value : allowed) {
      if (value.is_string() &&
          text.find(to_lower(value.get_ref<const std::string&>())) != std::string::npos) {
        return value;
      }
    }
    return allowed.front();
  }

  /// Every property, or, if the schema says which are required, those.
  Json fill_object(const Json& schema, std::size_t depth) {
    Json object = Json::object();
    const auto properties = schema.find("properties");
    if (properties == schema.end() || !properties->is_object()) return object;
    const auto required = schema.find("required");
    if (required == schema.end() || !required->is_array()) {
      for (const auto& [name, property] : properties->items()) object[name] = fill(property, name, depth + 1);
      return object;
    }
    for (const Json& name : *required) {
      if (!name.is_string()) continue;
      const auto property = properties->find(name.get_ref<const std::string&>());
      if (property != properties->end()) object[property.key()] = fill(*property, property.key(), depth + 1);
    }
    return object;
  }

  Json fill_array(const Json& schema, std::string_view key, std::size_t depth) {
    Json array = Json::array();
    const auto items = schema.find("items");
    const Json& item = items == schema.end() ? empty_ : *items;
    const std::size_t most = bound(schema, "maxItems").value_or(max_values);
    const std::size_t count = std::min(std::max<std::size_t>(bound(schema, "minItems").value_or(1), 1), most);
    while (array.size() < count && values_ < max_values) array.push_back(fill(item, key, depth + 1));
    return array;
  }

  static std::optional<std::size_t> bound(const Json& schema, const char* name) {
    const auto found = schema.find(name);
    if (found == schema.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->get<std::size_t>();
  }

  static double limit(const Json& schema, const char* name, double otherwise) {
    const auto found = schema.find(name);
    return found != schema.end() && found->is_number() ? found->get<double>() : otherwise;
  }

  Json fill_number(const Json& schema, bool integral) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double low = limit(schema, "minimum", -infinity);
    const double high = limit(schema, "maximum", infinity);
    double value = std::clamp(0.0, low, std::max(low, high));
    const auto fits = [&](double number) {
      return number >= low && number <= high && (!integral || number == std::floor(number));
    };
    const auto found = std::ranges::find_if(numbers_.rbegin(), numbers_.rend(), fits);
    if (found != numbers_.rend()) {
      value = *found;
      numbers_.erase(std::next(found).base());
    }
    constexpr double exact = 9007199254740992.0;  // 2^53: beyond it a double is no exact integer
    if (integral && std::abs(value) <= exact) return static_cast<std::int64_t>(std::ceil(value));
    return value;
  }

  Json fill_string(const Json& schema, std::string_view key) {
    std::string text;
    const auto format = schema.find("format");
    const auto* const known =
        format == schema.end()
            ? formats.end()
            : std::ranges::find_if(formats, [&](const auto& f) { return *format == f.first; });
    if (known != formats.end()) {
      text = known->second;
    } else if (!material_.answer.empty() && std::ranges::binary_search(answer_names, key)) {
      text = material_.answer;
    } else if (!names_.empty()) {
      text = std::move(names_.back());
      names_.pop_back();
    } else {
      text = trim(material_.text);
    }
    const std::optional<std::size_t> most = bound(schema, "maxLength");
    return most ? cut(std::move(text), *most) : text;
  }

  /// At most `limit` characters.
  static std::string cut(std::string text, std::size_t limit) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool begins_character = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
      if (begins_character && ++characters > limit) return text.substr(0, i);
    }
    return text;
  }

  const Json& root_;
  const Material& material_;
  const Json empty_ = Json::object();
  std::vector<std::string> names_;
  std::vector<double> numbers_;
  std::size_t values_ = 0;
};

}  // namespace

std::string fill_schema(std::string_view schema, const Material& material) {
  const Json root = Json::parse(schema, nullptr, /*allow_exceptions=*/false);
  if (!root.is_object()) return "{}";
  const Material bounded{first_bytes(material.text, max_material),
                         first_bytes(material.answer, max_material)};
  return Filler(root, bounded).fill(root, "", 0).dump();
}

}  // namespace sonde::mock_llm
