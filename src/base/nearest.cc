#include "base/nearest.h"

#include <algorithm>
#include <vector>

namespace sonde::base {
namespace {

/// Letters to insert, delete, replace or swap with their neighbour to turn one word into the other.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::vector<std::size_t>> best(from.size() + 1, std::vector<std::size_t>(to.size() + 1));
  for (std::size_t i = 0; i <= from.size(); ++i) best[i][0] = i;
  for (std::size_t j = 0; j <= to.size(); ++j) best[0][j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = best[i - 1][j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      best[i][j] = std::min({best[i - 1][j] + 1, best[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        best[i][j] = std::min(best[i][j], best[i - 2][j - 2] + 1);
      }
    }
  }
  return best[from.size()][to.size()];
}

}  // namespace

std::string nearest(std::string_view typed, std::span<const std::string> words, std::size_t most_wrong) {
  constexpr std::size_t longest_word = 64;  // the table grows with the square; nobody mistypes more
  if (typed.size() > longest_word) return {};
  std::string found;
  std::size_t least = std::min(most_wrong, std::max<std::size_t>(1, typed.size() / 3)) + 1;
  for (const std::string& word : words) {
    if (const std::size_t changes = distance(typed, word); changes < least) {
      least = changes;
      found = word;
    }
  }
  return found;
}

}  // namespace sonde::base
