#include "store/duckdb/metric_table.h"

#include <array>
#include <cstddef>
#include <optional>
#include <type_traits>

#include "base/json_writer.h"
#include "store/nested.h"

namespace sonde::store::duckdb {
namespace {

using enum ColumnType;

constexpr auto metric_columns = std::to_array<Column>({
    {"metric_id", unsigned32},
    {"name", text},
    {"description", text},
    {"unit", text},
    {"type", text},
    {"temporality", unsigned8},
    {"is_monotonic", boolean},
    {"metadata", text},
    {"resource_id", unsigned32},
    {"scope_id", unsigned32},
    // A copy.
    {"service_name", text},
});
constexpr std::size_t metric_source_columns = 10;
static_assert(metric_columns[metric_source_columns].name == "service_name");

constexpr auto data_point_columns = std::to_array<Column>({
    {"metric_id", unsigned32},
    {"start_time", unsigned64},
    {"time", unsigned64},
    {"flags", unsigned32},
    {"integer_value", signed64},  // a gauge's or sum's point has one of these two, or neither
    {"double_value", floating},
    {"count", unsigned64},
    {"sum", floating},
    {"minimum", floating},
    {"maximum", floating},
    {"shape", value_text},
    {"exemplars", value_text},
    {"attributes", value_text},
});

using Data = decltype(otlp::Metric::data);

/// In the order of the variant's types.
constexpr std::array<std::string_view, std::variant_size_v<Data>> type_names{
    "", "gauge", "sum", "histogram", "exponential_histogram", "summary"};

template <class Kind>
constexpr bool has_points = requires(const Kind& kind) { kind.points; };
template <class Kind>
constexpr bool has_temporality = requires(const Kind& kind) { kind.temporality; };
template <class Kind>
constexpr bool has_monotonic = requires(const Kind& kind) { kind.monotonic; };

template <class Kind>
using PointOf = std::remove_const_t<typename decltype(Kind::points)::element_type>;

otlp::Temporality temporality_of(const Data& data) {
  return std::visit(
      []<class Kind>(const Kind& kind) {
        if constexpr (has_temporality<Kind>) return kind.temporality;
        return otlp::Temporality::unspecified;
      },
      data);
}

bool is_monotonic(const Data& data) {
  const auto* const sum = std::get_if<otlp::Sum>(&data);
  return sum != nullptr && sum->monotonic;
}

/// The kind of data of that name, or none.
template <std::size_t index = 0>
Data make_data(std::string_view type) {
  if constexpr (index < std::variant_size_v<Data>) {
    if (type == type_names[index]) return Data(std::in_place_index<index>);
    return make_data<index + 1>(type);
  } else {
    return {};
  }
}

/// What the types of points do not have in common, as columns.
struct Measured {
  AttributeValue value = {};
  std::optional<std::uint64_t> count = {};
  std::optional<double> sum = {};
  std::optional<double> minimum = {};
  std::optional<double> maximum = {};
  AttributeValue shape = {};
  std::span<const otlp::Exemplar> exemplars = {};
};

Measured measured(const otlp::NumberPoint& point, otlp::Arena&) {
  return {.value = point.value, .exemplars = point.exemplars};
}

template <class Point>
  requires requires(const Point& point) { point.minimum; }
Measured measured(const Point& point, otlp::Arena& arena) {
  return {.count = point.count,
          .sum = point.sum,
          .minimum = point.minimum,
          .maximum = point.maximum,
          .shape = shape_of(point, arena),
          .exemplars = point.exemplars};
}

Measured measured(const otlp::SummaryPoint& point, otlp::Arena& arena) {
  return {.count = point.count, .sum = point.sum, .shape = shape_of(point, arena)};
}

void set(otlp::NumberPoint& point, const Measured& measured, otlp::Arena&) {
  point.value = measured.value;
  point.exemplars = measured.exemplars;
}

template <class Point>
  requires requires(const Point& point) { point.minimum; }
void set(Point& point, const Measured& measured, otlp::Arena& arena) {
  point.count = measured.count.value_or(0);
  point.sum = measured.sum;
  point.minimum = measured.minimum;
  point.maximum = measured.maximum;
  set_shape(point, measured.shape, arena);
  point.exemplars = measured.exemplars;
}

void set(otlp::SummaryPoint& point, const Measured& measured, otlp::Arena& arena) {
  point.count = measured.count.value_or(0);
  point.sum = measured.sum.value_or(0);
  set_shape(point, measured.shape, arena);
}

void write_measured(const Measured& measured, RowWriter& row) {
  const AttributeValue& value = measured.value;
  using Type = AttributeValue::Type;
  value.type() == Type::integer ? row.number(value.as_integer()) : row.null();
  value.type() == Type::floating ? row.number(value.as_floating()) : row.null();
  row.optional_number(measured.count);
  row.optional_number(measured.sum);
  row.optional_number(measured.minimum);
  row.optional_number(measured.maximum);
  row.value(measured.shape);
  row.value(to_value(measured.exemplars, row.arena()));
}

Expected<Measured> read_measured(Rows& rows, ValueReader& values, otlp::Arena& arena) {
  Measured measured;
  const auto integer = rows.optional_number<std::int64_t>();
  const auto number = rows.optional_number<double>();
  if (integer) measured.value = *integer;
  if (number) measured.value = *number;
  measured.count = rows.optional_number<std::uint64_t>();
  measured.sum = rows.optional_number<double>();
  measured.minimum = rows.optional_number<double>();
  measured.maximum = rows.optional_number<double>();
  const auto shape = values.value(rows.text(), arena);
  if (!shape) return shape.error();
  measured.shape = *shape;
  const auto exemplars = values.value(rows.text(), arena);
  if (!exemplars) return exemplars.error();
  measured.exemplars = to_exemplars(*exemplars, arena);
  return measured;
}

template <class Point>
Expected<DataPoint> read_point_of_type(Rows& rows, ValueReader& values, otlp::Arena& arena) {
  Point point;
  point.start_time = rows.number<std::uint64_t>();
  point.time = rows.number<std::uint64_t>();
  point.flags = rows.number<std::uint32_t>();
  const Expected<Measured> measured = read_measured(rows, values, arena);
  if (!measured) return measured.error();
  set(point, *measured, arena);
  const auto attributes = values.attributes(rows.text(), arena);
  if (!attributes) return attributes.error();
  point.attributes = *attributes;
  return DataPoint(point);
}

}  // namespace

constinit const Table metrics_table{"metrics", metric_columns, metric_source_columns};
constinit const Table data_points_table{"data_points", data_point_columns};

void write_metric(std::uint32_t id, const otlp::Metric& metric, const Origin& origin, RowWriter& row) {
  row.number(id);
  row.text(metric.name);
  row.text(metric.description);
  row.text(metric.unit);
  row.text(type_names[metric.data.index()]);
  row.number(static_cast<std::uint8_t>(temporality_of(metric.data)));
  row.number(is_monotonic(metric.data));
  row.attributes(metric.metadata);
  row.number(origin.resource);
  row.number(origin.scope);
  row.text(metric.resource->service_name);
}

// Every part is JSON, which says itself where it ends.
void append_identity(const otlp::Metric& metric, const Origin& origin, std::string& out) {
  base::append_json_string(metric.name, out);
  base::append_json_string(metric.description, out);
  base::append_json_string(metric.unit, out);
  base::append_json_string(type_names[metric.data.index()], out);
  const AttributeValue rest[] = {static_cast<int>(temporality_of(metric.data)), is_monotonic(metric.data),
                                 origin.resource, origin.scope};
  append_value_text(AttributeValue::array(rest), out);
  append_attributes_text(metric.metadata, out);
}

Expected<otlp::Metric> read_metric_row(Rows& rows, Origin& origin, ValueReader& values, otlp::Arena& arena) {
  otlp::Metric metric;
  metric.name = arena.copy(rows.text());
  metric.description = arena.copy(rows.text());
  metric.unit = arena.copy(rows.text());
  metric.data = make_data(rows.text());
  const auto temporality = static_cast<otlp::Temporality>(rows.number<std::uint8_t>());
  const bool monotonic = rows.number<bool>();
  std::visit(
      [temporality, monotonic]<class Kind>(Kind& kind) {
        if constexpr (has_temporality<Kind>) kind.temporality = temporality;
        if constexpr (has_monotonic<Kind>) kind.monotonic = monotonic;
      },
      metric.data);
  const auto metadata = values.attributes(rows.text(), arena);
  if (!metadata) return metadata.error();
  metric.metadata = *metadata;
  origin.resource = rows.number<std::uint32_t>();
  origin.scope = rows.number<std::uint32_t>();
  return metric;
}

std::size_t point_count(const otlp::Metric& metric) {
  return std::visit(
      []<class Kind>(const Kind& kind) -> std::size_t {
        if constexpr (has_points<Kind>) return kind.points.size();
        return 0;
      },
      metric.data);
}

void write_point(std::uint32_t metric_id, const otlp::Metric& metric, std::size_t position, RowWriter& row) {
  std::visit(
      [&]<class Kind>(const Kind& kind) {
        if constexpr (has_points<Kind>) {
          const auto& point = kind.points[position];
          row.number(metric_id);
          row.number(point.start_time);
          row.number(point.time);
          row.number(point.flags);
          write_measured(measured(point, row.arena()), row);
          row.attributes(point.attributes);
        }
      },
      metric.data);
}

Expected<DataPoint> read_point(Rows& rows, const otlp::Metric& metric, ValueReader& values,
                               otlp::Arena& arena) {
  return std::visit(
      [&]<class Kind>(const Kind&) -> Expected<DataPoint> {
        if constexpr (has_points<Kind>) return read_point_of_type<PointOf<Kind>>(rows, values, arena);
        return read_point_of_type<otlp::NumberPoint>(rows, values, arena);
      },
      metric.data);
}

void set_points(otlp::Metric& metric, std::span<const DataPoint> points, otlp::Arena& arena) {
  std::visit(
      [&]<class Kind>(Kind& kind) {
        if constexpr (has_points<Kind>) {
          const auto own = arena.array<PointOf<Kind>>(points.size());
          for (std::size_t i = 0; i < own.size(); ++i) own[i] = std::get<PointOf<Kind>>(points[i]);
          kind.points = own;
        }
      },
      metric.data);
}

}  // namespace sonde::store::duckdb
