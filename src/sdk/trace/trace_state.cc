#include "sonde/trace_state.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <span>

namespace sonde {
namespace {

constexpr std::size_t max_members = 32;
constexpr std::size_t max_key_size = 256;
constexpr std::size_t max_value_size = 256;
/// W3C Trace Context 3.3.1.5 asks for at least 512 characters to be handed on; more than this is nobody's
/// honest header.
constexpr std::size_t max_header_size = 8192;

struct Member {
  std::string_view key;
  std::string_view value;
};

/// The members of a valid header, or of one that is being read.
struct Members {
  Member items[max_members];
  std::size_t count = 0;

  [[nodiscard]] std::span<const Member> all() const noexcept { return {items, count}; }
  [[nodiscard]] bool has(std::string_view key) const noexcept {
    return std::ranges::find(all(), key, &Member::key) != all().end();
  }
};

bool is_lower_or_digit(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_key(std::string_view text) noexcept {
  constexpr std::string_view others = "_-*/@";
  return !text.empty() && text.size() <= max_key_size && is_lower_or_digit(text.front()) &&
         std::ranges::all_of(
             text, [&](char c) { return is_lower_or_digit(c) || others.find(c) != std::string_view::npos; });
}

bool is_value(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_value_size && text.back() != ' ' &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; });
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view space = " \t";
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// Takes the next member's text off the front of `header`.
std::string_view take_member(std::string_view& header) noexcept {
  const std::size_t comma = std::min(header.find(','), header.size());
  const std::string_view member = header.substr(0, comma);
  header.remove_prefix(std::min(comma + 1, header.size()));
  return trimmed(member);
}

Member split(std::string_view member) noexcept {
  const std::size_t equals = member.find('=');
  if (equals == std::string_view::npos) return {};
  return {member.substr(0, equals), member.substr(equals + 1)};
}

/// False if the header breaks a rule.
bool read_members(std::string_view header, Members& members) noexcept {
  while (!header.empty()) {
    const std::string_view text = take_member(header);
    if (text.empty()) continue;  // which the rules allow
    const Member member = split(text);
    if (members.count == max_members || !is_key(member.key) || !is_value(member.value) ||
        members.has(member.key)) {
      return false;
    }
    members.items[members.count++] = member;
  }
  return true;
}

/// The header of those members, or null if there are none or memory is exhausted.
detail::TraceStateText* make_text(std::span<const Member> members) noexcept {
  if (members.empty()) return nullptr;
  std::size_t size = members.size() - 1;  // the commas
  for (const Member& member : members) size += member.key.size() + 1 + member.value.size();
  void* const memory = ::operator new(sizeof(detail::TraceStateText) + size, std::nothrow);
  if (memory == nullptr) return nullptr;
  auto* const text = new (memory) detail::TraceStateText;
  text->size = static_cast<std::uint32_t>(size);
  char* out = reinterpret_cast<char*>(text + 1);
  const auto append = [&](std::string_view part) {
    std::memcpy(out, part.data(), part.size());
    out += part.size();
  };
  for (const Member& member : members) {
    if (&member != members.data()) append(",");
    append(member.key);
    append("=");
    append(member.value);
  }
  return text;
}

}  // namespace

void detail::release(TraceStateText* text) noexcept {
  if (text->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  text->~TraceStateText();
  ::operator delete(text);
}

TraceState::TraceState(std::string_view header) noexcept {
  Members members;
  if (header.size() <= max_header_size && read_members(header, members)) text_ = make_text(members.all());
}

std::string_view TraceState::get(std::string_view key) const noexcept {
  for (std::string_view rest = header(); !rest.empty();) {
    const Member member = split(take_member(rest));
    if (member.key == key) return member.value;
  }
  return {};
}

TraceState TraceState::set(std::string_view key, std::string_view value) const noexcept {
  if (!is_key(key) || !is_value(value)) return *this;
  Members members;
  members.items[members.count++] = {key, value};
  for (std::string_view rest = header(); !rest.empty() && members.count < max_members;) {
    const Member member = split(take_member(rest));
    if (member.key != key) members.items[members.count++] = member;
  }
  TraceState changed;
  changed.text_ = make_text(members.all());
  return changed;
}

TraceState TraceState::remove(std::string_view key) const noexcept {
  Members members;
  for (std::string_view rest = header(); !rest.empty();) {
    const Member member = split(take_member(rest));
    if (member.key != key) members.items[members.count++] = member;
  }
  TraceState changed;
  changed.text_ = make_text(members.all());
  return changed;
}

}  // namespace sonde
