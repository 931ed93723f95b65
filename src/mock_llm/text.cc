#include "mock_llm/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sonde::mock_llm {
namespace {

constexpr std::size_t letters_in_a_token = 6;
constexpr std::string_view white_space = " \t\r\n\f\v";

constexpr std::array<std::string_view, 78> common_words = {
    "a",     "about",  "after",  "all",  "also", "an",    "and",  "any",  "are",   "as",   "at",    "be",
    "been",  "before", "but",    "by",   "can",  "could", "did",  "do",   "does",  "for",  "from",  "get",
    "give",  "had",    "has",    "have", "how",  "i",     "if",   "in",   "into",  "is",   "it",    "its",
    "many",  "may",    "me",     "more", "much", "my",    "no",   "not",  "of",    "on",   "one",   "or",
    "our",   "please", "should", "so",   "some", "than",  "that", "the",  "their", "them", "then",  "there",
    "these", "they",   "this",   "to",   "us",   "was",   "we",   "were", "what",  "when", "where", "which",
    "who",   "why",    "will",   "with", "you",  "your"};
static_assert(std::ranges::is_sorted(common_words));

bool is_space(char character) { return white_space.find(character) != std::string_view::npos; }

/// Letters and digits; every byte of a character beyond ASCII counts as a letter.
bool is_word(char character) {
  const auto byte = static_cast<std::uint8_t>(character);
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || byte >= 0x80;
}

bool continues_character(char character) { return (static_cast<std::uint8_t>(character) & 0xC0) == 0x80; }

/// The length of the first token of `text`, which is not empty.
std::size_t token_length(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_space(text[end])) ++end;
  if (end == text.size()) return end;
  if (!is_word(text[end])) return end + 1;
  std::size_t letters = 0;
  while (end < text.size() && is_word(text[end])) {
    if (!continues_character(text[end]) && ++letters > letters_in_a_token) break;
    ++end;
  }
  return end;
}

void strip_ending(std::string& word, std::string_view ending, std::size_t least_left) {
  if (word.size() >= ending.size() + least_left && word.ends_with(ending)) {
    word.resize(word.size() - ending.size());
  }
}

void reduce_to_stem(std::string& word) {
  if (!word.ends_with("ss")) strip_ending(word, "s", 3);
  strip_ending(word, "ment", 3);
  strip_ending(word, "ing", 3);
  strip_ending(word, "ed", 3);
  strip_ending(word, "e", 3);
}

}  // namespace

std::vector<std::string_view> split_tokens(std::string_view text) {
  std::vector<std::string_view> tokens;
  while (!text.empty()) {
    const std::size_t length = token_length(text);
    tokens.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return tokens;
}

std::size_t count_tokens(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(token_length(text));
  return count;
}

std::string_view first_tokens(std::string_view text, std::size_t limit) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < limit && end < text.size(); ++i) end += token_length(text.substr(end));
  return text.substr(0, end);
}

std::vector<std::string> key_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t start = i;
    while (i < text.size() && is_word(text[i])) ++i;
    if (i == start) {
      ++i;
      continue;
    }
    std::string word = to_lower(text.substr(start, i - start));
    if (std::ranges::binary_search(common_words, std::string_view(word))) continue;
    reduce_to_stem(word);
    words.push_back(std::move(word));
  }
  return words;
}

std::string_view first_bytes(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && continues_character(text[limit])) --limit;
  return text.substr(0, limit);
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& character : lower) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
  }
  return lower;
}

}  // namespace sonde::mock_llm
