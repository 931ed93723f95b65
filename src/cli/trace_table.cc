#include "cli/trace_table.h"

#include <algorithm>
#include <ctime>
#include <set>
#include <string_view>
#include <vector>

#include "cli/format.h"
#include "cli/table.h"

namespace sonde::cli {
namespace {

constexpr std::size_t shortest_id = 8;

/// How many digits tell the ids apart, and a few at least.
std::size_t telling_digits(std::span<const store::TraceSummary> traces) {
  std::set<std::string> ids;
  for (const store::TraceSummary& trace : traces) ids.insert(trace.trace_id.to_hex());
  std::size_t digits = shortest_id;
  for (auto id = ids.begin(); id != ids.end() && std::next(id) != ids.end(); ++id) {
    const std::string& other = *std::next(id);
    const auto difference = std::ranges::mismatch(*id, other).in1 - id->begin();
    digits = std::max(digits, static_cast<std::size_t>(difference) + 1);
  }
  return digits;
}

std::string date_of(std::uint64_t time) { return format_time(time).substr(0, 10); }

/// "08:34:12" of today's, "11-22 08:34" of other days this year.
std::string start_text(std::uint64_t start, const TableOptions& options) {
  const std::string text = format_time(start);
  if (!options.terminal.is_terminal || text.substr(0, 4) != format_time(options.now).substr(0, 4)) {
    return text.substr(0, options.terminal.is_terminal ? 16 : text.size());
  }
  return date_of(start) == date_of(options.now) ? text.substr(11, 8) : text.substr(5, 11);
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + printable(text);
  return all;
}

Table empty_table() {
  return Table({{.heading = "TRACE", .need = 9},
                {.heading = "START", .need = 6},
                {.heading = "NAME", .narrowest = 12, .need = 8},
                {.heading = "SERVICE", .narrowest = 8, .need = 5},
                {.heading = "DURATION", .right = true, .need = 7},
                {.heading = "SPANS", .right = true, .need = 1},
                {.heading = "ERR", .right = true, .need = 4},
                {.heading = "TOKENS", .right = true, .need = 3},
                {.heading = "MODEL", .narrowest = 8, .need = 2}});
}

}  // namespace

std::string render_trace_table(std::span<const store::TraceSummary> traces, const TableOptions& options) {
  Table table = empty_table();
  const std::size_t digits = options.terminal.is_terminal ? telling_digits(traces) : TraceId::hex_size;
  for (const store::TraceSummary& trace : traces) {
    const bool has_tokens = trace.input_tokens + trace.output_tokens > 0;
    const bool has_errors = trace.error_count > 0;
    const std::optional<Style> alarm = has_errors ? std::optional(Style::red) : std::nullopt;
    table.add_row({{trace.trace_id.to_hex().substr(0, digits), Style::cyan},
                   {start_text(trace.start_time, options), {}},
                   {trace.root_name.empty() ? "(no name)" : printable(trace.root_name), alarm},
                   {printable(trace.root_service), {}},
                   {format_duration(trace.duration), {}},
                   {grouped(trace.span_count), {}},
                   {has_errors ? grouped(trace.error_count) : "-", has_errors ? Style::red : Style::dim},
                   {has_tokens ? format_tokens(trace.input_tokens, trace.output_tokens) : "-",
                    has_tokens ? std::nullopt : std::optional(Style::dim)},
                   {trace.models.empty() ? "-" : joined(trace.models),
                    trace.models.empty() ? std::optional(Style::dim) : std::nullopt}});
  }
  return table.render(options.terminal);
}

}  // namespace sonde::cli
