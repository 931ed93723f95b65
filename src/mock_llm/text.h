#pragma once

// How the mock reads text. It has no vocabulary and no model: tokens are pieces of words, and meaning is
// which words two texts share.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sonde::mock_llm {

/// Cuts `text` into the mock's tokens; joined, they are the text again. A token is up to six letters or
/// digits, or one other character, with the white space before it; white space at the very end is one more.
/// English prose comes to about four tokens for three words, which is what real tokenisers give.
[[nodiscard]] std::vector<std::string_view> split_tokens(std::string_view text);

/// split_tokens(text).size(), without the vector.
[[nodiscard]] std::size_t count_tokens(std::string_view text);

/// The first `limit` tokens of `text`.
[[nodiscard]] std::string_view first_tokens(std::string_view text, std::size_t limit);

/// The words of `text` that carry meaning: in lower case, without common words such as "the", and cut to a
/// stem so that "stores", "stored" and "store" are the same word. Order and repetitions are kept.
[[nodiscard]] std::vector<std::string> key_words(std::string_view text);

/// The first `limit` bytes of `text`, or a few less so as not to cut a character.
[[nodiscard]] std::string_view first_bytes(std::string_view text, std::size_t limit);

/// `text` without white space at either end.
[[nodiscard]] std::string_view trim(std::string_view text);

/// ASCII letters in lower case, all else as it was.
[[nodiscard]] std::string to_lower(std::string_view text);

}  // namespace sonde::mock_llm
