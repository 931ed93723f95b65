#include "yaml/fields.h"

#include <algorithm>

#include "base/nearest.h"
#include "yaml/parse.h"

namespace sonde::yaml {
namespace {

const std::vector<Node> no_items;

std::string enumerated(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) {
    if (!out.empty()) out += word == words.back() ? " or " : ", ";
    out += word;
  }
  return out;
}

}  // namespace

void Report::add(Position position, std::string_view key, std::string_view problem) {
  std::string line = place(file, position) + ": ";
  if (!key.empty()) line += std::string(key) + ": ";
  problems.push_back(line += problem);
}

Fields::Fields(const Node& node, std::string key, Report& report)
    : node_(node), key_(std::move(key)), report_(report) {
  if (node.kind != Node::Kind::mapping && !is_null(node)) {
    report_.add(node.position, key_, "must be a mapping, not " + std::string(type_name(node)));
  }
}

Fields::~Fields() {
  for (const Entry& entry : node_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    const std::string meant = base::nearest(entry.key, known_);
    report_.add(entry.position, key_of(entry.key),
                "unknown key" + (meant.empty() ? std::string() : "; did you mean " + meant + "?"));
  }
}

const Node* Fields::find(std::string_view name) {
  known_.emplace_back(name);
  const auto found = std::find_if(node_.entries.begin(), node_.entries.end(),
                                  [name](const Entry& entry) { return entry.key == name; });
  return found == node_.entries.end() ? nullptr : &found->value;
}

const Node* Fields::require(std::string_view name) {
  const Node* const found = find(name);
  if (found == nullptr) report_.add(node_.position, key_of(name), "is missing");
  return found;
}

std::optional<bool> Fields::boolean(std::string_view name) {
  const Node* const node = find(name);
  if (node == nullptr || is_null(*node)) return std::nullopt;
  const auto value = as_boolean(*node);
  if (!value) wrong(name, *node, "true or false");
  return value;
}

std::optional<std::int64_t> Fields::integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const Node* const node = find(name);
  if (node == nullptr || is_null(*node)) return std::nullopt;
  const auto value = as_integer(*node);
  if (value && *value >= least && *value <= most) return value;
  wrong(name, *node, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<double> Fields::number(std::string_view name, double least, double most) {
  const Node* const node = find(name);
  if (node == nullptr || is_null(*node)) return std::nullopt;
  const auto value = as_number(*node);
  if (value && *value >= least && *value <= most) return value;
  const auto whole = [](double bound) { return std::to_string(static_cast<std::int64_t>(bound)); };
  wrong(name, *node, "a number from " + whole(least) + " to " + whole(most));
  return std::nullopt;
}

std::optional<std::string> Fields::text(std::string_view name) {
  const Node* const node = find(name);
  if (node == nullptr || is_null(*node)) return std::nullopt;
  const auto value = as_text(*node);
  if (value) return std::string(*value);
  wrong(name, *node, "text");
  return std::nullopt;
}

std::optional<std::string_view> Fields::choice(std::string_view name,
                                               std::span<const std::string_view> choices) {
  const Node* const node = find(name);
  if (node == nullptr || is_null(*node)) return std::nullopt;
  const auto found = std::find(choices.begin(), choices.end(), as_text(*node).value_or(""));
  if (found != choices.end()) return *found;
  wrong(name, *node, enumerated(choices));
  return std::nullopt;
}

const std::vector<Node>& Fields::list(std::string_view name) {
  const Node* const node = find(name);
  if (node == nullptr || is_null(*node)) return no_items;
  if (node->kind != Node::Kind::sequence) {
    wrong(name, *node, "a list");
  } else if (node->items.empty()) {
    report_.add(node->position, key_of(name), "must hold something, or be left out");
  }
  return node->items;
}

std::vector<std::string> Fields::texts(std::string_view name) {
  std::vector<std::string> out;
  for (const Node& item : list(name)) {
    if (const auto value = as_text(item)) {
      out.emplace_back(*value);
    } else {
      wrong(name, item, "a list of texts");
    }
  }
  return out;
}

void Fields::unsupported(std::string_view name, std::string_view instead) {
  if (const Node* const node = find(name)) {
    report_.add(node->position, key_of(name), "is not supported; " + std::string(instead));
  }
}

std::string Fields::key_of(std::string_view name) const {
  return key_.empty() ? std::string(name) : key_ + "." + std::string(name);
}

void Fields::wrong(std::string_view name, const Node& node, std::string_view expected) {
  const auto value = as_text(node);
  report_.add(
      node.position, key_of(name),
      "must be " + std::string(expected) + ", not " +
          (value ? "'" + std::string(*value) + "'" : std::string(type_name(node))) +
          (node.kind == Node::Kind::scalar && !node.is_plain && expected != "text" ? " in quotes" : ""));
}

const Entry* only_entry(const Node& node, const std::string& key, Report& report) {
  if (node.kind == Node::Kind::mapping && node.entries.size() == 1) return &node.entries.front();
  report.add(node.position, key, "must name exactly one, as a mapping with one key");
  return nullptr;
}

}  // namespace sonde::yaml
