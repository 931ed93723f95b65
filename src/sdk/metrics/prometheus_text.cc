#include "sdk/metrics/prometheus_text.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <optional>
#include <ranges>
#include <string_view>
#include <utility>

#include "base/decimal.h"
#include "sdk/diagnostics.h"
#include "sdk/metrics/prometheus_names.h"

namespace sonde::detail {
namespace {

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  base::DecimalBuffer digits;
  return std::string(base::write_decimal(value, digits));
}

std::string number_text(const NumberView& value) {
  return value.is_integer() ? std::to_string(value.as_integer()) : number_text(value.as_floating());
}

/// Nanoseconds as seconds.
std::string time_text(std::uint64_t time) {
  std::string text = std::to_string(time / 1'000'000'000) + ".";
  const std::string fraction = std::to_string(time % 1'000'000'000);
  return text.append(9 - fraction.size(), '0') + fraction;
}

void append_escaped(std::string_view text, bool has_quotes, std::string& out) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && has_quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

std::string value_text(const ValueView& value) {
  if (value.type() == AttributeValue::Type::string) return std::string(value.as_string());
  std::string text;
  append_json(value, text);
  return text;
}

/// Labels in the order of their names; those that come to the same name are joined.
class Labels {
 public:
  explicit Labels(bool is_escaped) : is_escaped_(is_escaped) {}

  void add(std::string_view prefix, const detail::WireRange<AttributeView>& attributes) {
    std::map<std::string_view, ValueView> by_key;  // the values of one label are joined in the keys' order
    for (const AttributeView attribute : attributes) by_key.emplace(attribute.key(), attribute.value());
    for (const auto& [key, value] : by_key) {
      std::string name = std::string(prefix) + std::string(key);
      if (is_escaped_) name = escape_label_name(name);
      add(std::move(name), value_text(value));
    }
  }
  void add(std::string name, std::string value) {
    const auto [label, is_new] = labels_.try_emplace(std::move(name), value);
    if (!is_new) label->second += ';' + value;
  }
  void set(std::string name, std::string value) {
    labels_.insert_or_assign(std::move(name), std::move(value));
  }
  /// Out of the way of a label that the format needs.
  void rename(const std::string& from, const std::string& to) {
    if (auto label = labels_.extract(from); !label.empty()) add(to, std::move(label.mapped()));
  }

  void append(std::string& out, bool& needs_comma) const {
    for (const auto& [name, value] : labels_) {
      if (std::exchange(needs_comma, true)) out += ',';
      if (is_legacy_name(name) && name.find(':') == std::string::npos) {
        out += name;
      } else {
        out += '"';
        append_escaped(name, true, out);
        out += '"';
      }
      out += "=\"";
      append_escaped(value, true, out);
      out += '"';
    }
  }

 private:
  const bool is_escaped_;
  std::map<std::string, std::string> labels_;
};

struct Family {
  std::string name;
  std::string_view type;
  std::string unit;
  std::string help;
  std::string samples;
};

class TextWriter {
 public:
  TextWriter(const PrometheusOptions& options, const PrometheusFormat& format)
      : options_(options),
        format_(format),
        is_label_escaped_(!format.is_utf8_allowed ||
                          options.translation != PrometheusTranslation::no_translation) {}

  void add_target(const MetricBatch& batch) {
    Labels labels(is_label_escaped_);
    labels.add({}, batch.resource());
    std::string text;
    bool needs_comma = false;
    labels.append(text, needs_comma);
    if (text.empty()) return;
    Family& family = families_.emplace_back();
    family = {format_.is_open_metrics ? "target" : "target_info", format_.is_open_metrics ? "info" : "gauge",
              "", "Target metadata", "target_info{" + text + "} 1\n"};
    by_name_.emplace(family.name, &family);
  }

  void add(const InstrumentationScope& scope, const MetricView& metric) {
    const PrometheusName name = prometheus_name(metric, options_.translation, format_.is_utf8_allowed);
    Family* const family = family_of(name, metric);
    if (family == nullptr) return;
    base_ = name.family;
    out_ = &family->samples;
    const std::string counter = name.has_total || format_.is_open_metrics ? base_ + "_total" : base_;
    for (const NumberPointView point : metric.numbers()) {
      add_number(labels_of(scope, point), point, type_of(metric) == "counter" ? counter : base_,
                 type_of(metric) == "counter");
    }
    for (const HistogramPointView point : metric.histograms()) add_histogram(scope, point);
    for (const ExponentialHistogramPointView point : metric.exponential_histograms()) {
      add_exponential(scope, point);
    }
  }

  [[nodiscard]] std::string finish() const {
    std::string text;
    for (const Family& family : families_) {
      const auto comment = [&](std::string_view what, std::string_view content, bool has_quotes) {
        text += "# ";
        text += what;
        text += ' ';
        append_name(family.name, text);
        text += ' ';
        append_escaped(content, has_quotes, text);
        text += '\n';
      };
      if (!family.help.empty()) comment("HELP", family.help, format_.is_open_metrics);
      comment("TYPE", family.type, false);
      if (format_.is_open_metrics && !family.unit.empty()) comment("UNIT", family.unit, false);
      text += family.samples;
    }
    if (format_.is_open_metrics) text += "# EOF\n";
    return text;
  }

 private:
  static std::string_view type_of(const MetricView& metric) noexcept {
    switch (metric.type()) {
      case MetricView::Type::sum: return metric.is_monotonic() ? "counter" : "gauge";
      case MetricView::Type::histogram:
      case MetricView::Type::exponential_histogram: return "histogram";
      default: return "gauge";
    }
  }

  /// Null if the name is another type's.
  Family* family_of(const PrometheusName& name, const MetricView& metric) {
    const bool has_total = name.has_total && !format_.is_open_metrics;
    const std::string full_name = has_total ? name.family + "_total" : name.family;
    const auto [found, is_new] = by_name_.try_emplace(full_name, nullptr);
    if (is_new) {
      // OpenMetrics wants names to end with the unit that is told.
      std::string unit = name.family.ends_with("_" + name.unit) ? name.unit : std::string();
      found->second = &families_.emplace_back(
          Family{full_name, type_of(metric), std::move(unit), std::string(metric.description()), {}});
    } else if (found->second->type != type_of(metric)) {
      diagnose("the metric '" + std::string(metric.name()) + "' is left out for Prometheus: '" + full_name +
               "' is the name of another type of metric already");
      return nullptr;
    }
    return found->second;
  }

  static void append_name(std::string_view name, std::string& out) {
    if (is_legacy_name(name)) {
      out += name;
      return;
    }
    out += '"';
    append_escaped(name, true, out);
    out += '"';
  }

  [[nodiscard]] Labels labels_of(const InstrumentationScope& scope, const DataPointView& point) const {
    Labels labels(is_label_escaped_);
    labels.add({}, point.attributes());
    if (!options_.has_scope_info) return labels;
    labels.add("otel_scope_", scope.attributes);
    const auto set = [&](const char* name, std::string_view value) {
      if (!value.empty()) labels.set(name, std::string(value));
    };
    set("otel_scope_name", scope.name);
    set("otel_scope_version", scope.version);
    set("otel_scope_schema_url", scope.schema_url);
    return labels;
  }

  void sample(std::string_view name, const Labels& labels, std::string_view value,
              const std::optional<ExemplarView>& exemplar = {}, std::string_view boundary = {}) {
    std::string& out = *out_;
    const bool is_legacy = is_legacy_name(name);
    bool needs_comma = !is_legacy;
    if (is_legacy) out += name;
    const std::size_t brace = out.size();
    out += '{';
    if (!is_legacy) append_name(name, out);
    labels.append(out, needs_comma);
    if (!boundary.empty()) {
      if (std::exchange(needs_comma, true)) out += ',';
      out.append("le=\"").append(boundary) += '"';
    }
    if (needs_comma) {
      out += '}';
    } else {
      out.resize(brace);
    }
    out += ' ';
    out += value;
    if (exemplar) append_exemplar(*exemplar, out);
    out += '\n';
  }

  /// The trace and the span, and of the other attributes as many as fit.
  void append_exemplar(const ExemplarView& exemplar, std::string& out) const {
    constexpr std::size_t most_characters = 128;
    Labels labels(is_label_escaped_);
    std::size_t size = 0;
    const auto add = [&](std::string name, std::string value) {
      if (size + name.size() + value.size() > most_characters) return;
      size += name.size() + value.size();
      labels.set(std::move(name), std::move(value));
    };
    if (exemplar.span_id().is_valid()) {
      add("trace_id", exemplar.trace_id().to_hex());
      add("span_id", exemplar.span_id().to_hex());
    }
    for (const AttributeView attribute : exemplar.filtered_attributes()) {
      std::string name = escape_label_name(attribute.key());
      if (name != "trace_id" && name != "span_id") add(std::move(name), value_text(attribute.value()));
    }
    out += " # {";
    bool needs_comma = false;
    labels.append(out, needs_comma);
    out += "} " + number_text(exemplar.value()) + " " + time_text(exemplar.time());
  }

  /// The latest exemplar with a value above `low` and up to `high`, if the format has exemplars.
  [[nodiscard]] std::optional<ExemplarView> exemplar_of(const DataPointView& point, double low,
                                                        double high) const {
    std::optional<ExemplarView> latest;
    if (!format_.is_open_metrics) return latest;
    for (const ExemplarView exemplar : point.exemplars()) {
      const double value = exemplar.value().as_floating();
      if (value > low && value <= high && (!latest || exemplar.time() > latest->time())) latest = exemplar;
    }
    return latest;
  }

  void add_number(const Labels& labels, const NumberPointView& point, const std::string& name,
                  bool is_counter) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    sample(name, labels, number_text(point.value()),
           is_counter ? exemplar_of(point, -infinity, infinity) : std::nullopt);
    if (is_counter) add_created(labels, point);
  }

  void add_created(const Labels& labels, const DataPointView& point) {
    if (format_.is_open_metrics) sample(base_ + "_created", labels, time_text(point.start_time()));
  }

  [[nodiscard]] Labels histogram_labels(const InstrumentationScope& scope, const DataPointView& point) const {
    Labels labels = labels_of(scope, point);
    labels.rename("le", "exported_le");
    return labels;
  }

  /// One bucket, with the counts of those below it.
  void add_bucket(const Labels& labels, const DataPointView& point, double low, double high,
                  std::uint64_t count) {
    std::string boundary = number_text(high);
    if (format_.is_open_metrics && boundary.find_first_of(".eEnN") == std::string::npos) boundary += ".0";
    sample(base_ + "_bucket", labels, std::to_string(count), exemplar_of(point, low, high), boundary);
  }

  template <class Point>
  void add_totals(const Labels& labels, const Point& point) {
    if (point.sum()) sample(base_ + "_sum", labels, number_text(*point.sum()));
    sample(base_ + "_count", labels, std::to_string(point.count()));
    add_created(labels, point);
  }

  void add_histogram(const InstrumentationScope& scope, const HistogramPointView& point) {
    const Labels labels = histogram_labels(scope, point);
    double low = -std::numeric_limits<double>::infinity();
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < point.bucket_counts().size(); ++i) {
      count += point.bucket_counts()[i];
      const double high =
          i < point.boundaries().size() ? point.boundaries()[i] : std::numeric_limits<double>::infinity();
      add_bucket(labels, point, low, high, count);
      low = high;
    }
    add_totals(labels, point);
  }

  /// Boundaries stay the same, or become fewer, when the histogram's scale changes: those of a coarser scale
  /// are among those of a finer one.
  void add_exponential(const InstrumentationScope& scope, const ExponentialHistogramPointView& point) {
    constexpr std::int32_t finest_scale = 1;
    const Labels labels = histogram_labels(scope, point);
    const std::int32_t scale = std::min(point.scale(), finest_scale);
    const auto boundary = [&](std::int32_t index) { return std::exp2(std::ldexp(index, -scale)); };
    std::map<std::int32_t, std::uint64_t> positive;
    std::map<std::int32_t, std::uint64_t> negative;
    const auto read = [&](const ExponentialBucketsView& buckets, auto& counts) {
      std::int32_t index = buckets.offset();
      buckets.for_each_count([&](std::uint64_t count) {
        if (count != 0) counts[index >> (point.scale() - scale)] += count;
        ++index;
      });
    };
    read(point.positive(), positive);
    read(point.negative(), negative);
    double low = -std::numeric_limits<double>::infinity();
    std::uint64_t count = 0;
    const auto add = [&](double high, std::uint64_t more) {
      count += more;
      add_bucket(labels, point, low, high, count);
      low = high;
    };
    for (const auto& [index, more] : std::views::reverse(negative)) add(-boundary(index), more);
    add(point.zero_threshold(), point.zero_count());
    for (const auto& [index, more] : positive) add(boundary(index + 1), more);
    add(std::numeric_limits<double>::infinity(), 0);
    add_totals(labels, point);
  }

  const PrometheusOptions& options_;
  const PrometheusFormat format_;
  const bool is_label_escaped_;
  std::deque<Family> families_;
  std::map<std::string, Family*> by_name_;
  std::string base_;            ///< The family that samples are being added to.
  std::string* out_ = nullptr;  ///< Its samples.
};

}  // namespace

std::string prometheus_text(const std::vector<MetricRequest>& requests, const PrometheusOptions& options,
                            const PrometheusFormat& format) {
  TextWriter writer(options, format);
  if (options.has_target_info && !requests.empty()) writer.add_target(requests.front().batch());
  for (const MetricRequest& request : requests) {
    request.batch().for_each(
        [&](const InstrumentationScope& scope, const MetricView& metric) { writer.add(scope, metric); });
  }
  return writer.finish();
}

}  // namespace sonde::detail
