#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "otlp/decode.h"
#include "otlp/encode.h"
#include "otlp/wire_test_support.h"

namespace sonde::otlp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace number = fields;

std::string attribute(std::string_view any_value) {
  return wire::field(number::span::attributes, wire::field(number::key_value::key, "k") +
                                                   wire::field(number::key_value::value, any_value));
}

std::string metric(std::string_view data) {
  return wire::request(wire::field(number::scope_items::items, data));
}

/// The one span of a request, which must be accepted; the batch stays alive until the next call.
const Span& decoded_span(std::string_view more) {
  static Decoded<TraceBatch> decoded;
  auto result = decode_traces_protobuf(wire::request(wire::span(more)));
  if (!result || (*result).batch->items.size() != 1) {
    ADD_FAILURE() << (result ? result->receipt.message : result.error().message);
    static const Span none;
    return none;
  }
  decoded = std::move(*result);
  return decoded.batch->items[0];
}

void expect_refused(const std::string& body, std::string_view what) {
  const auto decoded = decode_traces_protobuf(body);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(decoded.error().message, HasSubstr(std::string(what)));
}

void expect_span_refused(std::string_view more, std::string_view what) {
  expect_refused(wire::request(wire::span(more)), what);
}

TEST(DecodeProtobuf, AnEmptyBodyIsAnEmptyBatch) {
  const auto decoded = decode_traces_protobuf("");
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->batch->items.empty());
  EXPECT_EQ(decoded->receipt.message, "");
}

TEST(DecodeProtobuf, StringsAreViewsOfTheBody) {
  std::string body = wire::request(wire::span(wire::field(number::span::name, "a name that is not short")));
  const std::string_view bytes = body;  // moving a string this long leaves its bytes where they are
  const auto decoded = decode_traces_protobuf(std::move(body));
  ASSERT_TRUE(decoded);
  const std::string_view name = decoded->batch->items[0].name;
  EXPECT_EQ(name, "a name that is not short");
  EXPECT_GE(name.data(), bytes.data());
  EXPECT_LE(name.data() + name.size(), bytes.data() + bytes.size());
}

TEST(DecodeProtobuf, ResourceAndScopeMayComeAfterTheirItems) {
  const std::string attributes = wire::field(
      number::resource::attributes,
      wire::field(number::key_value::key, "service.name") +
          wire::field(number::key_value::value, wire::field(number::any_value::string_value, "late")));
  const std::string scope =
      wire::field(number::scope_items::scope, wire::field(number::instrumentation_scope::name, "library"));
  const std::string scope_spans =
      wire::field(number::scope_items::schema_url, "inner") + wire::span() + scope;
  const auto decoded = decode_traces_protobuf(
      wire::field(1, wire::field(number::resource_items::schema_url, "outer") +
                         wire::field(number::resource_items::scope_items, scope_spans) +
                         wire::field(number::resource_items::resource, attributes)));
  ASSERT_TRUE(decoded);
  const Span& span = decoded->batch->items.at(0);
  EXPECT_EQ(span.resource->service_name, "late");
  EXPECT_EQ(span.resource->schema_url, "outer");
  EXPECT_EQ(span.scope->name, "library");
  EXPECT_EQ(span.scope->schema_url, "inner");
}

TEST(DecodeProtobuf, UnknownFieldsAreSkipped) {
  const Span& span = decoded_span(wire::integer(99, 300) + wire::fixed(100, std::uint64_t{1}) +
                                  wire::fixed(101, std::uint32_t{1}) + wire::field(102, "new") +
                                  wire::field(number::span::name, "known"));
  EXPECT_EQ(span.name, "known");
}

TEST(DecodeProtobuf, UnknownEnumerationValuesBecomeUnspecified) {
  const Span& span = decoded_span(
      wire::integer(number::span::kind, 6) +
      wire::field(number::span::status, wire::integer(number::status::code, std::uint64_t{0} - 1)));
  EXPECT_EQ(span.kind, SpanKind::unspecified);
  EXPECT_EQ(span.status, StatusCode::unset);
}

TEST(DecodeProtobuf, StringsNeedNotBeUtf8) {
  EXPECT_EQ(decoded_span(wire::field(number::span::name, "\xFF\xC0")).name, "\xFF\xC0");
}

TEST(DecodeProtobuf, TheLastOfSeveralValuesCounts) {
  const Span& span =
      decoded_span(wire::field(number::span::name, "first") + wire::field(number::span::name, "last") +
                   attribute(wire::integer(number::any_value::int_value, 1) +
                             wire::field(number::any_value::string_value, "s")));
  EXPECT_EQ(span.name, "last");
  ASSERT_EQ(span.attributes.size(), 1U);
  EXPECT_EQ(span.attributes[0].value.as_string(), "s");
}

TEST(DecodeProtobuf, ARepeatedMessageThatMayComeOnceReplacesTheFirst) {
  const auto buckets = [](std::string_view counts) {
    return wire::field(number::exponential_histogram_point::positive,
                       wire::field(number::exponential_buckets::bucket_counts, counts));
  };
  const std::string point =
      wire::field(number::metric_data::data_points, buckets("\1\2") + buckets("\3\4\5"));
  const auto decoded = decode_metrics_protobuf(metric(
      wire::field(number::metric::gauge, "") + wire::field(number::metric::exponential_histogram, point)));
  ASSERT_TRUE(decoded) << decoded.error().message;
  const auto& data = std::get<ExponentialHistogram>(decoded->batch->items.at(0).data);
  EXPECT_THAT(data.points[0].positive.counts, ElementsAre(3, 4, 5));
}

TEST(DecodeProtobuf, NumbersMayBePackedOrNotOrBoth) {
  const auto unpacked = [](double bound) {
    return wire::fixed(number::histogram_point::explicit_bounds, bound);
  };
  const auto packed = [](std::array<double, 2> bounds) {
    return wire::field(number::histogram_point::explicit_bounds,
                       {reinterpret_cast<const char*>(bounds.data()), sizeof bounds});
  };
  const std::string point = unpacked(1) + packed({2, 3}) +
                            wire::field(number::histogram_point::explicit_bounds, "") +
                            wire::integer(number::histogram_point::flags, 1) + unpacked(4);
  const auto decoded = decode_metrics_protobuf(
      metric(wire::field(number::metric::histogram, wire::field(number::metric_data::data_points, point))));
  ASSERT_TRUE(decoded) << decoded.error().message;
  const auto& data = std::get<Histogram>(decoded->batch->items.at(0).data);
  EXPECT_THAT(data.points[0].bounds, ElementsAre(1, 2, 3, 4));
}

// Ids

struct IdCase {
  std::string_view trace_id;
  std::string_view span_id;
  std::string_view parent_span_id;
  std::string_view reason;  ///< Empty if the span is good.
};

TEST(DecodeProtobuf, OnlyASpanThatCannotBeIdentifiedIsRejected) {
  const std::string zeros(16, '\0');
  const std::string trace = wire::trace_id_bytes;
  const std::string span = wire::span_id_bytes;
  const std::string_view no_span = std::string_view(zeros).substr(8);
  const IdCase cases[] = {
      {trace, span, "", ""},
      {trace, span, span, ""},
      {trace, span, no_span, ""},
      {"", span, "", ".traceId must be 16 bytes, not all zero"},
      {zeros, span, "", ".traceId must be 16 bytes, not all zero"},
      {span, span, "", ".traceId must be 16 bytes, not all zero"},
      {trace, "", "", ".spanId must be 8 bytes, not all zero"},
      {trace, no_span, "", ".spanId must be 8 bytes, not all zero"},
      {trace, trace, "", ".spanId must be 8 bytes, not all zero"},
      {trace, span, "short", ".parentSpanId must be 8 bytes, or empty for a root span"},
  };
  for (const IdCase& ids : cases) {
    SCOPED_TRACE(ids.reason);
    const std::string item = wire::field(number::scope_items::items,
                                         wire::field(number::span::trace_id, ids.trace_id) +
                                             wire::field(number::span::span_id, ids.span_id) +
                                             wire::field(number::span::parent_span_id, ids.parent_span_id));
    const auto decoded = decode_traces_protobuf(wire::request(wire::span() + item + wire::span()));
    ASSERT_TRUE(decoded) << decoded.error().message;
    const bool is_good = ids.reason.empty();
    EXPECT_EQ(decoded->batch->items.size(), is_good ? 3U : 2U);
    EXPECT_EQ(decoded->receipt.rejected, is_good ? 0 : 1);
    EXPECT_EQ(decoded->receipt.message,
              is_good ? ""
                      : "1 of 3 spans rejected; the first: resourceSpans[0].scopeSpans[0].spans[1]" +
                            std::string(ids.reason));
    for (const Span& kept : decoded->batch->items) EXPECT_TRUE(kept.span_id.is_valid());
  }
}

TEST(DecodeProtobuf, AnAllZeroParentIsNoParent) {
  EXPECT_FALSE(decoded_span(wire::field(number::span::parent_span_id, std::string(8, '\0')))
                   .parent_span_id.is_valid());
}

TEST(DecodeProtobuf, WrongIdsElsewhereBecomeNoneWithAWarning) {
  const std::string link =
      wire::field(number::span::links, wire::field(number::link::trace_id, "short") +
                                           wire::field(number::link::trace_state, "kept"));
  const auto traces = decode_traces_protobuf(wire::request(wire::span(link)));
  ASSERT_TRUE(traces);
  EXPECT_EQ(traces->receipt.rejected, 0);
  EXPECT_THAT(traces->receipt.message, HasSubstr("1 ids of links"));
  const Span& span = traces->batch->items.at(0);
  EXPECT_FALSE(span.links[0].trace_id.is_valid());
  EXPECT_EQ(span.links[0].trace_state, "kept");

  const auto logs = decode_logs_protobuf(wire::request(
      wire::field(number::scope_items::items, wire::field(number::log_record::trace_id, "short") +
                                                  wire::field(number::log_record::span_id, "also short"))));
  ASSERT_TRUE(logs);
  EXPECT_EQ(logs->batch->items.size(), 1U);
  EXPECT_THAT(logs->receipt.message, HasSubstr("2 ids of links"));
}

// Malformed input

TEST(DecodeProtobuf, EveryTruncationIsRefused) {
  const std::string body = wire::request(wire::span(
      wire::field(number::span::name, "name") + wire::fixed(number::span::flags, std::uint32_t{1}) +
      wire::field(number::span::events, wire::fixed(number::event::time_unix_nano, std::uint64_t{1})) +
      attribute(wire::field(
          number::any_value::array_value,
          wire::field(number::array_value::values, wire::integer(number::any_value::int_value, 300))))));
  ASSERT_TRUE(decode_traces_protobuf(body));
  for (std::size_t size = 1; size < body.size(); ++size) {
    SCOPED_TRACE(size);
    expect_refused(body.substr(0, size), "the request is not valid OTLP protobuf");
  }
}

TEST(DecodeProtobuf, TheErrorSaysWhere) {
  const std::string broken = wire::tag(number::event::name, 2) + wire::varint(1000) + "cut";
  const auto decoded = decode_traces_protobuf(
      wire::request(wire::span() + wire::span(wire::field(number::span::events, "") +
                                              wire::field(number::span::events, broken))));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().message,
            "the request is not valid OTLP protobuf: resourceSpans[0].scopeSpans[0].spans[1].events[1].name "
            "is longer than what encloses it (the field at byte 68)");
}

TEST(DecodeProtobuf, WrongWireTypesAreRefusedByName) {
  const std::uint64_t eight = 0;
  const std::uint32_t four = 0;
  const struct {
    std::string more;
    std::string_view name;
  } cases[] = {
      {wire::integer(number::span::trace_id, 1), "traceId"},
      {wire::integer(number::span::name, 1), "name"},
      {wire::field(number::span::kind, "x"), "kind"},
      {wire::integer(number::span::start_time_unix_nano, 1), "startTimeUnixNano"},
      {wire::fixed(number::span::end_time_unix_nano, four), "endTimeUnixNano"},
      {wire::integer(number::span::attributes, 1), "attributes[0]"},
      {wire::fixed(number::span::dropped_attributes_count, eight), "droppedAttributesCount"},
      {wire::fixed(number::span::events, eight), "events[0]"},
      {wire::integer(number::span::status, 1), "status"},
      {wire::field(number::span::status, wire::field(number::status::code, "x")), "status.code"},
      {wire::fixed(number::span::flags, eight), "flags"},
      {attribute(wire::integer(number::any_value::string_value, 1)), "attributes[0]"},
      {attribute(wire::integer(number::any_value::double_value, 1)), "attributes[0]"},
      {attribute(wire::field(number::any_value::bool_value, "x")), "attributes[0]"},
  };
  for (const auto& wrong : cases) {
    expect_span_refused(wrong.more, "spans[0]." + std::string(wrong.name) + " has the wrong wire type");
  }
  expect_refused(wire::field(1, wire::integer(number::resource_items::resource, 1)),
                 "resourceSpans[0] has the wrong");
  expect_refused(wire::field(1, wire::field(number::resource_items::resource,
                                            wire::integer(number::resource::attributes, 1))),
                 "resourceSpans[0].resource.attributes[0] has the wrong");
}

TEST(DecodeProtobuf, OverlongVarintsAndAbsurdLengthsAreRefused) {
  const std::string overlong = std::string(10, '\xFF') + '\x01';
  expect_span_refused(wire::tag(number::span::kind, 0) + overlong, "spans[0].kind");
  expect_span_refused(wire::tag(99, 0) + overlong, "spans[0]");
  expect_span_refused(wire::tag(number::span::name, 2) + overlong, "spans[0].name");
  for (const std::uint64_t length :
       {std::uint64_t{1} << 31, std::uint64_t{1} << 32, (std::uint64_t{1} << 32) + 1, ~std::uint64_t{0}}) {
    expect_span_refused(wire::tag(number::span::name, 2) + wire::varint(length) + "x", "spans[0].name");
    expect_span_refused(wire::tag(99, 2) + wire::varint(length) + "x", "spans[0]");
  }
}

TEST(DecodeProtobuf, GroupsAndFieldNumberZeroAreRefused) {
  expect_span_refused(wire::tag(5, 3), "has an unknown wire type");
  expect_span_refused(wire::tag(5, 7), "has an unknown wire type");
  expect_span_refused(wire::tag(0, 0) + wire::varint(1), "has an impossible field number");
}

TEST(DecodeProtobuf, PackedNumbersMustBeWhole) {
  const std::string point = wire::field(number::histogram_point::bucket_counts, "1234567");
  const auto decoded = decode_metrics_protobuf(
      metric(wire::field(number::metric::histogram, wire::field(number::metric_data::data_points, point))));
  ASSERT_FALSE(decoded);
  EXPECT_THAT(decoded.error().message, HasSubstr("metrics[0].histogram.dataPoints[0].bucketCounts"));
}

/// An AnyValue of that many levels: the innermost is a number.
std::string nested(std::size_t levels, bool as_map) {
  std::string value = wire::integer(number::any_value::int_value, 1);
  for (std::size_t level = 1; level < levels; ++level) {
    value =
        as_map ? wire::field(number::any_value::kvlist_value,
                             wire::field(number::key_value_list::values,
                                         wire::field(number::key_value::value, value)))
               : wire::field(number::any_value::array_value, wire::field(number::array_value::values, value));
  }
  return value;
}

TEST(DecodeProtobuf, ValuesNestToTheLimitAndNoDeeper) {
  for (const bool as_map : {false, true}) {
    EXPECT_EQ(decoded_span(attribute(nested(max_value_depth, as_map))).attributes.size(), 1U);
    expect_span_refused(attribute(nested(max_value_depth + 1, as_map)), "nested deeper than 64 levels");
    expect_span_refused(attribute(nested(3000, as_map)), "nested deeper than 64 levels");
  }
}

std::string repeat(std::string_view piece, std::size_t count) {
  std::string repeated;
  for (std::size_t i = 0; i < count; ++i) repeated += piece;
  return repeated;
}

TEST(DecodeProtobuf, MemoryStaysInProportionToTheRequest) {
  const std::string endless = repeat(wire::field(number::metric_data::data_points, ""), 100'000);
  const auto metrics =
      decode_metrics_protobuf(metric(wire::field(number::metric::exponential_histogram, endless)));
  ASSERT_FALSE(metrics);
  EXPECT_THAT(metrics.error().message, HasSubstr("more than 32 times its size in memory"));

  const auto logs =
      decode_logs_protobuf(wire::request(repeat(wire::field(number::scope_items::items, ""), 100'000)));
  ASSERT_FALSE(logs);
  EXPECT_THAT(logs.error().message, HasSubstr("more than 32 times its size in memory"));

  // Small items that mean something are far from the limit.
  const std::string point = wire::field(number::metric_data::data_points,
                                        wire::fixed(number::number_point::as_int, std::uint64_t{1}));
  EXPECT_TRUE(decode_metrics_protobuf(metric(wire::field(number::metric::gauge, repeat(point, 100'000)))));
}

}  // namespace
}  // namespace sonde::otlp
