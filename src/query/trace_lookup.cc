#include "query/trace_lookup.h"

#include <algorithm>
#include <optional>
#include <string>

namespace sonde::query {
namespace {

constexpr std::size_t page_size = 1'000;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return lower;
}

Error not_a_trace_id(std::string_view text) {
  return {ErrorCode::invalid_argument,
          "'" + std::string(text) +
              "' is not a trace id: that is 32 hexadecimal digits, or at least the first " +
              std::to_string(shortest_trace_id_prefix)};
}

Error several(std::string_view prefix, const TraceId& one, const TraceId& other) {
  return {ErrorCode::invalid_argument, "several traces begin with " + std::string(prefix) + ", among them " +
                                           one.to_hex() + " and " + other.to_hex() + ": give more digits"};
}

}  // namespace

Expected<TraceId> find_trace_id(store::Store& store, std::string_view text) {
  TraceId id;
  if (TraceId::from_hex(text, id)) return id;
  const std::string prefix = lower_case(text);
  if (prefix.size() < shortest_trace_id_prefix || prefix.size() > TraceId::hex_size ||
      prefix.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return not_a_trace_id(text);
  }
  std::optional<TraceId> found;
  store::TraceFilter filter;
  filter.limit = page_size;
  for (std::size_t seen = 0; seen < prefix_search_depth; seen += page_size) {
    const auto page = store.find_traces(filter);
    if (!page) return page.error();
    for (const store::TraceSummary& summary : *page) {
      if (!summary.trace_id.to_hex().starts_with(prefix)) continue;
      if (found) return several(prefix, *found, summary.trace_id);
      found = summary.trace_id;
    }
    if (page->size() < page_size) break;
    filter.after.emplace(page->back().start_time, page->back().trace_id);
  }
  if (found) return *found;
  return Error{ErrorCode::not_found, "no trace begins with " + prefix};
}

}  // namespace sonde::query
