#pragma once

// Reads a mapping field by field into a program's own types. Whatever is wrong becomes a line that says where
// and which key, and reading goes on, so that all that is wrong with a file is told at once; a key that
// nobody asked for is wrong too.

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/node.h"

namespace sonde::yaml {

/// Where a file's problems are gathered.
struct Report {
  std::string file;
  std::vector<std::string> problems = {};

  /// `key` is the path of what is wrong, as in tracer_provider.limits; empty for the document itself.
  void add(Position position, std::string_view key, std::string_view problem);
};

class Fields {
 public:
  /// Null, which is as good as an empty mapping, or a mapping; else that is reported. `node` and `report`
  /// must outlive the fields.
  Fields(const Node& node, std::string key, Report& report);
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;
  ~Fields();  ///< Reports the keys that were not asked for.

  /// The field, or null if it is not there; it then counts as asked for.
  const Node* find(std::string_view name);
  /// The same, and reports it if it is not there.
  const Node* require(std::string_view name);

  // Nothing if the field is not there, is null, or is wrong, which is reported.
  [[nodiscard]] std::optional<bool> boolean(std::string_view name);
  [[nodiscard]] std::optional<std::int64_t> integer(
      std::string_view name, std::int64_t least,
      std::int64_t most = std::numeric_limits<std::int32_t>::max());
  [[nodiscard]] std::optional<double> number(std::string_view name, double least, double most);
  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  [[nodiscard]] std::optional<std::string_view> choice(std::string_view name,
                                                       std::span<const std::string_view> choices);
  [[nodiscard]] std::optional<std::string_view> choice(std::string_view name,
                                                       std::initializer_list<std::string_view> choices) {
    return choice(name, std::span(choices.begin(), choices.size()));
  }
  /// The items of a list; none if it is not there. An empty list is reported.
  [[nodiscard]] const std::vector<Node>& list(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);

  /// Says that a field that is there is known and not supported.
  void unsupported(std::string_view name, std::string_view instead);

  /// The path of a field of this mapping.
  [[nodiscard]] std::string key_of(std::string_view name) const;
  [[nodiscard]] Report& report() noexcept { return report_; }
  [[nodiscard]] Position position() const noexcept { return node_.position; }

 private:
  void wrong(std::string_view name, const Node& node, std::string_view expected);

  const Node& node_;
  std::string key_;
  Report& report_;
  std::vector<std::string> known_;
};

/// The one entry of a mapping that names a thing by its key, such as `batch: {...}`; anything else is
/// reported and gives null.
[[nodiscard]] const Entry* only_entry(const Node& node, const std::string& key, Report& report);

}  // namespace sonde::yaml
