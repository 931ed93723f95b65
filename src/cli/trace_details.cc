#include "cli/trace_details.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "cli/format.h"
#include "query/plain_json.h"
#include "query/trace_json.h"

namespace sonde::cli {
namespace {

constexpr std::size_t most_value_lines = 12;
constexpr std::size_t narrowest_value = 20;
constexpr std::string_view indent = "  ";

std::string text_attribute(std::span<const Attribute> attributes, std::string_view key) {
  const AttributeValue* const value = otlp::find(attributes, key);
  return value == nullptr ? std::string() : query::plain_text(*value);
}

/// "TimeoutError: no answer within 1 s", or as much of it as the event holds.
std::string exception_text(const otlp::SpanEvent& event) {
  const std::string type = text_attribute(event.attributes, "exception.type");
  const std::string message = text_attribute(event.attributes, "exception.message");
  return type.empty() || message.empty() ? type + message : type + ": " + message;
}

class DetailWriter {
 public:
  DetailWriter(std::size_t columns, const Terminal& terminal) : columns_(columns), terminal_(terminal) {}

  void add(std::string_view text, Style style) {
    for (const std::string& line : wrapped(text, columns_, most_value_lines)) {
      lines_.push_back(terminal_.styled(line, style));
    }
  }

  /// A key and a value a line, the values in one column where there is room for two.
  void add_attributes(std::span<const Attribute> attributes, std::string_view margin) {
    std::size_t key_columns = 0;
    for (const Attribute& attribute : attributes) {
      key_columns = std::max(key_columns, display_width(printable(attribute.key)) + indent.size());
    }
    key_columns = std::min(key_columns, columns_ / 2);
    for (const Attribute& attribute : attributes) add_attribute(attribute, margin, key_columns);
  }

  [[nodiscard]] std::vector<std::string> take() { return std::move(lines_); }

 private:
  void add_attribute(const Attribute& attribute, std::string_view margin, std::size_t key_columns) {
    const std::string key = printable(attribute.key);
    const std::string text = query::plain_text(attribute.value);
    const std::size_t taken = margin.size() + key_columns;
    const bool beside = display_width(key) < key_columns && columns_ >= taken + narrowest_value;
    const std::size_t value_margin = beside ? taken : margin.size() + indent.size();
    const std::size_t room = columns_ > value_margin ? columns_ - value_margin : 1;
    const std::vector<std::string> values = wrapped(text, room, most_value_lines);
    std::string line =
        std::string(margin) + terminal_.styled(beside ? padded(key, key_columns) : key, Style::dim);
    if (beside && !values.empty()) line += values.front();
    lines_.push_back(std::move(line));
    for (std::size_t i = beside ? 1 : 0; i < values.size(); ++i) {
      lines_.push_back(std::string(value_margin, ' ') + values[i]);
    }
  }

  std::size_t columns_;
  const Terminal& terminal_;
  std::vector<std::string> lines_;
};

/// "span 00f067aa0ba902b7, client, from openai 1.2"
std::string identity(const otlp::Span& span) {
  std::string text = "span " + span.span_id.to_hex();
  text.append(", ").append(query::kind_name(span.kind));
  if (!span.scope->name.empty()) text.append(", from ").append(span.scope->name);
  if (!span.scope->version.empty()) text.append(" ").append(span.scope->version);
  return text;
}

std::string time_since(std::uint64_t start, std::uint64_t time) {
  return time < start ? "-" + format_duration(start - time) : "+" + format_duration(time - start);
}

}  // namespace

std::string error_message(const otlp::Span& span) {
  if (!span.status_message.empty()) return std::string(span.status_message);
  const auto exception = std::find_if(span.events.rbegin(), span.events.rend(),
                                      [](const otlp::SpanEvent& event) { return event.name == "exception"; });
  if (exception != span.events.rend()) return exception_text(*exception);
  return text_attribute(span.attributes, "error.type");
}

std::vector<std::string> detail_lines(const otlp::Span& span, std::size_t columns, const Terminal& terminal) {
  DetailWriter writer(columns, terminal);
  writer.add(identity(span), Style::dim);
  writer.add_attributes(span.attributes, "");
  std::vector<const otlp::SpanEvent*> events;
  for (const otlp::SpanEvent& event : span.events) events.push_back(&event);
  std::ranges::stable_sort(events, {}, &otlp::SpanEvent::time);
  for (const otlp::SpanEvent* event : events) {
    writer.add("• " + time_since(span.start_time, event->time) + "  " + std::string(event->name),
               Style::yellow);
    writer.add_attributes(event->attributes, indent);
  }
  for (const otlp::SpanLink& link : span.links) {
    writer.add("→ span " + link.span_id.to_hex() + " of trace " + link.trace_id.to_hex(), Style::cyan);
    writer.add_attributes(link.attributes, indent);
  }
  return writer.take();
}

}  // namespace sonde::cli
