// Prices usages for js/prices.test.mjs, which compares them with another implementation over the same table:
// a line of standard input in, a line out, with the dollars or "none". A line holds, between tabs, provider,
// model, nanoseconds since the Unix epoch, and tokens in the order of `kinds`; an empty one is not known.

#include <array>
#include <charconv>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/genai/prices.hpp"

namespace {

using Tokens = std::optional<std::int64_t>;

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t tab = line.find('\t');
    fields.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return fields;
    line.remove_prefix(tab + 1);
  }
}

sonde::genai::Usage usage_of(const std::vector<std::string_view>& fields) {
  sonde::genai::Usage usage;
  const std::array<Tokens*, 9> kinds = {&usage.input_tokens,
                                        &usage.output_tokens,
                                        &usage.cache_read_input_tokens,
                                        &usage.cache_write_input_tokens,
                                        &usage.input.audio,
                                        &usage.input.image,
                                        &usage.output.audio,
                                        &usage.output.image,
                                        &usage.reasoning_output_tokens};
  for (std::size_t i = 0; i < kinds.size(); ++i) *kinds.at(i) = number<std::int64_t>(fields.at(3 + i));
  return usage;
}

}  // namespace

int main() {
  std::cout << std::setprecision(std::numeric_limits<double>::max_digits10);
  for (std::string line; std::getline(std::cin, line);) {
    const std::vector<std::string_view> fields = split(line);
    const auto cost = sonde::genai::PriceTable::built_in().cost(
        fields.at(0), fields.at(1), usage_of(fields), number<std::uint64_t>(fields.at(2)).value_or(0));
    if (cost) {
      std::cout << cost->total << '\n';
    } else {
      std::cout << "none\n";
    }
  }
}
