#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sonde::cli {

/// The word of `words` that `typed` was most likely meant to be: at most a third of its letters wrong
/// (Damerau-Levenshtein distance, adjacent letters swapped count once). Empty if none is that near.
[[nodiscard]] std::string nearest(std::string_view typed, std::span<const std::string> words);

}  // namespace sonde::cli
