#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sonde::store::duckdb {

/// Numbers for texts: each text keeps the number it was first given, until the dictionary has grown so large
/// that it starts afresh, which costs a row written twice. What was added since the last commit() can be
/// taken back. Not thread-safe.
class Dictionary {
 public:
  struct Entry {
    std::uint32_t id;
    bool is_new;
  };

  explicit Dictionary(std::uint32_t next_id) : next_id_(next_id) {}

  Entry add(std::string_view text) {
    const auto found = ids_.find(text);
    if (found != ids_.end()) return {found->second, false};
    const std::uint32_t id = next_id_++;
    bytes_ += text.size();
    added_.push_back(&ids_.emplace(text, id).first->first);
    return {id, true};
  }

  void commit() {
    added_.clear();
    if (bytes_ <= most_bytes) return;
    ids_.clear();
    bytes_ = 0;
  }

  void roll_back() {
    for (const std::string* const text : added_) {
      bytes_ -= text->size();
      ids_.erase(ids_.find(*text));
    }
    added_.clear();
  }

 private:
  static constexpr std::size_t most_bytes = std::size_t{16} << 20;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> ids_;
  std::vector<const std::string*> added_;
  std::size_t bytes_ = 0;
  std::uint32_t next_id_;
};

}  // namespace sonde::store::duckdb
