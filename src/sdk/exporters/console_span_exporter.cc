#include <algorithm>
#include <cstdint>
#include <map>
#include <ranges>
#include <string>
#include <vector>

#include "sdk/exporters/console_exporter.h"
#include "sonde/console_exporter.hpp"

namespace sonde {
namespace {

using sdk::ConsoleText;
using sdk::duration_text;
using sdk::Style;

std::string_view name_of(SpanKind kind) noexcept {
  switch (kind) {
    case SpanKind::server: return "server";
    case SpanKind::client: return "client";
    case SpanKind::producer: return "producer";
    case SpanKind::consumer: return "consumer";
    default: return {};
  }
}

/// "1042 → 187 tokens", of a model call.
std::string tokens_of(const SpanView& span) {
  std::string input;
  std::string output;
  for (const AttributeView attribute : span.attributes()) {
    if (attribute.value().type() != AttributeValue::Type::integer) continue;
    const auto text = [&] { return std::to_string(attribute.value().as_integer()); };
    if (attribute.key() == "gen_ai.usage.input_tokens") input = text();
    if (attribute.key() == "gen_ai.usage.output_tokens") output = text();
  }
  if (input.empty() && output.empty()) return {};
  const auto or_unknown = [](const std::string& count) { return count.empty() ? "?" : count; };
  return or_unknown(input) + " → " + or_unknown(output) + " tokens";
}

std::uint64_t time_between(std::uint64_t start, std::uint64_t end) noexcept {
  return end > start ? end - start : 0;
}

class SpanTrees {
 public:
  explicit SpanTrees(const SpanBatch& batch) {
    batch.for_each([this](const InstrumentationScope&, const SpanView& span) { spans_.push_back(span); });
    std::stable_sort(spans_.begin(), spans_.end(),
                     [](const SpanView& a, const SpanView& b) { return a.start_time() < b.start_time(); });
    std::map<SpanId, const SpanView*> by_id;
    for (const SpanView& span : spans_) by_id.emplace(span.span_id(), &span);
    for (const SpanView& span : spans_) {
      if (span.parent_span_id().is_valid() && by_id.contains(span.parent_span_id())) {
        children_.emplace(span.parent_span_id(), &span);
      } else {
        roots_.push_back(&span);
      }
    }
  }

  // A span that is its own ancestor is under no root, so this ends. Trees may be as deep as a batch is long,
  // hence no recursion.
  void render(ConsoleText& text) const {
    std::vector<Line> lines;
    for (const SpanView* const root : std::views::reverse(roots_)) lines.push_back({root, "", true, true});
    while (!lines.empty()) {
      const Line line = std::move(lines.back());
      lines.pop_back();
      const auto [first, last] = children_.equal_range(line.span->span_id());
      const std::string below = line.is_root ? "" : line.indent + (line.is_last ? "   " : "│  ");
      render(line, below + (first == last ? "     " : "│    "), text);
      constexpr std::size_t deepest_indent = 200;
      const std::string& indent = below.size() > deepest_indent ? line.indent : below;
      for (auto child = last; child != first;) {
        const bool is_last = child == last;
        --child;
        lines.push_back({child->second, indent, is_last, false});
      }
    }
  }

 private:
  struct Line {
    const SpanView* span;
    std::string indent;
    bool is_last;
    bool is_root;
  };

  static void render(const Line& line, const std::string& indent, ConsoleText& text) {
    const SpanView& span = *line.span;
    if (!line.is_root) text.add(line.indent).add(line.is_last ? "└─ " : "├─ ", Style::faint);
    text.add(span.name(), Style::strong);
    if (const std::string_view kind = name_of(span.kind()); !kind.empty()) {
      text.add("  ").add(kind, Style::faint);
    }
    text.add("  ").add(duration_text(time_between(span.start_time(), span.end_time())), Style::accent);
    if (const std::string tokens = tokens_of(span); !tokens.empty())
      text.add("  ").add(tokens, Style::accent);
    if (span.status() == StatusCode::ok) text.add("  ").add("ok", Style::good);
    if (span.status() == StatusCode::error) {
      text.add("  ").add("ERROR", Style::bad);
      if (!span.status_message().empty()) text.add(" ").add(span.status_message());
    }
    text.add("  ").ids(line.is_root ? span.trace_id() : TraceId(), span.span_id(),
                       line.is_root ? span.parent_span_id() : SpanId());
    text.end_line();
    render_content(span, indent, text);
  }

  static void render_content(const SpanView& span, const std::string& indent, ConsoleText& text) {
    render_attributes(span.attributes(), indent, text);
    for (const SpanEventView event : span.events()) {
      text.add(indent).add("+ ").add(duration_text(time_between(span.start_time(), event.time())));
      text.add("  ").add(event.name()).end_line();
      render_attributes(event.attributes(), indent + "    ", text);
    }
    for (const SpanLinkView link : span.links()) {
      text.add(indent).add("~ linked to  ").ids(link.trace_id(), link.span_id()).end_line();
      render_attributes(link.attributes(), indent + "    ", text);
    }
  }

  static void render_attributes(const detail::WireRange<AttributeView>& attributes, const std::string& indent,
                                ConsoleText& text) {
    for (const AttributeView attribute : attributes) {
      text.add(indent).add(attribute.key(), Style::faint).add(": ").value(attribute.value()).end_line();
    }
  }

  std::vector<SpanView> spans_;
  std::vector<const SpanView*> roots_;
  std::multimap<SpanId, const SpanView*> children_;  ///< Of a parent, in the order they started.
};

void render(const SpanBatch& batch, ConsoleText& text) { SpanTrees(batch).render(text); }

}  // namespace

std::unique_ptr<SpanExporter> make_console_span_exporter(std::FILE* stream) {
  return std::make_unique<sdk::ConsoleExporter<SpanBatch, render>>(stream);
}

}  // namespace sonde
