#include "cli/trace_head.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/format.h"
#include "otlp/span_time.h"
#include "query/jaeger_json.h"
#include "query/trace_json.h"
#include "store/genai_columns.h"

namespace sonde::cli {
namespace {

constexpr std::size_t most_names = 3;

/// Distinct texts in order of first appearance.
class Names {
 public:
  void add(std::string_view name) {
    if (!name.empty() && std::ranges::find(names_, name) == names_.end()) names_.push_back(name);
  }

  [[nodiscard]] bool is_empty() const noexcept { return names_.empty(); }

  /// "one, two, three and 2 more"
  [[nodiscard]] std::string listed() const {
    std::string text;
    for (std::size_t i = 0; i < std::min(names_.size(), most_names); ++i) {
      if (i > 0) text += ", ";
      text += printable(names_[i]);
    }
    if (names_.size() > most_names) text += " and " + std::to_string(names_.size() - most_names) + " more";
    return text;
  }

 private:
  std::vector<std::string_view> names_;
};

/// Adds up the spans of a trace.
struct TraceSums {
  std::uint64_t start = UINT64_MAX;
  std::uint64_t end = 0;
  std::size_t errors = 0;
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  Names services;
  Names models;

  explicit TraceSums(const otlp::TraceBatch& batch) {
    for (const otlp::Span& span : batch.items) add(span);
  }

  void add(const otlp::Span& span) {
    start = std::min(start, span.start_time);
    end = std::max(end, otlp::last_known_time(span));
    errors += span.status == otlp::StatusCode::error ? 1 : 0;
    services.add(span.resource->service_name.empty() ? query::unknown_service : span.resource->service_name);
    const store::GenAiColumns gen_ai = store::genai_columns(span.attributes);
    if (!gen_ai.is_model_call()) return;
    models.add(query::model_of(gen_ai));
    input_tokens += static_cast<std::uint64_t>(gen_ai.input_tokens.value_or(0));
    output_tokens += static_cast<std::uint64_t>(gen_ai.output_tokens.value_or(0));
  }
};

/// Puts short texts beside each other, with dots between, as many as fit a line.
class ItemWriter {
 public:
  ItemWriter(std::size_t columns, const Terminal& terminal) : columns_(columns), terminal_(terminal) {}

  void add(std::string_view text, std::optional<Style> style = std::nullopt) {
    const std::string item = truncated(text, columns_);
    const std::size_t width = display_width(item);
    if (taken_ > 0 && taken_ + display_width(separator) + width > columns_) end_line();
    if (taken_ > 0) {
      out_ += terminal_.styled(separator, Style::dim);
      taken_ += display_width(separator);
    }
    out_ += style ? terminal_.styled(item, *style) : item;
    taken_ += width;
  }

  void end_line() {
    if (taken_ > 0) out_ += '\n';
    taken_ = 0;
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  static constexpr std::string_view separator = " · ";
  std::size_t columns_;
  const Terminal& terminal_;
  std::size_t taken_ = 0;
  std::string out_;
};

}  // namespace

std::string render_trace_head(const otlp::TraceBatch& batch, std::size_t columns, const Terminal& terminal) {
  const TraceSums sums(batch);
  ItemWriter writer(columns, terminal);
  writer.add("Trace " + batch.items.front().trace_id.to_hex(), Style::bold);
  writer.end_line();
  writer.add(sums.services.listed());
  writer.add(format_time(sums.start));
  writer.add(format_duration(sums.end - sums.start));
  writer.add(format_plural(batch.items.size(), "span"));
  if (sums.errors > 0) writer.add(format_plural(sums.errors, "error"), Style::red);
  writer.end_line();
  if (sums.input_tokens > 0 && sums.output_tokens > 0) {
    writer.add(grouped(sums.input_tokens) + "→" + format_plural(sums.output_tokens, "token"));
  } else if (sums.input_tokens + sums.output_tokens > 0) {
    writer.add(format_plural(sums.input_tokens + sums.output_tokens, "token"));
  }
  if (!sums.models.is_empty()) writer.add(sums.models.listed());
  writer.end_line();
  return writer.take();
}

}  // namespace sonde::cli
