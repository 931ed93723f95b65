#include "cli/table.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace sonde::cli {
namespace {

/// What the shown columns take, with the gaps between them.
std::size_t total_width(const std::vector<std::size_t>& widths, std::size_t gap) {
  const auto shown =
      static_cast<std::size_t>(std::ranges::count_if(widths, [](std::size_t w) { return w > 0; }));
  return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + (shown > 0 ? (shown - 1) * gap : 0);
}

}  // namespace

std::vector<std::size_t> Table::natural_widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(columns_[i].heading);
    for (const std::vector<Cell>& row : rows_) width = std::max(width, display_width(row[i].text));
    widths.push_back(width);
  }
  return widths;
}

Table::Layout Table::fit(std::size_t width) const {
  constexpr std::size_t wide_gap = 2;
  constexpr std::size_t narrow_gap = 1;
  std::vector<std::size_t> widths = natural_widths();
  if (total_width(widths, wide_gap) <= width) return {widths, wide_gap};
  while (true) {
    std::vector<std::size_t> shrunk = widths;
    while (total_width(shrunk, narrow_gap) > width) {
      const std::optional<std::size_t> widest = widest_flexible(shrunk);
      if (!widest) break;
      --shrunk[*widest];
    }
    const std::size_t least_needed = least_needed_of(widths);
    const bool is_last = total_width(widths, narrow_gap) == widths[least_needed];
    if (total_width(shrunk, narrow_gap) <= width || is_last) return {shrunk, narrow_gap};
    widths[least_needed] = 0;
  }
}

std::optional<std::size_t> Table::widest_flexible(const std::vector<std::size_t>& widths) const {
  std::optional<std::size_t> widest;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const bool can_shrink = columns_[i].narrowest > 0 && widths[i] > columns_[i].narrowest;
    if (can_shrink && (!widest || widths[i] > widths[*widest])) widest = i;
  }
  return widest;
}

std::size_t Table::least_needed_of(const std::vector<std::size_t>& widths) const {
  std::size_t least = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (widths[i] > 0 && (widths[least] == 0 || columns_[i].need < columns_[least].need)) least = i;
  }
  return least;
}

std::string Table::render(const Terminal& terminal) const {
  const std::size_t width = terminal.is_terminal ? terminal.width : std::numeric_limits<std::size_t>::max();
  const Layout layout = fit(width);
  std::vector<Cell> headings;
  headings.reserve(columns_.size());
  for (const Column& column : columns_) headings.push_back({std::string(column.heading), Style::dim});
  std::string out = line_of(headings, layout, terminal);
  for (const std::vector<Cell>& row : rows_) out += line_of(row, layout, terminal);
  return out;
}

std::string Table::line_of(const std::vector<Cell>& cells, const Layout& layout,
                           const Terminal& terminal) const {
  std::string line;
  std::size_t spaces = 0;  // owed before the next text, so that lines end without any
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (layout.widths[i] == 0) continue;
    const std::string text = truncated(cells[i].text, layout.widths[i]);
    const std::size_t rest = layout.widths[i] - std::min(display_width(text), layout.widths[i]);
    if (columns_[i].right) spaces += rest;
    if (!text.empty()) {
      line.append(spaces, ' ').append(cells[i].style ? terminal.styled(text, *cells[i].style) : text);
      spaces = 0;
    }
    spaces += layout.gap + (columns_[i].right ? 0 : rest);
  }
  return line + '\n';
}

}  // namespace sonde::cli
