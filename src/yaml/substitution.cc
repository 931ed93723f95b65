#include "yaml/substitution.h"

#include <algorithm>

#include "yaml/parse.h"

namespace sonde::yaml {
namespace {

constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_name_character(char c) noexcept {
  return is_letter(c) || c == '_' || (c >= '0' && c <= '9');
}

/// Takes a name off the front of `text`; empty if there is none.
std::string_view take_name(std::string_view& text) {
  const auto* const end = std::find_if_not(text.begin(), text.end(), is_name_character);
  const std::string_view name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  if (name.empty() || (!is_letter(name.front()) && name.front() != '_')) return {};
  text.remove_prefix(name.size());
  return name;
}

/// The value of what stands between the braces, or nothing if that is malformed.
std::optional<std::string> value_of(std::string_view reference, const Lookup& lookup) {
  if (reference.starts_with("env:") && !reference.starts_with("env:-")) reference.remove_prefix(4);
  const std::string_view name = take_name(reference);
  if (name.empty() || (!reference.empty() && !reference.starts_with(":-"))) return std::nullopt;
  if (reference.find('\n') != std::string_view::npos) return std::nullopt;
  auto value = lookup(name);
  if (value && !value->empty()) return value;
  return std::string(reference.substr(std::min<std::size_t>(2, reference.size())));
}

/// Appends a piece of text that holds no escape. False if a reference in it is malformed.
bool append_piece(std::string_view piece, const Lookup& lookup, std::string& out) {
  while (true) {
    const std::size_t begin = piece.find("${");
    const std::size_t end = begin == std::string_view::npos ? begin : piece.find('}', begin);
    if (end == std::string_view::npos || end == begin + 2) {
      const std::size_t literal = end == std::string_view::npos ? piece.size() : end + 1;
      out += piece.substr(0, literal);
      if (literal == piece.size()) return true;
      piece.remove_prefix(literal);
      continue;
    }
    const auto value = value_of(piece.substr(begin + 2, end - begin - 2), lookup);
    if (!value) return false;
    out += piece.substr(0, begin);
    out += *value;
    piece.remove_prefix(end + 1);
  }
}

bool substitute_text(std::string& text, const Lookup& lookup) {
  std::string out;
  std::string_view rest = text;
  while (true) {
    const std::size_t escape = rest.find("$$");
    if (!append_piece(rest.substr(0, escape), lookup, out)) return false;
    if (escape == std::string_view::npos) break;
    out += '$';
    rest.remove_prefix(escape + 2);
  }
  text = std::move(out);
  return true;
}

}  // namespace

Expected<void> substitute(Node& node, std::string_view file, const Lookup& lookup) {
  if (node.kind == Node::Kind::scalar && node.text.find('$') != std::string::npos &&
      !substitute_text(node.text, lookup)) {
    return Error{ErrorCode::invalid_argument,
                 place(file, node.position) + ": '" + node.text +
                     "' holds a malformed reference: it must be ${NAME}, ${env:NAME} or ${NAME:-default}"};
  }
  for (Node& item : node.items) {
    if (auto done = substitute(item, file, lookup); !done) return done;
  }
  for (Entry& entry : node.entries) {
    if (auto done = substitute(entry.value, file, lookup); !done) return done;
  }
  return {};
}

}  // namespace sonde::yaml
