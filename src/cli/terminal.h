#pragma once

// What the other end of stdout or stderr can show: colours only on a terminal, and never when the user set
// NO_COLOR (the convention of no-color.org), so that a pipe or a file gets plain text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sonde::cli {

/// A look of text on a terminal; the colours are the sixteen every terminal has, in the user's own theme.
enum class Style : std::uint8_t { bold, dim, red, green, yellow, blue, magenta, cyan };

struct Terminal {
  bool is_terminal = false;
  bool colours = false;
  std::size_t width = 80;  ///< Columns; 80 when there is no terminal to ask and COLUMNS is not set.

  /// `text` in that style, or as it is where colours are off.
  [[nodiscard]] std::string styled(std::string_view text, Style style) const;
};

/// Asks about a file descriptor, such as STDOUT_FILENO, and the environment (NO_COLOR, TERM, COLUMNS).
[[nodiscard]] Terminal describe_terminal(int file_descriptor);

/// The columns that UTF-8 text takes: one a code point, two for wide ones (East Asian, emoji), none for
/// combining marks. Control characters count none.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// `text` cut to at most `columns` with an ellipsis if anything was cut.
[[nodiscard]] std::string truncated(std::string_view text, std::size_t columns);

}  // namespace sonde::cli
