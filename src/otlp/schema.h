#pragma once

// Which field of which OTLP message each member of the model is: its number, its JSON name and how its value
// is written. The four codecs (protobuf and JSON, reading and writing) are generic over these tables, so a
// field is added in one line here and cannot be forgotten in one of them. AnyValue and KeyValue, which are
// recursive, and the three messages that enclose a signal's items are written out in each codec.
//
// Source: opentelemetry-proto v1.10.

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "otlp/fields.h"
#include "otlp/model.h"

namespace sonde::otlp {

/// How a member's value stands in a message.
namespace kind {

struct Text {};            ///< string.
struct Texts {};           ///< repeated string.
struct Boolean {};         ///< bool.
struct Double {};          ///< double.
struct OptionalDouble {};  ///< optional double: zero is told from absent.
struct Unsigned32 {};      ///< uint32.
struct Zigzag32 {};        ///< sint32.
struct Fixed32 {};         ///< fixed32.
struct Fixed64 {};         ///< fixed64.
struct PackedDoubles {};   ///< repeated double.
struct PackedFixed64 {};   ///< repeated fixed64.
struct PackedUnsigned {};  ///< repeated uint64.

/// bytes holding an id of the item itself: if its length is wrong, the item is refused.
struct OwnId {};
/// bytes holding an id that the item refers to: if its length is wrong, it becomes "none".
struct OtherId {};

/// An enumeration whose numbers run from 0, with the names that JSON may use in their place.
template <const auto& names_>
struct Enumeration {
  static constexpr const auto& names = names_;
};

struct Value {};       ///< AnyValue.
struct Attributes {};  ///< repeated KeyValue.
struct Message {};     ///< A message with a table of its own.
struct Messages {};    ///< Repeated messages with a table of their own.

/// A message of a oneof: that alternative of a std::variant.
template <class T>
struct Alternative {};

/// The two scalars of the oneof `value`, kept in one AttributeValue.
struct DoubleAlternative {};
struct IntegerAlternative {};  ///< sfixed64.

}  // namespace kind

/// A member of `Owner` and the field it is.
template <class Kind, fields::Number number_, class Owner, class Member>
struct Field {
  static constexpr fields::Number number = number_;
  static constexpr bool is_repeated_message =
      std::is_same_v<Kind, kind::Messages> || std::is_same_v<Kind, kind::Attributes>;
  std::string_view json_name;
  Member Owner::*member;
};

/// A message whose fields are members of the enclosing struct.
template <fields::Number number_, class... Fields>
struct Group {
  static constexpr fields::Number number = number_;
  static constexpr bool is_repeated_message = false;
  std::string_view json_name;
  std::tuple<Fields...> parts;
};

template <class Kind, fields::Number number, class Owner, class Member>
constexpr Field<Kind, number, Owner, Member> field(std::string_view json_name, Member Owner::*member) {
  return {json_name, member};
}

template <fields::Number number, class... Fields>
constexpr Group<number, Fields...> group(std::string_view json_name, Fields... parts) {
  return {json_name, {parts...}};
}

/// The fields of the message that `T` mirrors, by number.
template <class T>
inline constexpr std::tuple<> fields_of{};

inline constexpr std::array<std::string_view, 6> span_kind_names{
    "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",      "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER"};

inline constexpr std::array<std::string_view, 3> status_code_names{"STATUS_CODE_UNSET", "STATUS_CODE_OK",
                                                                   "STATUS_CODE_ERROR"};

inline constexpr std::array<std::string_view, 25> severity_number_names{
    "SEVERITY_NUMBER_UNSPECIFIED", "SEVERITY_NUMBER_TRACE",  "SEVERITY_NUMBER_TRACE2",
    "SEVERITY_NUMBER_TRACE3",      "SEVERITY_NUMBER_TRACE4", "SEVERITY_NUMBER_DEBUG",
    "SEVERITY_NUMBER_DEBUG2",      "SEVERITY_NUMBER_DEBUG3", "SEVERITY_NUMBER_DEBUG4",
    "SEVERITY_NUMBER_INFO",        "SEVERITY_NUMBER_INFO2",  "SEVERITY_NUMBER_INFO3",
    "SEVERITY_NUMBER_INFO4",       "SEVERITY_NUMBER_WARN",   "SEVERITY_NUMBER_WARN2",
    "SEVERITY_NUMBER_WARN3",       "SEVERITY_NUMBER_WARN4",  "SEVERITY_NUMBER_ERROR",
    "SEVERITY_NUMBER_ERROR2",      "SEVERITY_NUMBER_ERROR3", "SEVERITY_NUMBER_ERROR4",
    "SEVERITY_NUMBER_FATAL",       "SEVERITY_NUMBER_FATAL2", "SEVERITY_NUMBER_FATAL3",
    "SEVERITY_NUMBER_FATAL4"};

inline constexpr std::array<std::string_view, 3> temporality_names{"AGGREGATION_TEMPORALITY_UNSPECIFIED",
                                                                   "AGGREGATION_TEMPORALITY_DELTA",
                                                                   "AGGREGATION_TEMPORALITY_CUMULATIVE"};

using TemporalityKind = kind::Enumeration<temporality_names>;

// Resource and Scope, whose schema_url stands in the enclosing message.

template <>
inline constexpr auto fields_of<EntityRef> =
    std::tuple{field<kind::Text, fields::entity_ref::schema_url>("schemaUrl", &EntityRef::schema_url),
               field<kind::Text, fields::entity_ref::type>("type", &EntityRef::type),
               field<kind::Texts, fields::entity_ref::id_keys>("idKeys", &EntityRef::id_keys),
               field<kind::Texts, fields::entity_ref::description_keys>("descriptionKeys",
                                                                        &EntityRef::description_keys)};

template <>
inline constexpr auto fields_of<Resource> =
    std::tuple{field<kind::Attributes, fields::resource::attributes>("attributes", &Resource::attributes),
               field<kind::Unsigned32, fields::resource::dropped_attributes_count>(
                   "droppedAttributesCount", &Resource::dropped_attributes),
               field<kind::Messages, fields::resource::entity_refs>("entityRefs", &Resource::entity_refs)};

template <>
inline constexpr auto fields_of<Scope> = std::tuple{
    field<kind::Text, fields::instrumentation_scope::name>("name", &Scope::name),
    field<kind::Text, fields::instrumentation_scope::version>("version", &Scope::version),
    field<kind::Attributes, fields::instrumentation_scope::attributes>("attributes", &Scope::attributes),
    field<kind::Unsigned32, fields::instrumentation_scope::dropped_attributes_count>(
        "droppedAttributesCount", &Scope::dropped_attributes)};

// Traces

template <>
inline constexpr auto fields_of<SpanEvent> =
    std::tuple{field<kind::Fixed64, fields::event::time_unix_nano>("timeUnixNano", &SpanEvent::time),
               field<kind::Text, fields::event::name>("name", &SpanEvent::name),
               field<kind::Attributes, fields::event::attributes>("attributes", &SpanEvent::attributes),
               field<kind::Unsigned32, fields::event::dropped_attributes_count>(
                   "droppedAttributesCount", &SpanEvent::dropped_attributes)};

template <>
inline constexpr auto fields_of<SpanLink> =
    std::tuple{field<kind::OtherId, fields::link::trace_id>("traceId", &SpanLink::trace_id),
               field<kind::OtherId, fields::link::span_id>("spanId", &SpanLink::span_id),
               field<kind::Text, fields::link::trace_state>("traceState", &SpanLink::trace_state),
               field<kind::Attributes, fields::link::attributes>("attributes", &SpanLink::attributes),
               field<kind::Unsigned32, fields::link::dropped_attributes_count>("droppedAttributesCount",
                                                                               &SpanLink::dropped_attributes),
               field<kind::Fixed32, fields::link::flags>("flags", &SpanLink::flags)};

template <>
inline constexpr auto fields_of<Span> = std::tuple{
    field<kind::OwnId, fields::span::trace_id>("traceId", &Span::trace_id),
    field<kind::OwnId, fields::span::span_id>("spanId", &Span::span_id),
    field<kind::Text, fields::span::trace_state>("traceState", &Span::trace_state),
    field<kind::OwnId, fields::span::parent_span_id>("parentSpanId", &Span::parent_span_id),
    field<kind::Text, fields::span::name>("name", &Span::name),
    field<kind::Enumeration<span_kind_names>, fields::span::kind>("kind", &Span::kind),
    field<kind::Fixed64, fields::span::start_time_unix_nano>("startTimeUnixNano", &Span::start_time),
    field<kind::Fixed64, fields::span::end_time_unix_nano>("endTimeUnixNano", &Span::end_time),
    field<kind::Attributes, fields::span::attributes>("attributes", &Span::attributes),
    field<kind::Unsigned32, fields::span::dropped_attributes_count>("droppedAttributesCount",
                                                                    &Span::dropped_attributes),
    field<kind::Messages, fields::span::events>("events", &Span::events),
    field<kind::Unsigned32, fields::span::dropped_events_count>("droppedEventsCount", &Span::dropped_events),
    field<kind::Messages, fields::span::links>("links", &Span::links),
    field<kind::Unsigned32, fields::span::dropped_links_count>("droppedLinksCount", &Span::dropped_links),
    group<fields::span::status>(
        "status",  //
        field<kind::Text, fields::status::message>("message", &Span::status_message),
        field<kind::Enumeration<status_code_names>, fields::status::code>("code", &Span::status)),
    field<kind::Fixed32, fields::span::flags>("flags", &Span::flags)};

// Logs

template <>
inline constexpr auto fields_of<LogRecord> = std::tuple{
    field<kind::Fixed64, fields::log_record::time_unix_nano>("timeUnixNano", &LogRecord::time),
    field<kind::Enumeration<severity_number_names>, fields::log_record::severity_number>(
        "severityNumber", &LogRecord::severity_number),
    field<kind::Text, fields::log_record::severity_text>("severityText", &LogRecord::severity_text),
    field<kind::Value, fields::log_record::body>("body", &LogRecord::body),
    field<kind::Attributes, fields::log_record::attributes>("attributes", &LogRecord::attributes),
    field<kind::Unsigned32, fields::log_record::dropped_attributes_count>("droppedAttributesCount",
                                                                          &LogRecord::dropped_attributes),
    field<kind::Fixed32, fields::log_record::flags>("flags", &LogRecord::flags),
    field<kind::OtherId, fields::log_record::trace_id>("traceId", &LogRecord::trace_id),
    field<kind::OtherId, fields::log_record::span_id>("spanId", &LogRecord::span_id),
    field<kind::Fixed64, fields::log_record::observed_time_unix_nano>("observedTimeUnixNano",
                                                                      &LogRecord::observed_time),
    field<kind::Text, fields::log_record::event_name>("eventName", &LogRecord::event_name)};

// Metrics

template <>
inline constexpr auto fields_of<Exemplar> =
    std::tuple{field<kind::Fixed64, fields::exemplar::time_unix_nano>("timeUnixNano", &Exemplar::time),
               field<kind::DoubleAlternative, fields::exemplar::as_double>("asDouble", &Exemplar::value),
               field<kind::OtherId, fields::exemplar::span_id>("spanId", &Exemplar::span_id),
               field<kind::OtherId, fields::exemplar::trace_id>("traceId", &Exemplar::trace_id),
               field<kind::IntegerAlternative, fields::exemplar::as_int>("asInt", &Exemplar::value),
               field<kind::Attributes, fields::exemplar::filtered_attributes>(
                   "filteredAttributes", &Exemplar::filtered_attributes)};

template <>
inline constexpr auto fields_of<NumberPoint> = std::tuple{
    field<kind::Fixed64, fields::number_point::start_time_unix_nano>("startTimeUnixNano",
                                                                     &NumberPoint::start_time),
    field<kind::Fixed64, fields::number_point::time_unix_nano>("timeUnixNano", &NumberPoint::time),
    field<kind::DoubleAlternative, fields::number_point::as_double>("asDouble", &NumberPoint::value),
    field<kind::Messages, fields::number_point::exemplars>("exemplars", &NumberPoint::exemplars),
    field<kind::IntegerAlternative, fields::number_point::as_int>("asInt", &NumberPoint::value),
    field<kind::Attributes, fields::number_point::attributes>("attributes", &NumberPoint::attributes),
    field<kind::Unsigned32, fields::number_point::flags>("flags", &NumberPoint::flags)};

template <>
inline constexpr auto fields_of<HistogramPoint> = std::tuple{
    field<kind::Fixed64, fields::histogram_point::start_time_unix_nano>("startTimeUnixNano",
                                                                        &HistogramPoint::start_time),
    field<kind::Fixed64, fields::histogram_point::time_unix_nano>("timeUnixNano", &HistogramPoint::time),
    field<kind::Fixed64, fields::histogram_point::count>("count", &HistogramPoint::count),
    field<kind::OptionalDouble, fields::histogram_point::sum>("sum", &HistogramPoint::sum),
    field<kind::PackedFixed64, fields::histogram_point::bucket_counts>("bucketCounts",
                                                                       &HistogramPoint::bucket_counts),
    field<kind::PackedDoubles, fields::histogram_point::explicit_bounds>("explicitBounds",
                                                                         &HistogramPoint::bounds),
    field<kind::Messages, fields::histogram_point::exemplars>("exemplars", &HistogramPoint::exemplars),
    field<kind::Attributes, fields::histogram_point::attributes>("attributes", &HistogramPoint::attributes),
    field<kind::Unsigned32, fields::histogram_point::flags>("flags", &HistogramPoint::flags),
    field<kind::OptionalDouble, fields::histogram_point::min>("min", &HistogramPoint::minimum),
    field<kind::OptionalDouble, fields::histogram_point::max>("max", &HistogramPoint::maximum)};

template <>
inline constexpr auto fields_of<ExponentialBuckets> = std::tuple{
    field<kind::Zigzag32, fields::exponential_buckets::offset>("offset", &ExponentialBuckets::offset),
    field<kind::PackedUnsigned, fields::exponential_buckets::bucket_counts>("bucketCounts",
                                                                            &ExponentialBuckets::counts)};

template <>
inline constexpr auto fields_of<ExponentialHistogramPoint> = [] {
  using Point = ExponentialHistogramPoint;
  namespace number = fields::exponential_histogram_point;
  return std::tuple{
      field<kind::Attributes, number::attributes>("attributes", &Point::attributes),
      field<kind::Fixed64, number::start_time_unix_nano>("startTimeUnixNano", &Point::start_time),
      field<kind::Fixed64, number::time_unix_nano>("timeUnixNano", &Point::time),
      field<kind::Fixed64, number::count>("count", &Point::count),
      field<kind::OptionalDouble, number::sum>("sum", &Point::sum),
      field<kind::Zigzag32, number::scale>("scale", &Point::scale),
      field<kind::Fixed64, number::zero_count>("zeroCount", &Point::zero_count),
      field<kind::Message, number::positive>("positive", &Point::positive),
      field<kind::Message, number::negative>("negative", &Point::negative),
      field<kind::Unsigned32, number::flags>("flags", &Point::flags),
      field<kind::Messages, number::exemplars>("exemplars", &Point::exemplars),
      field<kind::OptionalDouble, number::min>("min", &Point::minimum),
      field<kind::OptionalDouble, number::max>("max", &Point::maximum),
      field<kind::Double, number::zero_threshold>("zeroThreshold", &Point::zero_threshold)};
}();

template <>
inline constexpr auto fields_of<QuantileValue> =
    std::tuple{field<kind::Double, fields::value_at_quantile::quantile>("quantile", &QuantileValue::quantile),
               field<kind::Double, fields::value_at_quantile::value>("value", &QuantileValue::value)};

template <>
inline constexpr auto fields_of<SummaryPoint> = std::tuple{
    field<kind::Fixed64, fields::summary_point::start_time_unix_nano>("startTimeUnixNano",
                                                                      &SummaryPoint::start_time),
    field<kind::Fixed64, fields::summary_point::time_unix_nano>("timeUnixNano", &SummaryPoint::time),
    field<kind::Fixed64, fields::summary_point::count>("count", &SummaryPoint::count),
    field<kind::Double, fields::summary_point::sum>("sum", &SummaryPoint::sum),
    field<kind::Messages, fields::summary_point::quantile_values>("quantileValues", &SummaryPoint::quantiles),
    field<kind::Attributes, fields::summary_point::attributes>("attributes", &SummaryPoint::attributes),
    field<kind::Unsigned32, fields::summary_point::flags>("flags", &SummaryPoint::flags)};

template <>
inline constexpr auto fields_of<Gauge> =
    std::tuple{field<kind::Messages, fields::metric_data::data_points>("dataPoints", &Gauge::points)};

template <>
inline constexpr auto fields_of<Sum> =
    std::tuple{field<kind::Messages, fields::metric_data::data_points>("dataPoints", &Sum::points),
               field<TemporalityKind, fields::metric_data::aggregation_temporality>("aggregationTemporality",
                                                                                    &Sum::temporality),
               field<kind::Boolean, fields::metric_data::is_monotonic>("isMonotonic", &Sum::monotonic)};

template <>
inline constexpr auto fields_of<Histogram> =
    std::tuple{field<kind::Messages, fields::metric_data::data_points>("dataPoints", &Histogram::points),
               field<TemporalityKind, fields::metric_data::aggregation_temporality>("aggregationTemporality",
                                                                                    &Histogram::temporality)};

template <>
inline constexpr auto fields_of<ExponentialHistogram> = std::tuple{
    field<kind::Messages, fields::metric_data::data_points>("dataPoints", &ExponentialHistogram::points),
    field<TemporalityKind, fields::metric_data::aggregation_temporality>("aggregationTemporality",
                                                                         &ExponentialHistogram::temporality)};

template <>
inline constexpr auto fields_of<Summary> =
    std::tuple{field<kind::Messages, fields::metric_data::data_points>("dataPoints", &Summary::points)};

template <>
inline constexpr auto fields_of<Metric> =
    std::tuple{field<kind::Text, fields::metric::name>("name", &Metric::name),
               field<kind::Text, fields::metric::description>("description", &Metric::description),
               field<kind::Text, fields::metric::unit>("unit", &Metric::unit),
               field<kind::Alternative<Gauge>, fields::metric::gauge>("gauge", &Metric::data),
               field<kind::Alternative<Sum>, fields::metric::sum>("sum", &Metric::data),
               field<kind::Alternative<Histogram>, fields::metric::histogram>("histogram", &Metric::data),
               field<kind::Alternative<ExponentialHistogram>, fields::metric::exponential_histogram>(
                   "exponentialHistogram", &Metric::data),
               field<kind::Alternative<Summary>, fields::metric::summary>("summary", &Metric::data),
               field<kind::Attributes, fields::metric::metadata>("metadata", &Metric::metadata)};

/// What the messages around the items of a signal are called in JSON.
struct EnclosingNames {
  std::string_view resource_items;
  std::string_view scope_items;
  std::string_view items;
};

template <class Item>
inline constexpr EnclosingNames enclosing_names{};
template <>
inline constexpr EnclosingNames enclosing_names<Span>{"resourceSpans", "scopeSpans", "spans"};
template <>
inline constexpr EnclosingNames enclosing_names<LogRecord>{"resourceLogs", "scopeLogs", "logRecords"};
template <>
inline constexpr EnclosingNames enclosing_names<Metric>{"resourceMetrics", "scopeMetrics", "metrics"};

}  // namespace sonde::otlp
