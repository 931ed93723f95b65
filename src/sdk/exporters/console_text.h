#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "sonde/ids.hpp"
#include "sonde/otlp_batch.hpp"
#include "sonde/wire_view.hpp"

namespace sonde::sdk {

enum class Style : std::uint8_t { plain, strong, faint, accent, good, warning, bad };

/// Lines for a person to read, under construction. What applications put into names and values cannot move
/// the cursor: control characters become spaces, or escapes.
class ConsoleText {
 public:
  explicit ConsoleText(bool in_colour) noexcept : in_colour_(in_colour) {}

  ConsoleText& add(std::string_view text, Style style = Style::plain);
  ConsoleText& end_line();
  /// As JSON, so that text, numbers and nesting can be told apart.
  ConsoleText& value(const ValueView& value);
  /// {key=value, ...}, or nothing.
  ConsoleText& attributes(const detail::WireRange<AttributeView>& attributes);
  /// [name id, ...] of those that are valid.
  ConsoleText& ids(const TraceId& trace_id, const SpanId& span_id, const SpanId& parent_span_id = {});

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
  bool in_colour_;
};

/// "1.50 s", "12 ms", ...
[[nodiscard]] std::string duration_text(std::uint64_t nanoseconds);
/// The shortest that reads back as the number.
[[nodiscard]] std::string number_text(double number);

[[nodiscard]] bool wants_colour(std::FILE* stream) noexcept;

/// Writes and flushes.
[[nodiscard]] ExportResult print(const ConsoleText& text, std::FILE* stream);

}  // namespace sonde::sdk
