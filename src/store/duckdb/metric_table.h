#pragma once

// How metrics are rows: what a metric is, once, and its points, which refer to it by number. Points of all
// five types share a table; what only one type has, its buckets or quantiles, is in a column of value text.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "otlp/model.h"
#include "sonde/expected.hpp"
#include "store/duckdb/row_writer.h"
#include "store/duckdb/rows.h"
#include "store/duckdb/span_table.h"
#include "store/duckdb/table.h"
#include "store/value_text.h"

namespace sonde::store::duckdb {

/// A restarted writer may write a metric again under a new number; reading goes by name.
extern const Table metrics_table;
extern const Table data_points_table;

using DataPoint = std::variant<otlp::NumberPoint, otlp::HistogramPoint, otlp::ExponentialHistogramPoint,
                               otlp::SummaryPoint>;

/// Everything of a metric but its points.
void write_metric(std::uint32_t id, const otlp::Metric& metric, const Origin& origin, RowWriter& row);
void append_identity(const otlp::Metric& metric, const Origin& origin, std::string& out);

/// Reads a row of metrics_table's source columns but the number, which comes first. The data has its type,
/// but no points yet.
[[nodiscard]] Expected<otlp::Metric> read_metric_row(Rows& rows, Origin& origin, ValueReader& values,
                                                     otlp::Arena& arena);

[[nodiscard]] std::size_t point_count(const otlp::Metric& metric);
/// Writes the metric's point at that position.
void write_point(std::uint32_t metric_id, const otlp::Metric& metric, std::size_t position, RowWriter& row);

/// Reads a row of data_points_table's source columns but the number, as a point of that metric. A metric
/// without a type has number points.
[[nodiscard]] Expected<DataPoint> read_point(Rows& rows, const otlp::Metric& metric, ValueReader& values,
                                             otlp::Arena& arena);

/// Gives the metric its points, which are all of its type.
void set_points(otlp::Metric& metric, std::span<const DataPoint> points, otlp::Arena& arena);

}  // namespace sonde::store::duckdb
