#include "sdk/exporters/console_text.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "base/json_writer.h"
#include "sdk/configuration/environment.h"

namespace sonde::sdk {
namespace {

std::string_view escape_sequence(Style style) noexcept {
  switch (style) {
    case Style::strong: return "\033[1m";
    case Style::faint: return "\033[2m";
    case Style::accent: return "\033[36m";
    case Style::good: return "\033[32m";
    case Style::warning: return "\033[33m";
    case Style::bad: return "\033[1;31m";
    default: return {};
  }
}
constexpr std::string_view end_of_style = "\033[0m";

}  // namespace

ConsoleText& ConsoleText::add(std::string_view text, Style style) {
  const std::string_view sequence = in_colour_ ? escape_sequence(style) : std::string_view();
  text_ += sequence;
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    text_ += is_control ? ' ' : c;
  }
  if (!sequence.empty()) text_ += end_of_style;
  return *this;
}

ConsoleText& ConsoleText::end_line() {
  text_ += '\n';
  return *this;
}

ConsoleText& ConsoleText::value(const ValueView& value) {
  append_json(value, text_);
  return *this;
}

ConsoleText& ConsoleText::attributes(const detail::WireRange<AttributeView>& attributes) {
  bool is_first = true;
  for (const AttributeView attribute : attributes) {
    add(is_first ? "{" : ", ").add(attribute.key(), Style::faint).add("=").value(attribute.value());
    is_first = false;
  }
  return is_first ? *this : add("}");
}

ConsoleText& ConsoleText::ids(const TraceId& trace_id, const SpanId& span_id, const SpanId& parent_span_id) {
  std::string text;
  const auto name = [&text](std::string_view kind, const auto& id) {
    if (!id.is_valid()) return;
    text.append(text.empty() ? "[" : " ").append(kind).append(" ").append(id.to_hex());
  };
  name("trace", trace_id);
  name("span", span_id);
  name("parent", parent_span_id);
  return text.empty() ? *this : add(text + "]", Style::faint);
}

std::string duration_text(std::uint64_t nanoseconds) {
  struct Unit {
    double size;
    const char* name;
  };
  constexpr std::array<Unit, 4> units = {{{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}, {1, "ns"}}};
  const auto value = static_cast<double>(nanoseconds);
  const Unit* unit = units.begin();
  while (unit->size > 1 && value < unit->size) ++unit;
  std::array<char, 32> text{};
  const double scaled = value / unit->size;
  const int size =
      std::snprintf(text.data(), text.size(), scaled < 100 ? "%.3g %s" : "%.0f %s", scaled, unit->name);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string number_text(double number) {
  std::string text;
  base::append_json_double(number, text);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  std::erase(text, '"');
  return text;
}

bool wants_colour(std::FILE* stream) noexcept {
  return !detail::environment("NO_COLOR") && detail::environment("TERM") != "dumb" &&
         isatty(fileno(stream)) != 0;
}

ExportResult print(const ConsoleText& text, std::FILE* stream) {
  errno = 0;
  const std::string& bytes = text.text();
  if (std::fwrite(bytes.data(), 1, bytes.size(), stream) == bytes.size() && std::fflush(stream) == 0) {
    return {};
  }
  std::clearerr(stream);
  return {.delivered = false,
          .message = "the output stream cannot be written: " + std::generic_category().message(errno)};
}

}  // namespace sonde::sdk
