#pragma once

#include <cstdint>
#include <string_view>

#include "sonde/expected.hpp"
#include "sonde/ids.hpp"
#include "store/store.h"

namespace sonde::query {

/// The filter that the parameters of Jaeger's search mean: service (required), operation, tag=key:value
/// (repeatable), tags={"key":"value"}, start and end (microseconds since the Unix epoch), lookback (a
/// duration, used without start), minDuration, maxDuration, limit. The tags that Jaeger derives from OTLP's
/// own fields (error, span.kind, otel.status_code) become conditions on those fields. `now` is nanoseconds
/// since the Unix epoch. Fails with invalid_argument, naming the parameter.
[[nodiscard]] Expected<store::TraceFilter> read_jaeger_search(std::string_view target, std::uint64_t now);

/// A trace id of up to 32 hexadecimal digits: Jaeger's clients may leave out leading zeros.
[[nodiscard]] Expected<TraceId> read_jaeger_trace_id(std::string_view text);

}  // namespace sonde::query
