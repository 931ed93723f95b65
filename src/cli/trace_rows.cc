#include "cli/trace_rows.h"

#include <algorithm>
#include <span>
#include <utility>

#include "cli/format.h"

namespace sonde::cli {
namespace {

using Node = TraceForest::Node;

/// What the number of a span's depth takes where it stands for guides.
constexpr std::size_t depth_columns = 6;

// Of one span's children in a trace too long to show whole.
constexpr std::size_t first_children = 8;
constexpr std::size_t failed_children = 4;  ///< Beyond the first, those that lead to errors.

/// The pieces guides are made of, and how wide they are.
struct GuideStyle {
  std::size_t columns;
  const char* passes;
  const char* blank;
  const char* child;
  const char* last_child;
};
constexpr GuideStyle wide_guides{3, "│  ", "   ", "├─ ", "└─ "};
constexpr GuideStyle narrow_guides{2, "│ ", "  ", "├ ", "└ "};

std::size_t depth_of(const TraceForest& forest) {
  // Parents come before children neither in time nor in the array, so depths are found from the roots down.
  std::vector<std::pair<std::size_t, std::size_t>> open;  // node, depth
  for (const std::size_t root : forest.roots()) open.emplace_back(root, 0);
  std::size_t deepest = 0;
  while (!open.empty()) {
    const auto [index, depth] = open.back();
    open.pop_back();
    deepest = std::max(deepest, depth);
    for (const std::size_t child : forest.node(index).children) open.emplace_back(child, depth + 1);
  }
  return deepest;
}

class RowWriter {
 public:
  RowWriter(const TraceForest& forest, std::size_t most_rows, std::size_t most_columns)
      : forest_(forest),
        most_rows_(most_rows),
        most_columns_(most_columns),
        is_long_(forest.nodes().size() > most_rows),
        style_(depth_of(forest) * wide_guides.columns <= most_columns ? wide_guides : narrow_guides) {}

  std::vector<TraceRow> write() {
    push_all(forest_.roots(), 0);
    std::size_t shown = 0;
    while (!open_.empty() && rows_.size() < most_rows_) {
      const Item item = open_.back();
      open_.pop_back();
      continues_.resize(item.depth);
      continues_.push_back(!item.is_last);
      shown += item.node == nullptr ? item.hidden_spans : 1;
      add_row(item);
      if (item.node != nullptr) push_all(item.node->children, item.depth + 1);
    }
    if (shown < forest_.nodes().size()) {
      rows_.push_back({.hidden_spans = forest_.nodes().size() - shown, .hidden_errors = open_errors()});
    }
    return std::move(rows_);
  }

 private:
  struct Item {
    const Node* node = nullptr;  ///< Null: stands for siblings that are not shown.
    std::size_t depth = 0;
    bool is_last = false;
    std::size_t hidden_spans = 0;
    std::size_t hidden_errors = 0;
  };

  /// Siblings, to be popped in order; in a long trace some of them as one item that counts them.
  void push_all(std::span<const std::size_t> siblings, std::size_t depth) {
    std::vector<Item> items;
    Item hidden{.depth = depth};
    std::size_t failed = 0;
    for (std::size_t i = 0; i < siblings.size(); ++i) {
      const Node& node = forest_.node(siblings[i]);
      const bool is_shown =
          !is_long_ || i < first_children || (node.errors > 0 && failed++ < failed_children);
      if (is_shown) {
        items.push_back({.node = &node, .depth = depth});
      } else {
        hidden.hidden_spans += node.size;
        hidden.hidden_errors += node.errors;
      }
    }
    if (hidden.hidden_spans > 0) items.push_back(hidden);
    if (!items.empty()) items.back().is_last = true;
    open_.insert(open_.end(), items.rbegin(), items.rend());
  }

  void add_row(const Item& item) {
    TraceRow row{.node = item.node, .hidden_spans = item.hidden_spans, .hidden_errors = item.hidden_errors};
    const bool has_children = item.node != nullptr && !item.node->children.empty();
    if (item.depth > 0) {
      const std::string outer = outer_guides(item.depth);
      row.guides = outer + (item.is_last ? style_.last_child : style_.child);
      row.guides_below = outer + (item.is_last ? style_.blank : style_.passes);
    }
    row.guides_below += has_children ? style_.passes : style_.blank;
    rows_.push_back(std::move(row));
  }

  /// For the levels between the root and the span's own.
  [[nodiscard]] std::string outer_guides(std::size_t depth) const {
    std::string guides;
    std::size_t level = 1;
    if (depth * style_.columns > most_columns_) {
      guides = padded(std::to_string(depth) + "⋯", depth_columns);
      const std::size_t room = most_columns_ / style_.columns;
      level = depth > room / 2 ? depth - room / 2 : 1;
    }
    for (; level < depth; ++level) guides += continues_[level] ? style_.passes : style_.blank;
    return guides;
  }

  [[nodiscard]] std::size_t open_errors() const {
    std::size_t errors = 0;
    for (const Item& item : open_) errors += item.node != nullptr ? item.node->errors : item.hidden_errors;
    return errors;
  }

  const TraceForest& forest_;
  const std::size_t most_rows_;
  const std::size_t most_columns_;
  const bool is_long_;
  const GuideStyle style_;
  std::vector<Item> open_;
  std::vector<bool> continues_;  ///< For each level of the current path, whether siblings follow.
  std::vector<TraceRow> rows_;
};

}  // namespace

std::vector<TraceRow> lay_out_rows(const TraceForest& forest, std::size_t most_rows,
                                   std::size_t most_columns) {
  return RowWriter(forest, most_rows, most_columns).write();
}

}  // namespace sonde::cli
