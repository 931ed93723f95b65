#include "cli/trace_tree.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/format.h"
#include "cli/trace_details.h"
#include "cli/trace_forest.h"
#include "cli/trace_head.h"
#include "cli/trace_rows.h"
#include "otlp/span_time.h"
#include "query/jaeger_json.h"
#include "query/trace_json.h"
#include "store/genai_columns.h"

namespace sonde::cli {
namespace {

constexpr std::size_t narrowest = 40;  ///< A terminal narrower than this is written to as if it were not.
constexpr std::size_t narrowest_with_bars = 50;
constexpr std::size_t most_error_lines = 3;

std::string_view service_of(const otlp::Span& span) {
  return span.resource->service_name.empty() ? query::unknown_service : span.resource->service_name;
}

/// The time the bars are drawn on: from the earliest start to the latest end.
struct TimeAxis {
  std::uint64_t start = 0;
  std::uint64_t end = 0;

  explicit TimeAxis(const otlp::TraceBatch& batch) {
    start = std::ranges::min(batch.items, {}, &otlp::Span::start_time).start_time;
    for (const otlp::Span& span : batch.items) end = std::max(end, otlp::last_known_time(span));
  }

  /// Where a time stands in `columns`, rounded down.
  [[nodiscard]] std::size_t column_of(std::uint64_t time, std::size_t columns) const {
    if (end == start) return 0;
    const double share = static_cast<double>(time - start) / static_cast<double>(end - start);
    return std::min(static_cast<std::size_t>(share * static_cast<double>(columns)), columns);
  }
};

/// A bar in halves of a column, at least one half long.
std::string draw_bar(const otlp::Span& span, const TimeAxis& axis, std::size_t columns) {
  const std::size_t halves = 2 * columns;
  const std::size_t from = std::min(axis.column_of(span.start_time, halves), halves - 1);
  const std::size_t to = std::max(axis.column_of(otlp::last_known_time(span), halves), from + 1);
  constexpr std::array<std::array<std::string_view, 2>, 2> pieces{{{" ", "╺"}, {"╸", "━"}}};
  std::string bar;
  for (std::size_t half = 0; half < to; half += 2) {
    const bool left = half >= from;
    const bool right = half + 1 >= from && half + 1 < to;
    bar += pieces[left ? 1 : 0][right ? 1 : 0];
  }
  return bar;
}

/// What of a span goes into the columns of its row.
struct Cells {
  std::string name;
  std::string note;  ///< Behind the name, dimmed: model, service.
  std::string duration;
  std::string tokens;
  std::string_view mark;
  std::size_t name_columns = 0;  ///< Of guides, name and note together.
};

std::string duration_cell(const otlp::Span& span) {
  const std::uint64_t duration = otlp::duration_of(span);
  if (!otlp::is_running(span)) return format_duration(duration);
  return duration == 0 ? "running" : "running " + format_duration(duration);
}

std::string tokens_of(const store::GenAiColumns& gen_ai) {
  if (!gen_ai.is_model_call() || !gen_ai.input_tokens) return {};
  // Counts are never negative.
  return format_tokens(static_cast<std::uint64_t>(*gen_ai.input_tokens),
                       static_cast<std::uint64_t>(gen_ai.output_tokens.value_or(0)));
}

class TreeRenderer {
 public:
  TreeRenderer(const otlp::TraceBatch& batch, const TreeOptions& options)
      : batch_(batch),
        options_(options),
        terminal_(options.terminal),
        width_(std::max(options.terminal.width, narrowest)),
        forest_(batch),
        axis_(batch) {}

  std::string render() {
    rows_ = lay_out_rows(forest_, options_.max_spans, width_ / 3);
    for (const TraceRow& row : rows_) cells_.push_back(cells_of(row));
    choose_columns();
    out_ = render_trace_head(batch_, width_, terminal_) + '\n';
    for (std::size_t i = 0; i < rows_.size(); ++i) write_row(rows_[i], cells_[i]);
    return std::move(out_);
  }

 private:
  [[nodiscard]] Cells cells_of(const TraceRow& row) const {
    Cells cells;
    if (row.node == nullptr) {
      cells.note = "… " + format_plural(row.hidden_spans, "more span");
      if (row.hidden_errors > 0) cells.note += ", " + format_plural(row.hidden_errors, "error");
    } else {
      const otlp::Span& span = *row.node->span;
      const store::GenAiColumns gen_ai = store::genai_columns(span.attributes);
      cells.name = span.name.empty() ? "(no name)" : printable(span.name);
      cells.note = note_of(*row.node, gen_ai);
      cells.duration = duration_cell(span);
      cells.tokens = tokens_of(gen_ai);
      if (span.status == otlp::StatusCode::error) cells.mark = "✗";
      if (span.status == otlp::StatusCode::ok) cells.mark = "✓";
    }
    cells.name_columns = display_width(row.guides) + display_width(cells.name) + display_width(cells.note);
    return cells;
  }

  /// The model unless the name says it, and the service where it is not the parent's.
  [[nodiscard]] std::string note_of(const TraceForest::Node& node, const store::GenAiColumns& gen_ai) const {
    std::string note;
    const otlp::Span& span = *node.span;
    const std::string_view model = query::model_of(gen_ai);
    if (gen_ai.is_model_call() && span.name.find(model) == std::string_view::npos) {
      note += " · " + printable(model);
    }
    const bool is_root = node.parent == TraceForest::no_parent;
    const otlp::Span& above =
        is_root ? *forest_.node(forest_.roots().front()).span : *forest_.node(node.parent).span;
    if (service_of(span) != service_of(above)) note += " [" + printable(service_of(span)) + "]";
    if (node.parent_missing) note += " (parent not received)";
    return note;
  }

  /// The names get what they need, the bars what is left, but a quarter of the line at least.
  void choose_columns() {
    std::size_t wanted = 0;
    std::size_t mark_columns = 0;
    for (const Cells& cells : cells_) {
      wanted = std::max(wanted, cells.name_columns);
      duration_columns_ = std::max(duration_columns_, display_width(cells.duration) + 1);
      if (!cells.tokens.empty()) tokens_columns_ = std::max(tokens_columns_, display_width(cells.tokens) + 2);
      if (!cells.mark.empty()) mark_columns = 2;
    }
    const std::size_t right = duration_columns_ + tokens_columns_ + mark_columns;
    const std::size_t least_bar = width_ < narrowest_with_bars ? 0 : std::max(width_ / 4, std::size_t{10});
    const std::size_t most_names =
        width_ - std::min(width_ / 2, right + (least_bar == 0 ? 0 : least_bar + 1));
    name_columns_ = std::min(wanted, most_names);
    const std::size_t taken = name_columns_ + 1 + right;  // absurd durations and counts may leave nothing
    bar_columns_ = least_bar > 0 && width_ > taken ? width_ - taken : 0;
  }

  void write_row(const TraceRow& row, const Cells& cells) {
    std::string line = terminal_.styled(row.guides, Style::dim) + name_cell(row, cells);
    if (row.node != nullptr) {
      const otlp::Span& span = *row.node->span;
      const bool failed = span.status == otlp::StatusCode::error;
      if (bar_columns_ > 0) line += ' ' + bar_cell(span, cells);
      line += padded(cells.duration, duration_columns_, true);
      if (tokens_columns_ > 0) line += padded(cells.tokens, tokens_columns_, true);
      if (!cells.mark.empty()) line += ' ' + terminal_.styled(cells.mark, failed ? Style::red : Style::green);
    }
    write_line(std::move(line));
    if (row.node != nullptr) write_lines_below(row);
  }

  [[nodiscard]] std::string name_cell(const TraceRow& row, const Cells& cells) const {
    const std::size_t guides = display_width(row.guides);
    const std::size_t room = name_columns_ > guides ? name_columns_ - guides : 1;
    const std::string name = truncated(cells.name, room);
    const std::string note = truncated(cells.note, room - std::min(display_width(name), room));
    const std::size_t taken = display_width(name) + display_width(note);
    const bool failed = row.node != nullptr && row.node->span->status == otlp::StatusCode::error;
    return (failed ? terminal_.styled(name, Style::red) : name) + terminal_.styled(note, Style::dim) +
           std::string(room > taken ? room - taken : 0, ' ');
  }

  [[nodiscard]] std::string bar_cell(const otlp::Span& span, const Cells& cells) const {
    const std::string bar = draw_bar(span, axis_, bar_columns_);
    Style style = cells.tokens.empty() ? Style::blue : Style::magenta;
    if (span.status == otlp::StatusCode::error) style = Style::red;
    const std::size_t columns = display_width(bar);
    return terminal_.styled(bar, style) + std::string(bar_columns_ - columns, ' ');
  }

  void write_lines_below(const TraceRow& row) {
    const otlp::Span& span = *row.node->span;
    const std::string guides = terminal_.styled(row.guides_below, Style::dim);
    const std::size_t columns = width_ - std::min(display_width(row.guides_below), width_ / 2);
    if (span.status == otlp::StatusCode::error) {
      for (const std::string& line : wrapped(error_message(span), columns, most_error_lines)) {
        write_line(guides + terminal_.styled(line, Style::red));
      }
    }
    if (!options_.attributes) return;
    for (const std::string& line : detail_lines(span, columns, terminal_)) write_line(guides + line);
  }

  void write_line(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    out_ += line;
    out_ += '\n';
  }

  const otlp::TraceBatch& batch_;
  const TreeOptions& options_;
  const Terminal& terminal_;
  const std::size_t width_;
  const TraceForest forest_;
  const TimeAxis axis_;
  std::vector<TraceRow> rows_;
  std::vector<Cells> cells_;
  std::size_t name_columns_ = 0;
  std::size_t bar_columns_ = 0;
  std::size_t duration_columns_ = 0;
  std::size_t tokens_columns_ = 0;
  std::string out_;
};

}  // namespace

std::string render_trace_tree(const otlp::TraceBatch& batch, const TreeOptions& options) {
  return batch.items.empty() ? std::string() : TreeRenderer(batch, options).render();
}

}  // namespace sonde::cli
