#pragma once

// The attributes of a series, owned, to be found again by what a recording call brings: by content, whatever
// the order, and without sorting, copying or allocating.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "sonde/attribute.hpp"

namespace sonde::detail {

namespace attribute_hash {

template <class Word>
[[nodiscard]] inline std::uint64_t read(const char* data) noexcept {
  Word word;
  std::memcpy(&word, data, sizeof word);
  return word;
}

/// Both halves of the product, folded: every bit of either operand reaches every bit of the result.
[[nodiscard]] inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline constexpr std::uint64_t odd_a = 0x9E3779B97F4A7C15;
inline constexpr std::uint64_t odd_b = 0xD6E8FEB86659FD93;

/// Keys and values are short: up to 16 bytes are two words that overlap.
[[nodiscard]] inline std::uint64_t of_text(std::string_view text, std::uint64_t seed) noexcept {
  const char* data = text.data();
  std::size_t size = text.size();
  for (; size > 16; data += 16, size -= 16) {
    seed = mix(read<std::uint64_t>(data) ^ odd_a, read<std::uint64_t>(data + 8) ^ seed);
  }
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  if (size >= 8) {
    low = read<std::uint64_t>(data);
    high = read<std::uint64_t>(data + size - 8);
  } else if (size >= 4) {
    low = read<std::uint32_t>(data);
    high = read<std::uint32_t>(data + size - 4);
  } else if (size > 0) {
    low = static_cast<std::uint8_t>(data[0]);
    high = read<std::uint8_t>(data + size / 2) << 8 | static_cast<std::uint8_t>(data[size - 1]);
  }
  return mix(low ^ odd_a ^ text.size(), high ^ seed);
}

/// Of what is not a string.
[[nodiscard]] std::uint64_t of_other(const AttributeValue& value, std::uint64_t seed) noexcept;

[[nodiscard]] inline bool are_equal(std::string_view a, std::string_view b) noexcept {
  const std::size_t size = a.size();
  if (size != b.size()) return false;
  const auto differ = [&](std::size_t at) {
    return read<std::uint64_t>(a.data() + at) != read<std::uint64_t>(b.data() + at);
  };
  if (size < 8) return size == 0 || std::memcmp(a.data(), b.data(), size) == 0;
  for (std::size_t at = 0; at < size - 8; at += 8) {
    if (differ(at)) return false;
  }
  return !differ(size - 8);
}

}  // namespace attribute_hash

/// A hash that does not depend on the order. Of a list with a repeated key it is not that of the set.
[[nodiscard]] inline std::uint64_t hash_of(Attributes attributes) noexcept {
  using attribute_hash::odd_a, attribute_hash::odd_b, attribute_hash::of_other, attribute_hash::of_text;
  std::uint64_t hash = odd_a * attributes.size();
  for (const auto& [key, value] : attributes) {
    const std::uint64_t seed = of_text(key, odd_b);
    hash += value.type() == AttributeValue::Type::string ? of_text(value.as_string(), seed ^ odd_b)
                                                         : of_other(value, seed);
  }
  return hash;
}

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
  [[nodiscard]] bool matches(Attributes attributes) const noexcept {
    const std::size_t size = entries_.size();
    if (attributes.size() != size) return false;
    // The usual case: the order that was seen first. Keys here are unique, so this is a match one to one.
    for (std::size_t i = 0; i < size; ++i) {
      if (!is_same(entries_[i], attributes[i])) return size > 1 && matches_reordered(attributes);
    }
    return true;
  }

  [[nodiscard]] bool matches(const AttributeSet& other) const noexcept;

  /// As repeated KeyValue under `field`.
  [[nodiscard]] std::string encode(std::uint32_t field) const;

 private:
  struct Entry {
    std::string_view key;
    AttributeValue value;  ///< Of arrays, maps and bytes: a string, the encoded AnyValue.
    bool is_encoded = false;
  };
  [[nodiscard]] static bool is_same(const Entry& entry, const Attribute& attribute) noexcept {
    if (!attribute_hash::are_equal(entry.key, attribute.key)) return false;
    const AttributeValue& value = attribute.value;
    const bool are_strings = value.type() == AttributeValue::Type::string && !entry.is_encoded &&
                             entry.value.type() == AttributeValue::Type::string;
    return are_strings ? attribute_hash::are_equal(value.as_string(), entry.value.as_string())
                       : is_same_other(entry, value);
  }
  [[nodiscard]] static bool is_same_other(const Entry& entry, const AttributeValue& value) noexcept;
  [[nodiscard]] bool matches_reordered(Attributes attributes) const noexcept;

  std::string text_;  ///< What the entries point at.
  std::vector<Entry> entries_;
};

}  // namespace sonde::detail
