#include "yaml/parse.h"

#include <yaml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace sonde::yaml {
namespace {

/// libyaml's parser over a text, event after event.
class Events {
 public:
  explicit Events(std::string_view text) : is_ready_(yaml_parser_initialize(&parser_) != 0) {
    if (!is_ready_) return;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;
  ~Events() {
    yaml_event_delete(&event_);
    if (is_ready_) yaml_parser_delete(&parser_);
  }

  /// Goes to the next event. False if the text is malformed there.
  bool next() {
    yaml_event_delete(&event_);
    event_ = {};
    return is_ready_ && yaml_parser_parse(&parser_, &event_) != 0;
  }
  [[nodiscard]] const yaml_event_t& event() const { return event_; }
  [[nodiscard]] Position position() const { return position_of(event_.start_mark); }
  [[nodiscard]] Position problem_position() const { return position_of(parser_.problem_mark); }
  [[nodiscard]] std::string problem() const {
    return parser_.problem == nullptr ? "cannot be read" : parser_.problem;
  }

 private:
  static Position position_of(const yaml_mark_t& mark) {
    return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
  }

  yaml_parser_t parser_{};
  yaml_event_t event_{};
  bool is_ready_ = false;
};

std::string text_of(const yaml_char_t* characters) {
  return characters == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(characters));
}

struct Size {
  std::size_t bytes = 0;
  std::size_t depth = 0;
};

Size size_of(const Node& node) {
  Size size{sizeof(Node) + node.text.size(), 0};
  const auto add = [&size](const Node& child) {
    const Size inner = size_of(child);
    size = {size.bytes + inner.bytes, std::max(size.depth, inner.depth + 1)};
  };
  for (const Node& item : node.items) add(item);
  for (const Entry& entry : node.entries) {
    size.bytes += sizeof(Entry) + entry.key.size();
    add(entry.value);
  }
  return size;
}

class Composer {
 public:
  Composer(std::string_view text, std::string_view file, const Limits& limits)
      : events_(text), file_(file), limits_(limits) {}

  Expected<Node> document() {
    Node root;
    if (!advance() || !advance()) return *std::move(error_);  // the stream's start, the document's start
    if (events_.event().type == YAML_STREAM_END_EVENT) return root;
    if (!advance() || !compose(root, 0)) return *std::move(error_);
    if (!advance() || !advance()) return *std::move(error_);  // the document's end, the stream's end
    if (events_.event().type == YAML_STREAM_END_EVENT) return root;
    fail("only one document may stand in a file");
    return *std::move(error_);
  }

 private:
  bool advance() {
    if (events_.next()) return true;
    error_ = Error{ErrorCode::invalid_argument,
                   place(file_, events_.problem_position()) + ": " + events_.problem()};
    return false;
  }

  bool fail(const std::string& message, ErrorCode code = ErrorCode::invalid_argument) {
    error_ = Error{code, place(file_, events_.position()) + ": " + message};
    return false;
  }

  bool spend(std::size_t bytes) {
    spent_ += bytes;
    return spent_ <= limits_.expanded_bytes ||
           fail("the document is larger than " + std::to_string(limits_.expanded_bytes) + " bytes in memory",
                ErrorCode::resource_exhausted);
  }

  bool check_depth(std::size_t depth) {
    return depth <= limits_.depth ||
           fail("nested deeper than " + std::to_string(limits_.depth), ErrorCode::resource_exhausted);
  }

  /// Reads the node that begins with the present event.
  bool compose(Node& node, std::size_t depth) {
    const yaml_event_t& event = events_.event();
    node.position = events_.position();
    if (!check_depth(depth) || !spend(sizeof(Node))) return false;
    if (event.type == YAML_ALIAS_EVENT) return expand(text_of(event.data.alias.anchor), node, depth);
    if (event.type == YAML_SCALAR_EVENT) return compose_scalar(node);
    const bool is_mapping = event.type == YAML_MAPPING_START_EVENT;
    const std::string anchor =
        text_of(is_mapping ? event.data.mapping_start.anchor : event.data.sequence_start.anchor);
    node.kind = is_mapping ? Node::Kind::mapping : Node::Kind::sequence;
    if (!(is_mapping ? compose_mapping(node, depth) : compose_sequence(node, depth))) return false;
    return remember(anchor, node);
  }

  bool compose_scalar(Node& node) {
    const auto& scalar = events_.event().data.scalar;
    node.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
    const std::string tag = text_of(scalar.tag);
    node.is_plain = scalar.style == YAML_PLAIN_SCALAR_STYLE && tag.empty();
    if (!tag.empty() && tag != "!" && tag != YAML_STR_TAG)
      return fail("the tag " + tag + " is not supported");
    return spend(node.text.size()) && remember(text_of(scalar.anchor), node);
  }

  bool compose_sequence(Node& node, std::size_t depth) {
    while (advance()) {
      if (events_.event().type == YAML_SEQUENCE_END_EVENT) return true;
      if (!compose(node.items.emplace_back(), depth + 1)) return false;
    }
    return false;
  }

  bool compose_mapping(Node& node, std::size_t depth) {
    std::map<std::string, Position, std::less<>> keys;
    while (advance()) {
      if (events_.event().type == YAML_MAPPING_END_EVENT) return true;
      Node key;
      if (!compose(key, depth + 1)) return false;
      if (key.kind != Node::Kind::scalar)
        return fail("a key must be a name, not " + std::string(type_name(key)));
      const auto [first, is_new] = keys.emplace(key.text, key.position);
      if (!is_new) {
        return fail("the key '" + key.text + "' stands here twice, first in line " +
                    std::to_string(first->second.line));
      }
      Entry& entry = node.entries.emplace_back();
      entry.key = std::move(key.text);
      entry.position = key.position;
      if (!advance() || !compose(entry.value, depth + 1)) return false;
    }
    return false;
  }

  bool remember(const std::string& anchor, const Node& node) {
    if (anchor.empty()) return true;
    if (!spend(size_of(node).bytes)) return false;
    anchors_.insert_or_assign(anchor, node);
    return true;
  }

  bool expand(const std::string& anchor, Node& node, std::size_t depth) {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) return fail("there is no anchor &" + anchor + " before this");
    const Size size = size_of(found->second);
    if (!check_depth(depth + size.depth) || !spend(size.bytes)) return false;
    const Position position = node.position;
    node = found->second;
    node.position = position;
    return true;
  }

  Events events_;
  std::string_view file_;
  const Limits& limits_;
  std::map<std::string, Node> anchors_;
  std::size_t spent_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Expected<Node> parse(std::string_view text, std::string_view file, const Limits& limits) {
  if (text.size() > limits.bytes) {
    return Error{ErrorCode::resource_exhausted,
                 std::string(file) + ": the file is larger than " + std::to_string(limits.bytes) + " bytes"};
  }
  return Composer(text, file, limits).document();
}

std::string place(std::string_view file, Position position) {
  return std::string(file) + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
}

}  // namespace sonde::yaml
