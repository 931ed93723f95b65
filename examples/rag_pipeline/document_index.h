#pragma once

// Full-text search over Markdown and text files, small enough to read in a minute: BM25 over passages.

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rag {

/// Some paragraphs of one section of one file.
struct Passage {
  std::string source;  ///< The file and the heading: "docs/storage.md, Retention".
  std::string text;
};

struct Match {
  const Passage* passage = nullptr;  ///< Owned by the index.
  double score = 0;
};

class DocumentIndex {
 public:
  /// Reads files, and folders with all .md and .txt files below them. Throws std::runtime_error naming the
  /// path that cannot be read.
  explicit DocumentIndex(const std::vector<std::filesystem::path>& paths);

  /// The best matches for the words of `query`, best first; only passages that hold one of them.
  [[nodiscard]] std::vector<Match> search(std::string_view query, std::size_t limit) const;

  [[nodiscard]] std::size_t passage_count() const { return passages_.size(); }

 private:
  void add_file(const std::filesystem::path& file, const std::string& name);
  void add_passage(Passage passage);

  /// How often a word stands in a passage.
  struct Posting {
    std::size_t passage;
    double count;
  };

  std::vector<Passage> passages_;
  std::vector<double> lengths_;  ///< In words, of each passage.
  double total_length_ = 0;
  std::unordered_map<std::string, std::vector<Posting>> postings_;  ///< By word.
};

}  // namespace rag
