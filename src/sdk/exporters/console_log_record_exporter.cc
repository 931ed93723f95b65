#include <array>
#include <cstdint>
#include <ctime>
#include <string>

#include "sdk/exporters/console_exporter.h"
#include "sonde/console_exporter.hpp"
#include "sonde/severity.hpp"

namespace sonde {
namespace {

using sdk::ConsoleText;
using sdk::Style;

/// "12:34:56.789Z": of day, in UTC, as logs of several machines are compared.
std::string time_of_day(std::uint64_t nanoseconds) {
  const auto seconds = static_cast<std::time_t>(nanoseconds / 1'000'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%02d:%02d:%02d.%03uZ", parts.tm_hour, parts.tm_min,
                    parts.tm_sec, static_cast<unsigned>(nanoseconds / 1'000'000 % 1'000));
  return {text.data(), static_cast<std::size_t>(size)};
}

Style style_of(Severity severity) noexcept {
  if (severity >= Severity::error) return Style::bad;
  if (severity >= Severity::warn) return Style::warning;
  return severity >= Severity::info ? Style::good : Style::faint;
}

/// Text as it is, its further lines indented; all else as JSON.
void add_body(const ValueView& body, ConsoleText& text) {
  if (body.type() != AttributeValue::Type::string) {
    text.value(body);
    return;
  }
  std::string_view rest = body.as_string();
  for (bool is_first = true; is_first || !rest.empty(); is_first = false) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + (line.size() < rest.size() ? 1 : 0));
    if (!is_first) text.end_line().add("    ");
    text.add(line);
  }
}

void render_record(const LogRecordView& record, ConsoleText& text) {
  text.add(time_of_day(record.time() != 0 ? record.time() : record.observed_time()), Style::faint);
  std::string severity(record.severity_text().empty() ? short_name(record.severity())
                                                      : record.severity_text());
  constexpr std::size_t width = 5;  // Of most names.
  if (severity.size() < width) severity.resize(width, ' ');
  text.add("  ").add(severity, style_of(record.severity()));
  if (!record.event_name().empty()) text.add("  ").add(record.event_name(), Style::strong);
  if (record.body().type() != AttributeValue::Type::empty) {
    text.add("  ");
    add_body(record.body(), text);
  }
  if (record.attributes().begin() != std::default_sentinel) text.add("  ").attributes(record.attributes());
  if (record.trace_id().is_valid()) text.add("  ").ids(record.trace_id(), record.span_id());
  text.end_line();
}

void render(const LogRecordBatch& batch, ConsoleText& text) {
  batch.for_each(
      [&text](const InstrumentationScope&, const LogRecordView& record) { render_record(record, text); });
}

}  // namespace

std::unique_ptr<LogRecordExporter> make_console_log_record_exporter(std::FILE* stream) {
  return std::make_unique<sdk::ConsoleExporter<LogRecordBatch, render>>(stream);
}

}  // namespace sonde
