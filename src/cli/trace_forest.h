#pragma once

// The spans of a trace as trees, whatever came in: children by start time; a span whose parent never arrived
// is a root that says so; spans that are each other's ancestors are cut open at the earliest.

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "otlp/model.h"

namespace sonde::cli {

class TraceForest {
 public:
  static constexpr std::size_t no_parent = std::numeric_limits<std::size_t>::max();

  struct Node {
    const otlp::Span* span = nullptr;
    std::size_t parent = no_parent;     ///< Index of a node.
    std::vector<std::size_t> children;  ///< Indexes of nodes.
    std::size_t errors = 0;             ///< Spans with status error, in this node and beneath it.
    std::size_t size = 1;               ///< Spans in this node and beneath it.
    bool parent_missing = false;
  };

  /// Takes linear memory and time, but for sorting. A span id that comes twice counts once. The batch must
  /// outlive the forest.
  explicit TraceForest(const otlp::TraceBatch& batch);

  [[nodiscard]] const Node& node(std::size_t index) const { return nodes_[index]; }
  [[nodiscard]] std::span<const std::size_t> roots() const noexcept { return roots_; }
  [[nodiscard]] std::span<const Node> nodes() const noexcept { return nodes_; }

 private:
  void add_spans(const otlp::TraceBatch& batch);
  void connect();
  /// Appends the nodes of a tree, parents before children.
  void append_tree(std::size_t root, std::vector<std::size_t>& order) const;
  /// Gives every node a root, and all nodes, parents before children.
  std::vector<std::size_t> open_rings();
  void sum_up(const std::vector<std::size_t>& order);

  std::vector<Node> nodes_;
  std::vector<std::size_t> roots_;
};

}  // namespace sonde::cli
