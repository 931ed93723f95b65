#pragma once

// Telemetry as the page's API shows it; docs/api.md is the contract.

#include <string>
#include <string_view>

#include "otlp/model.h"
#include "store/store.h"

namespace sonde::base {
class JsonWriter;
}

namespace sonde::store {
struct GenAiColumns;
}

namespace sonde::query {

/// "internal", "server", and so on; "unspecified".
[[nodiscard]] std::string_view kind_name(otlp::SpanKind kind) noexcept;
/// "unset", "ok", "error".
[[nodiscard]] std::string_view status_name(otlp::StatusCode code) noexcept;

/// The model that answered, or else the one that was asked for.
[[nodiscard]] std::string_view model_of(const store::GenAiColumns& columns) noexcept;

void write_summary(const store::TraceSummary& summary, base::JsonWriter& json);

/// The members "resources" and "spans" of an object that is open.
void write_spans(const otlp::TraceBatch& batch, base::JsonWriter& json);

void write_log(const otlp::LogRecord& record, base::JsonWriter& json);
void write_metric(const store::MetricSummary& metric, base::JsonWriter& json);

}  // namespace sonde::query
