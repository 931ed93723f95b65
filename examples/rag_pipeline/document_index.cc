#include "document_index.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

namespace rag {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t passage_size = 600;  // bytes after which a passage is full

/// The words of a text in lower case, without a plural's s.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto finish_word = [&] {
    if (word.size() > 3 && word.back() == 's') word.pop_back();
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (std::isalnum(byte) != 0 || byte >= 0x80) {
      word += static_cast<char>(std::tolower(byte));
    } else {
      finish_word();
    }
  }
  finish_word();
  return words;
}

bool is_document(const fs::path& path) { return path.extension() == ".md" || path.extension() == ".txt"; }

}  // namespace

DocumentIndex::DocumentIndex(const std::vector<fs::path>& paths) {
  for (const fs::path& path : paths) {
    const fs::path root = fs::weakly_canonical(path);
    if (!fs::exists(root)) throw std::runtime_error("there are no documents at " + path.string());
    if (!fs::is_directory(root)) {
      add_file(root, root.filename().string());
      continue;
    }
    std::set<fs::path> files;  // sorted, so that equal scores always come in the same order
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.is_regular_file() && is_document(entry.path())) files.insert(entry.path());
    }
    for (const fs::path& file : files) add_file(file, file.lexically_relative(root.parent_path()).string());
  }
}

void DocumentIndex::add_file(const fs::path& file, const std::string& name) {
  std::ifstream input(file);
  if (!input) throw std::runtime_error("cannot read " + file.string());
  Passage passage{name, {}};
  const auto finish_passage = [&] {
    if (!passage.text.empty()) add_passage({passage.source, std::exchange(passage.text, {})});
  };
  bool in_code = false;
  for (std::string line; std::getline(input, line);) {
    if (line.starts_with("```")) in_code = !in_code;
    if (line.starts_with('#') && !in_code) {
      finish_passage();
      passage.source = name + ", " + line.substr(std::min(line.find_first_not_of("# "), line.size()));
    } else if (!line.empty() || in_code) {
      passage.text += line + '\n';
    } else if (passage.text.size() >= passage_size) {
      finish_passage();
    } else if (!passage.text.empty()) {
      passage.text += '\n';
    }
  }
  finish_passage();
}

void DocumentIndex::add_passage(Passage passage) {
  std::map<std::string, double> counts;
  for (const std::string& text : {passage.source, passage.text}) {
    for (std::string& word : words_of(text)) ++counts[std::move(word)];
  }
  double length = 0;
  for (const auto& [word, count] : counts) {
    postings_[word].push_back({passages_.size(), count});
    length += count;
  }
  lengths_.push_back(length);
  total_length_ += length;
  passages_.push_back(std::move(passage));
}

std::vector<Match> DocumentIndex::search(std::string_view query, std::size_t limit) const {
  constexpr double k1 = 1.2;  // how soon a word that is repeated stops counting
  constexpr double b = 0.75;  // how much long passages are held back
  const auto passage_count = static_cast<double>(passages_.size());
  std::map<std::size_t, double> scores;
  for (const std::string& word : words_of(query)) {
    const auto found = postings_.find(word);
    if (found == postings_.end()) continue;
    const auto holders = static_cast<double>(found->second.size());
    const double rarity = std::log(1 + (passage_count - holders + 0.5) / (holders + 0.5));
    for (const Posting& posting : found->second) {
      const double relative_length = lengths_[posting.passage] * passage_count / total_length_;
      scores[posting.passage] +=
          rarity * posting.count * (k1 + 1) / (posting.count + k1 * (1 - b + b * relative_length));
    }
  }
  std::vector<Match> matches;
  matches.reserve(scores.size());
  for (const auto& [passage, score] : scores) matches.push_back({&passages_[passage], score});
  std::ranges::stable_sort(matches, std::greater<>{}, &Match::score);
  matches.resize(std::min(matches.size(), limit));
  return matches;
}

}  // namespace rag
