#pragma once

// The attributes of a series, owned, to be found again by what a recording call brings: by content, whatever
// the order, and without sorting, copying or allocating.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/attribute.hpp"

namespace sonde::detail {

/// A hash that does not depend on the order. Of a list with a repeated key it is not that of the set.
[[nodiscard]] std::uint64_t hash_of(Attributes attributes) noexcept;

/// The list with repeated keys taken out: the last value, in the first place. Views of the same data.
[[nodiscard]] std::vector<Attribute> without_repeated_keys(Attributes attributes);

class AttributeSet {
 public:
  /// Keys must be unique. Throws std::bad_alloc.
  explicit AttributeSet(Attributes attributes);
  AttributeSet(const AttributeSet&) = delete;
  AttributeSet& operator=(const AttributeSet&) = delete;
  ~AttributeSet() = default;

  /// Whether `attributes` are exactly these, in any order; a list with a repeated key never matches.
  [[nodiscard]] bool matches(Attributes attributes) const noexcept;

  [[nodiscard]] bool matches(const AttributeSet& other) const noexcept;

  /// As repeated KeyValue under `field`.
  [[nodiscard]] std::string encode(std::uint32_t field) const;

 private:
  struct Entry {
    std::string_view key;
    AttributeValue value;  ///< Of arrays, maps and bytes: a string, the encoded AnyValue.
    bool is_encoded = false;
  };
  [[nodiscard]] static bool is_same(const Entry& entry, const Attribute& attribute) noexcept;

  std::string text_;  ///< What the entries point at.
  std::vector<Entry> entries_;
};

}  // namespace sonde::detail
