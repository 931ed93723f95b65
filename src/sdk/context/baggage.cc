#include "sonde/baggage.hpp"

#include <algorithm>
#include <utility>

#include "sdk/configuration/environment.h"
#include "sdk/context/header_text.h"
#include "sdk/diagnostics.h"

namespace sonde {
namespace {

using detail::most_baggage_bytes;
using detail::most_baggage_entries;
using detail::take_until;
using detail::trim;

/// Metadata is handed on as it is, unless it would tear the header apart.
bool is_metadata(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= ' ' || c == '\t') && c < '\x7F' && c != ','; });
}

std::vector<BaggageEntry>::iterator find(std::vector<BaggageEntry>& entries, std::string_view key) {
  return std::ranges::find(entries, key, &BaggageEntry::key);
}

void set(std::vector<BaggageEntry>& entries, BaggageEntry entry) {
  const auto found = find(entries, entry.key);
  if (found == entries.end()) {
    entries.push_back(std::move(entry));
  } else {
    *found = std::move(entry);
  }
}

/// Reads "key=value;metadata"; an empty key if it is malformed.
BaggageEntry parse_member(std::string_view member) {
  std::string_view value = take_until(';', member);
  if (value.find('=') == std::string_view::npos) return {};
  const std::string_view key = take_until('=', value);
  if (!detail::is_token(key)) return {};
  const std::string_view metadata = is_metadata(member) ? trim(member) : std::string_view();
  return {std::string(key), detail::percent_decoded(trim(value)), std::string(metadata)};
}

}  // namespace

Baggage::Baggage(std::vector<BaggageEntry> entries)
    : entries_(entries.empty() ? nullptr : new detail::BaggageEntries(std::move(entries))) {}

std::optional<std::string_view> Baggage::get(std::string_view key) const noexcept {
  const BaggageEntry* const found = std::find_if(begin(), end(), [&](const auto& e) { return e.key == key; });
  if (found == end()) return std::nullopt;
  return found->value;
}

Baggage Baggage::set(std::string_view key, std::string_view value, std::string_view metadata) const {
  if (key.empty()) return *this;
  std::vector<BaggageEntry> entries(begin(), end());
  sonde::set(entries, {std::string(key), std::string(value), std::string(metadata)});
  return Baggage(std::move(entries));
}

Baggage Baggage::remove(std::string_view key) const {
  if (!get(key)) return *this;
  std::vector<BaggageEntry> entries(begin(), end());
  entries.erase(find(entries, key));
  return Baggage(std::move(entries));
}

std::string baggage_header(const Baggage& baggage) {
  std::string header;
  std::size_t written = 0;
  for (const auto& [key, value, metadata] : baggage) {
    if (!detail::is_token(key)) continue;
    std::string member = (written == 0 ? "" : ",") + key + "=";
    for (const char c : value) detail::append_percent_encoded(c, detail::is_baggage_octet(c), member);
    if (!metadata.empty() && is_metadata(metadata)) member += ";" + metadata;
    if (written == most_baggage_entries || header.size() + member.size() > most_baggage_bytes) continue;
    header += member;
    ++written;
  }
  if (written < baggage.size()) {
    detail::diagnose(std::to_string(baggage.size() - written) +
                     " baggage entries were not handed on: a header takes keys that are tokens (RFC 7230), " +
                     std::to_string(most_baggage_entries) + " entries and " +
                     std::to_string(most_baggage_bytes) + " bytes");
  }
  return header;
}

Baggage parse_baggage(std::string_view header) {
  // Whatever another process sends, this holds at most the stated bytes, plus what UTF-8's replacements add.
  if (header.size() > most_baggage_bytes) header = header.substr(0, header.rfind(',', most_baggage_bytes));
  if (header.size() > most_baggage_bytes) return {};
  std::vector<BaggageEntry> entries;
  while (!header.empty()) {
    BaggageEntry entry = parse_member(take_until(',', header));
    if (entry.key.empty()) continue;
    if (entries.size() < most_baggage_entries || find(entries, entry.key) != entries.end()) {
      set(entries, std::move(entry));
    }
  }
  return Baggage(std::move(entries));
}

}  // namespace sonde
