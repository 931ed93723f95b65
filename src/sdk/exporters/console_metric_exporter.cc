#include <string>

#include "sdk/exporters/console_exporter.h"
#include "sonde/console_exporter.hpp"

namespace sonde {
namespace {

using sdk::ConsoleText;
using sdk::number_text;
using sdk::Style;

std::string_view name_of(MetricView::Type type) noexcept {
  switch (type) {
    case MetricView::Type::gauge: return "gauge";
    case MetricView::Type::sum: return "sum";
    case MetricView::Type::histogram: return "histogram";
    case MetricView::Type::exponential_histogram: return "exponential histogram";
    default: return "no data";
  }
}

std::string_view name_of(AggregationTemporality temporality) noexcept {
  switch (temporality) {
    case AggregationTemporality::delta: return ", delta";
    case AggregationTemporality::cumulative: return ", cumulative";
    default: return {};
  }
}

std::string number_text_of(const NumberView& number) {
  return number.is_integer() ? std::to_string(number.as_integer()) : number_text(number.as_floating());
}

void render_point(const DataPointView& point, ConsoleText& text) {
  text.add("  ").attributes(point.attributes());
  if (point.attributes().begin() != std::default_sentinel) text.add("  ");
}

/// Of both kinds of histogram.
template <class Point>
void render_summary(const Point& point, ConsoleText& text) {
  render_point(point, text);
  text.add("count ").add(std::to_string(point.count()), Style::accent);
  const auto optional = [&text](std::string_view name, const std::optional<double>& number) {
    if (number) text.add("  ").add(name).add(" ").add(number_text(*number), Style::accent);
  };
  optional("sum", point.sum());
  optional("min", point.min());
  optional("max", point.max());
}

void render_buckets(const HistogramPointView& point, ConsoleText& text) {
  const auto boundaries = point.boundaries();
  const auto counts = point.bucket_counts();
  bool is_first = true;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    is_first ? text.end_line().add("      ") : text.add("  ");
    is_first = false;
    if (i < boundaries.size()) {
      text.add("≤ " + number_text(boundaries[i]), Style::faint);
    } else {
      text.add(boundaries.size() == 0 ? "all" : "> " + number_text(boundaries[boundaries.size() - 1]),
               Style::faint);
    }
    text.add(": ").add(std::to_string(counts[i]));
  }
}

void render_metric(const MetricView& metric, ConsoleText& text) {
  text.add(metric.name(), Style::strong).add("  ");
  text.add(name_of(metric.type())).add(name_of(metric.temporality()));
  if (!metric.unit().empty()) text.add("  ").add(metric.unit());
  if (!metric.description().empty()) text.add("  ").add(metric.description(), Style::faint);
  text.end_line();
  for (const NumberPointView point : metric.numbers()) {
    render_point(point, text);
    text.add(number_text_of(point.value()), Style::accent).end_line();
  }
  for (const HistogramPointView point : metric.histograms()) {
    render_summary(point, text);
    render_buckets(point, text);
    text.end_line();
  }
  for (const ExponentialHistogramPointView point : metric.exponential_histograms()) {
    render_summary(point, text);
    text.end_line();
  }
}

void render(const MetricBatch& batch, ConsoleText& text) {
  batch.for_each(
      [&text](const InstrumentationScope&, const MetricView& metric) { render_metric(metric, text); });
}

}  // namespace

std::unique_ptr<MetricExporter> make_console_metric_exporter(std::FILE* stream) {
  return std::make_unique<sdk::ConsoleExporter<MetricBatch, render>>(stream);
}

}  // namespace sonde
