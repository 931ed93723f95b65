#include "cli/trace_forest.h"

#include <algorithm>
#include <ranges>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace sonde::cli {
namespace {

/// What siblings are shown in the order of: by start, and of those that start together the longest first.
auto order_of(const otlp::Span& span) { return std::tuple(span.start_time, ~span.end_time, span.span_id); }

}  // namespace

TraceForest::TraceForest(const otlp::TraceBatch& batch) {
  add_spans(batch);
  connect();
  sum_up(open_rings());
}

/// In order of time, so that children and roots come out in order too.
void TraceForest::add_spans(const otlp::TraceBatch& batch) {
  std::unordered_set<SpanId> seen;
  for (const otlp::Span& span : batch.items) {
    if (!seen.insert(span.span_id).second) continue;
    nodes_.emplace_back().span = &span;
  }
  std::ranges::sort(nodes_, {}, [](const Node& node) { return order_of(*node.span); });
}

void TraceForest::connect() {
  std::unordered_map<SpanId, std::size_t> by_id;
  for (std::size_t i = 0; i < nodes_.size(); ++i) by_id.emplace(nodes_[i].span->span_id, i);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const SpanId& parent_id = nodes_[i].span->parent_span_id;
    const auto parent = by_id.find(parent_id);
    if (parent_id.is_valid() && parent != by_id.end()) {
      nodes_[i].parent = parent->second;
      nodes_[parent->second].children.push_back(i);
    } else {
      nodes_[i].parent_missing = parent_id.is_valid();
      roots_.push_back(i);
    }
  }
}

void TraceForest::append_tree(std::size_t root, std::vector<std::size_t>& order) const {
  std::size_t next = order.size();
  order.push_back(root);
  for (; next < order.size(); ++next) {
    const std::vector<std::size_t>& children = nodes_[order[next]].children;
    order.insert(order.end(), children.begin(), children.end());
  }
}

/// Every node has one parent, so what no root leads to hangs on a ring: its earliest becomes a root.
std::vector<std::size_t> TraceForest::open_rings() {
  std::vector<std::size_t> order;
  for (const std::size_t root : roots_) append_tree(root, order);
  std::vector<bool> reached(nodes_.size());
  for (const std::size_t index : order) reached[index] = true;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (reached[i]) continue;
    std::erase(nodes_[nodes_[i].parent].children, i);
    nodes_[i].parent = no_parent;
    roots_.push_back(i);
    const std::size_t from = order.size();
    append_tree(i, order);
    for (std::size_t j = from; j < order.size(); ++j) reached[order[j]] = true;
  }
  std::ranges::sort(roots_);
  return order;
}

void TraceForest::sum_up(const std::vector<std::size_t>& order) {
  for (Node& node : nodes_) node.errors = node.span->status == otlp::StatusCode::error ? 1 : 0;
  for (const std::size_t index : std::views::reverse(order)) {
    const Node& node = nodes_[index];
    if (node.parent == no_parent) continue;
    nodes_[node.parent].errors += node.errors;
    nodes_[node.parent].size += node.size;
  }
}

}  // namespace sonde::cli
