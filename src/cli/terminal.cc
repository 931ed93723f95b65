#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <clocale>
#include <cstdlib>
#include <cwchar>

namespace sonde::cli {
namespace {

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

std::size_t terminal_width(int file_descriptor) {
  winsize size{};
  if (ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const std::string_view columns = environment("COLUMNS");
  std::size_t width = 0;
  std::from_chars(columns.data(), columns.data() + columns.size(), width);
  return width > 0 ? width : Terminal().width;
}

/// For its scope this thread reads UTF-8 and knows Unicode's widths, whatever LANG says.
class UnicodeScope {
 public:
  UnicodeScope() : previous_(uselocale(unicode())) {}
  ~UnicodeScope() { uselocale(previous_); }
  UnicodeScope(const UnicodeScope&) = delete;
  UnicodeScope& operator=(const UnicodeScope&) = delete;

 private:
  static locale_t unicode() {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
  }
  locale_t previous_;
};

struct Character {
  std::size_t bytes = 1;
  std::size_t columns = 1;
};

/// The first character of `text`, which is not empty. A byte that is not UTF-8 counts one column.
Character first_character(std::string_view text) {
  std::mbstate_t state{};
  wchar_t code_point = 0;
  const std::size_t bytes = std::mbrtowc(&code_point, text.data(), text.size(), &state);
  if (bytes == 0) return {1, 0};  // a NUL
  if (bytes > text.size()) return {1, 1};
  const int columns = wcwidth(code_point);
  return {bytes, columns > 0 ? static_cast<std::size_t>(columns) : 0};
}

}  // namespace

std::string Terminal::styled(std::string_view text, Style style) const {
  constexpr std::array<std::string_view, 8> codes = {"1", "2", "31", "32", "33", "34", "35", "36"};
  if (!colours || text.empty()) return std::string(text);
  std::string out = "\x1b[";
  out += codes[static_cast<std::size_t>(style)];
  out += 'm';
  out += text;
  out += "\x1b[0m";
  return out;
}

Terminal describe_terminal(int file_descriptor) {
  Terminal terminal;
  terminal.is_terminal = isatty(file_descriptor) == 1;
  terminal.colours = terminal.is_terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  terminal.width = terminal_width(file_descriptor);
  return terminal;
}

std::size_t display_width(std::string_view text) {
  const UnicodeScope unicode;
  std::size_t width = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    width += character.columns;
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string truncated(std::string_view text, std::size_t columns) {
  constexpr std::string_view ellipsis = "…";
  const UnicodeScope unicode;
  std::size_t width = 0;
  std::size_t cut = 0;  // the end of what fits with the ellipsis behind it
  for (std::size_t i = 0; i < text.size();) {
    const Character character = first_character(text.substr(i));
    width += character.columns;
    i += character.bytes;
    if (width > columns)
      return columns == 0 ? std::string() : std::string(text.substr(0, cut)).append(ellipsis);
    if (width < columns) cut = i;
  }
  return std::string(text);
}

}  // namespace sonde::cli
