#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sonde::base {

/// The word of `words` that `typed` was most likely meant to be: at most `most_wrong` of its letters wrong,
/// and no more than a third (Damerau-Levenshtein distance, adjacent letters swapped count once). Empty if
/// none is that near.
[[nodiscard]] std::string nearest(std::string_view typed, std::span<const std::string> words,
                                  std::size_t most_wrong = 64);

}  // namespace sonde::base
