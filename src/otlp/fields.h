#pragma once

// The field numbers of OTLP's protobuf messages, one namespace a message, named as the .proto files name
// them. The wire type stands beside each number where it is not the one the name suggests: a message, a
// string, bytes, or a varint for counts and enumerations. Nothing else in the project writes these numbers
// down.
//
// Source: opentelemetry-proto v1.10 (common, resource, trace, logs, metrics and collector protos);
// googleapis google/rpc/status.proto and error_details.proto; protobuf's any.proto and duration.proto.

#include <cstdint>

namespace sonde::otlp::fields {

using Number = std::uint32_t;

// common.proto, resource.proto

namespace any_value {
inline constexpr Number string_value = 1;
inline constexpr Number bool_value = 2;
inline constexpr Number int_value = 3;     // varint, two's complement
inline constexpr Number double_value = 4;  // fixed64
inline constexpr Number array_value = 5;
inline constexpr Number kvlist_value = 6;
inline constexpr Number bytes_value = 7;
}  // namespace any_value

namespace array_value {
inline constexpr Number values = 1;
}

namespace key_value_list {
inline constexpr Number values = 1;
}

namespace key_value {
inline constexpr Number key = 1;
inline constexpr Number value = 2;
}  // namespace key_value

namespace instrumentation_scope {
inline constexpr Number name = 1;
inline constexpr Number version = 2;
inline constexpr Number attributes = 3;
inline constexpr Number dropped_attributes_count = 4;
}  // namespace instrumentation_scope

namespace resource {
inline constexpr Number attributes = 1;
inline constexpr Number dropped_attributes_count = 2;
inline constexpr Number entity_refs = 3;
}  // namespace resource

namespace entity_ref {
inline constexpr Number schema_url = 1;
inline constexpr Number type = 2;
inline constexpr Number id_keys = 3;
inline constexpr Number description_keys = 4;
}  // namespace entity_ref

// What encloses the items is numbered alike for the three signals.

/// TracesData, LogsData, MetricsData and the three Export*ServiceRequests.
namespace request {
inline constexpr Number resource_items = 1;
}

/// ResourceSpans, ResourceLogs and ResourceMetrics.
namespace resource_items {
inline constexpr Number resource = 1;
inline constexpr Number scope_items = 2;
inline constexpr Number schema_url = 3;
}  // namespace resource_items

/// ScopeSpans, ScopeLogs and ScopeMetrics.
namespace scope_items {
inline constexpr Number scope = 1;
inline constexpr Number items = 2;
inline constexpr Number schema_url = 3;
}  // namespace scope_items

// trace.proto

namespace span {
inline constexpr Number trace_id = 1;
inline constexpr Number span_id = 2;
inline constexpr Number trace_state = 3;
inline constexpr Number parent_span_id = 4;
inline constexpr Number name = 5;
inline constexpr Number kind = 6;
inline constexpr Number start_time_unix_nano = 7;  // fixed64
inline constexpr Number end_time_unix_nano = 8;    // fixed64
inline constexpr Number attributes = 9;
inline constexpr Number dropped_attributes_count = 10;
inline constexpr Number events = 11;
inline constexpr Number dropped_events_count = 12;
inline constexpr Number links = 13;
inline constexpr Number dropped_links_count = 14;
inline constexpr Number status = 15;
inline constexpr Number flags = 16;  // fixed32
}  // namespace span

namespace event {
inline constexpr Number time_unix_nano = 1;  // fixed64
inline constexpr Number name = 2;
inline constexpr Number attributes = 3;
inline constexpr Number dropped_attributes_count = 4;
}  // namespace event

namespace link {
inline constexpr Number trace_id = 1;
inline constexpr Number span_id = 2;
inline constexpr Number trace_state = 3;
inline constexpr Number attributes = 4;
inline constexpr Number dropped_attributes_count = 5;
inline constexpr Number flags = 6;  // fixed32
}  // namespace link

/// The bits of the flags of spans and links beyond the lowest eight, which are W3C's trace flags.
namespace span_flags {
inline constexpr std::uint32_t has_is_remote = 0x100;
inline constexpr std::uint32_t is_remote = 0x200;
}  // namespace span_flags

namespace status {
inline constexpr Number message = 2;
inline constexpr Number code = 3;
}  // namespace status

// logs.proto

namespace log_record {
inline constexpr Number time_unix_nano = 1;  // fixed64
inline constexpr Number severity_number = 2;
inline constexpr Number severity_text = 3;
inline constexpr Number body = 5;
inline constexpr Number attributes = 6;
inline constexpr Number dropped_attributes_count = 7;
inline constexpr Number flags = 8;  // fixed32
inline constexpr Number trace_id = 9;
inline constexpr Number span_id = 10;
inline constexpr Number observed_time_unix_nano = 11;  // fixed64
inline constexpr Number event_name = 12;
}  // namespace log_record

// metrics.proto

namespace metric {
inline constexpr Number name = 1;
inline constexpr Number description = 2;
inline constexpr Number unit = 3;
inline constexpr Number gauge = 5;
inline constexpr Number sum = 7;
inline constexpr Number histogram = 9;
inline constexpr Number exponential_histogram = 10;
inline constexpr Number summary = 11;
inline constexpr Number metadata = 12;
}  // namespace metric

/// Gauge, Sum, Histogram, ExponentialHistogram and Summary; each has the fields that its kind knows.
namespace metric_data {
inline constexpr Number data_points = 1;
inline constexpr Number aggregation_temporality = 2;
inline constexpr Number is_monotonic = 3;
}  // namespace metric_data

namespace number_point {
inline constexpr Number start_time_unix_nano = 2;  // fixed64
inline constexpr Number time_unix_nano = 3;        // fixed64
inline constexpr Number as_double = 4;             // fixed64
inline constexpr Number exemplars = 5;
inline constexpr Number as_int = 6;  // fixed64, two's complement
inline constexpr Number attributes = 7;
inline constexpr Number flags = 8;
}  // namespace number_point

namespace histogram_point {
inline constexpr Number start_time_unix_nano = 2;  // fixed64
inline constexpr Number time_unix_nano = 3;        // fixed64
inline constexpr Number count = 4;                 // fixed64
inline constexpr Number sum = 5;                   // fixed64, optional
inline constexpr Number bucket_counts = 6;         // packed fixed64
inline constexpr Number explicit_bounds = 7;       // packed doubles
inline constexpr Number exemplars = 8;
inline constexpr Number attributes = 9;
inline constexpr Number flags = 10;
inline constexpr Number min = 11;  // fixed64, optional
inline constexpr Number max = 12;  // fixed64, optional
}  // namespace histogram_point

namespace exponential_histogram_point {
inline constexpr Number attributes = 1;
inline constexpr Number start_time_unix_nano = 2;  // fixed64
inline constexpr Number time_unix_nano = 3;        // fixed64
inline constexpr Number count = 4;                 // fixed64
inline constexpr Number sum = 5;                   // fixed64, optional
inline constexpr Number scale = 6;                 // zigzag varint
inline constexpr Number zero_count = 7;            // fixed64
inline constexpr Number positive = 8;
inline constexpr Number negative = 9;
inline constexpr Number flags = 10;
inline constexpr Number exemplars = 11;
inline constexpr Number min = 12;             // fixed64, optional
inline constexpr Number max = 13;             // fixed64, optional
inline constexpr Number zero_threshold = 14;  // fixed64
}  // namespace exponential_histogram_point

namespace exponential_buckets {
inline constexpr Number offset = 1;         // zigzag varint
inline constexpr Number bucket_counts = 2;  // packed varints
}  // namespace exponential_buckets

namespace summary_point {
inline constexpr Number start_time_unix_nano = 2;  // fixed64
inline constexpr Number time_unix_nano = 3;        // fixed64
inline constexpr Number count = 4;                 // fixed64
inline constexpr Number sum = 5;                   // fixed64
inline constexpr Number quantile_values = 6;
inline constexpr Number attributes = 7;
inline constexpr Number flags = 8;
}  // namespace summary_point

namespace value_at_quantile {
inline constexpr Number quantile = 1;  // fixed64
inline constexpr Number value = 2;     // fixed64
}  // namespace value_at_quantile

namespace exemplar {
inline constexpr Number time_unix_nano = 2;  // fixed64
inline constexpr Number as_double = 3;       // fixed64
inline constexpr Number span_id = 4;
inline constexpr Number trace_id = 5;
inline constexpr Number as_int = 6;  // fixed64, two's complement
inline constexpr Number filtered_attributes = 7;
}  // namespace exemplar

// The collector's answers

/// ExportTraceServiceResponse and its two siblings.
namespace export_response {
inline constexpr Number partial_success = 1;
}

/// ExportTracePartialSuccess and its two siblings.
namespace partial_success {
inline constexpr Number rejected = 1;  // varint: spans, log records or data points
inline constexpr Number error_message = 2;
}  // namespace partial_success

/// google.rpc.Status, the body of every error answer.
namespace rpc_status {
inline constexpr Number code = 1;
inline constexpr Number message = 2;
inline constexpr Number details = 3;
}  // namespace rpc_status

/// google.protobuf.Any, as the details of a Status are.
namespace any {
inline constexpr Number type_url = 1;
inline constexpr Number value = 2;
}  // namespace any

/// google.rpc.RetryInfo, the detail that asks for a pause.
namespace retry_info {
inline constexpr Number retry_delay = 1;
}

/// google.protobuf.Duration.
namespace duration {
inline constexpr Number seconds = 1;  // varint
inline constexpr Number nanos = 2;    // varint
}  // namespace duration

}  // namespace sonde::otlp::fields
