#pragma once

// A YAML or JSON document as a tree that knows where in the file each of its parts stands. What a scalar
// means is decided when it is read, by the core schema of YAML 1.2, so that text which is put into it first
// (from the environment) takes part in that decision.
//
// Source: YAML 1.2.2, section 10.3.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sonde::yaml {

/// Counted from 1.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

struct Entry;

struct Node {
  enum class Kind : std::uint8_t { scalar, sequence, mapping };

  Kind kind = Kind::scalar;
  bool is_plain = true;  ///< Of a scalar: not quoted, so that its text may mean more than text.
  Position position = {};
  std::string text = {};       ///< Of a scalar.
  std::vector<Node> items;     ///< Of a sequence.
  std::vector<Entry> entries;  ///< Of a mapping, in the order of the file; no key twice.
};

struct Entry {
  std::string key;
  Position position;
  Node value;
};

[[nodiscard]] bool is_null(const Node& node) noexcept;
/// Nothing if the node is not of that type. A number may be written as an integer.
[[nodiscard]] std::optional<bool> as_boolean(const Node& node) noexcept;
[[nodiscard]] std::optional<std::int64_t> as_integer(const Node& node) noexcept;
[[nodiscard]] std::optional<double> as_number(const Node& node) noexcept;
/// The text of any scalar but null: a name may look like a number.
[[nodiscard]] std::optional<std::string_view> as_text(const Node& node) noexcept;

/// What the node is, for messages: "null", "true or false", "a whole number", "a list" and so on.
[[nodiscard]] std::string_view type_name(const Node& node) noexcept;

}  // namespace sonde::yaml
