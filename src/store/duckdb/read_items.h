#pragma once

// Rows back into the model they came from.

#include <cstddef>
#include <memory>
#include <string>

#include "otlp/model.h"
#include "sonde/expected.hpp"
#include "store/duckdb/connection.h"
#include "store/store.h"

namespace sonde::store::duckdb {

/// Store::trace.
[[nodiscard]] Expected<std::shared_ptr<const otlp::TraceBatch>> read_trace(Connection& connection,
                                                                           const TraceId& id);
/// Store::find_logs.
[[nodiscard]] Expected<std::shared_ptr<const otlp::LogBatch>> read_logs(Connection& connection,
                                                                        const LogFilter& filter);
/// Store::metric.
[[nodiscard]] Expected<std::shared_ptr<const otlp::MetricBatch>> read_metric(Connection& connection,
                                                                             const std::string& name,
                                                                             std::size_t limit);

}  // namespace sonde::store::duckdb
