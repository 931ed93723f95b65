#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/terminal.h"

namespace sonde::cli {

/// A table that fits itself to a terminal's width: flexible columns are shortened, the widest first, and
/// where that is not enough the columns that are least needed are left out.
class Table {
 public:
  struct Column {
    std::string_view heading;
    bool right = false;         ///< Numbers stand at the right.
    std::size_t narrowest = 0;  ///< 0: never shortened.
    int need = 0;               ///< Columns of the smallest need are left out first.
  };
  struct Cell {
    std::string text;
    std::optional<Style> style;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// One cell a column; the text must be printable.
  void add_row(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }

  /// The heading and the rows, a line each, in at most the terminal's columns; unbounded where there is no
  /// terminal.
  [[nodiscard]] std::string render(const Terminal& terminal) const;

 private:
  struct Layout {
    std::vector<std::size_t> widths;  ///< Of each column; 0 for one that is left out.
    std::size_t gap = 0;              ///< Between columns.
  };

  [[nodiscard]] std::vector<std::size_t> natural_widths() const;
  [[nodiscard]] Layout fit(std::size_t width) const;
  [[nodiscard]] std::optional<std::size_t> widest_flexible(const std::vector<std::size_t>& widths) const;
  [[nodiscard]] std::size_t least_needed_of(const std::vector<std::size_t>& widths) const;
  [[nodiscard]] std::string line_of(const std::vector<Cell>& cells, const Layout& layout,
                                    const Terminal& terminal) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace sonde::cli
