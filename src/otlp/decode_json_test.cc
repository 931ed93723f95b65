#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <variant>

#include "otlp/decode.h"
#include "otlp/encode.h"

namespace sonde::otlp {
namespace {

using testing::HasSubstr;

std::string request(std::string_view spans) {
  return R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + std::string(spans) + "]}]}]}";
}

/// A span that is valid but for what `more` adds: members, each with a comma before it.
std::string span(std::string_view more = {}) {
  return R"({"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"00f067aa0ba902b7")" + std::string(more) +
         "}";
}

std::string attribute(std::string_view any_value) {
  return R"(,"attributes":[{"key":"k","value":)" + std::string(any_value) + "}]";
}

/// The one span of a request, which must be accepted; its batch stays alive until the next call.
const Span& decoded_span(std::string_view more) {
  static Decoded<TraceBatch> decoded;
  auto result = decode_traces_json(request(span(more)));
  if (!result || (*result).batch->items.size() != 1) {
    ADD_FAILURE() << (result ? result->receipt.message : result.error().message);
    static const Span none;
    return none;
  }
  decoded = std::move(*result);
  return decoded.batch->items[0];
}

AttributeValue decoded_value(std::string_view any_value) {
  const Span& decoded = decoded_span(attribute(any_value));
  return decoded.attributes.empty() ? AttributeValue() : decoded.attributes[0].value;
}

void expect_refused(const std::string& body, std::string_view what) {
  const auto decoded = decode_traces_json(body);
  ASSERT_FALSE(decoded) << body;
  EXPECT_EQ(decoded.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(decoded.error().message, HasSubstr(std::string(what)));
}

TEST(DecodeJson, AnEmptyObjectIsAnEmptyBatch) {
  for (const char* const body : {"{}", R"({"resourceSpans":null})", R"({"resourceSpans":[]})",
                                 R"({"resourceSpans":[{"scopeSpans":[{}]}]})"}) {
    const auto decoded = decode_traces_json(body);
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_TRUE(decoded->batch->items.empty());
  }
}

TEST(DecodeJson, IntegersMayBeNumbersOrStrings) {
  for (const char* const time : {"1760000000000000001", R"("1760000000000000001")"}) {
    EXPECT_EQ(decoded_span(R"(,"startTimeUnixNano":)" + std::string(time)).start_time,
              1'760'000'000'000'000'001U);
  }
  EXPECT_EQ(decoded_span(R"(,"endTimeUnixNano":18446744073709551615)").end_time,
            std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(decoded_span(R"(,"flags":"257","droppedEventsCount":3.0)").flags, 257U);
  EXPECT_EQ(decoded_value(R"({"intValue":-5})").as_integer(), -5);
  EXPECT_EQ(decoded_value(R"({"intValue":"-9223372036854775808"})").as_integer(),
            std::numeric_limits<std::int64_t>::min());
}

TEST(DecodeJson, IntegersOutOfRangeOrWithAFractionAreRefused) {
  const std::string place = "resourceSpans[0].scopeSpans[0].spans[0].";
  expect_refused(request(span(R"(,"flags":4294967296)")), place + "flags must be an unsigned integer");
  expect_refused(request(span(R"(,"flags":-1)")), place + "flags must be an unsigned integer");
  expect_refused(request(span(R"(,"flags":1.5)")), place + "flags must be an unsigned integer");
  expect_refused(request(span(R"(,"startTimeUnixNano":"12x")")),
                 place + R"(startTimeUnixNano must be an unsigned integer, not "12x")");
  expect_refused(request(span(R"(,"startTimeUnixNano":"")")), place + "startTimeUnixNano");
  expect_refused(request(span(attribute(R"({"intValue":9223372036854775808})"))),
                 place + "attributes[0] must be an integer, not a number");
  expect_refused(request(span(attribute(R"({"intValue":1e300})"))), place + "attributes[0]");
}

TEST(DecodeJson, DoublesMayBeNumbersOrStrings) {
  EXPECT_EQ(decoded_value(R"({"doubleValue":2})").as_floating(), 2.0);
  EXPECT_EQ(decoded_value(R"({"doubleValue":"2.5e3"})").as_floating(), 2500.0);
  EXPECT_TRUE(std::isnan(decoded_value(R"({"doubleValue":"NaN"})").as_floating()));
  EXPECT_EQ(decoded_value(R"({"doubleValue":"-Infinity"})").as_floating(),
            -std::numeric_limits<double>::infinity());
  for (const char* const wrong : {R"("nan")", R"("inf")", R"("1.5x")", R"("")", "true", "[]"}) {
    expect_refused(request(span(attribute(R"({"doubleValue":)" + std::string(wrong) + "}"))),
                   "must be a number");
  }
}

TEST(DecodeJson, EnumerationsMayBeNumbersOrNames) {
  EXPECT_EQ(decoded_span(R"(,"kind":3)").kind, SpanKind::client);
  EXPECT_EQ(decoded_span(R"(,"kind":"SPAN_KIND_CLIENT")").kind, SpanKind::client);
  EXPECT_EQ(decoded_span(R"(,"kind":6)").kind, SpanKind::unspecified);
  EXPECT_EQ(decoded_span(R"(,"kind":-1)").kind, SpanKind::unspecified);
  EXPECT_EQ(decoded_span(R"(,"status":{"code":"STATUS_CODE_ERROR","message":"m"})").status,
            StatusCode::error);
  expect_refused(request(span(R"(,"kind":"CLIENT")")), R"(spans[0].kind must be an integer, not "CLIENT")");

  const auto logs = decode_logs_json(
      R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":"SEVERITY_NUMBER_FATAL4"},{"severityNumber":9}]}]}]})");
  ASSERT_TRUE(logs) << logs.error().message;
  EXPECT_EQ(logs->batch->items[0].severity_number, 24);
  EXPECT_EQ(logs->batch->items[1].severity_number, 9);
}

TEST(DecodeJson, IdsAreHexadecimalOfEitherCase) {
  const auto decoded = decode_traces_json(
      request(R"({"traceId":"0102030405060708090A0b0C0D0E0F10","spanId":"00F067AA0BA902B7"})"));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->batch->items.at(0).trace_id.to_hex(), "0102030405060708090a0b0c0d0e0f10");
  EXPECT_EQ(decoded->batch->items.at(0).span_id.to_hex(), "00f067aa0ba902b7");
  EXPECT_FALSE(decoded->batch->items.at(0).parent_span_id.is_valid());
}

TEST(DecodeJson, OnlyASpanThatCannotBeIdentifiedIsRejected) {
  for (const char* const trace_id :
       {"AQIDBAUGBwgJCgsMDQ4PEA==", "00000000000000000000000000000000", "", "0102"}) {
    const auto decoded = decode_traces_json(
        request(R"({"traceId":")" + std::string(trace_id) + R"(","spanId":"00f067aa0ba902b7"},)" + span()));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->batch->items.size(), 1U);
    EXPECT_EQ(decoded->receipt.rejected, 1);
    EXPECT_EQ(
        decoded->receipt.message,
        "1 of 2 spans rejected; the first: resourceSpans[0].scopeSpans[0].spans[0].traceId must be 16 bytes, "
        "not all zero");
  }
}

TEST(DecodeJson, BytesAreBase64) {
  const AttributeValue value = decoded_value(R"({"bytesValue":"AP+A"})");
  ASSERT_EQ(value.type(), AttributeValue::Type::bytes);
  EXPECT_THAT(value.as_bytes(), testing::ElementsAre(0, 0xFF, 0x80));
  expect_refused(request(span(attribute(R"({"bytesValue":"?"})"))), R"(must be base64, not "?")");
}

TEST(DecodeJson, UnknownMembersAndSnakeCaseAreIgnored) {
  const Span& decoded = decoded_span(
      R"(,"name":"known","new":{"deep":[1,{"x":null}]},"start_time_unix_nano":"5","dropped_links_count":1)");
  EXPECT_EQ(decoded.name, "known");
  EXPECT_EQ(decoded.start_time, 0U);
  EXPECT_EQ(decoded.dropped_links, 0U);
}

TEST(DecodeJson, NullIsTheSameAsAbsent) {
  const Span& decoded =
      decoded_span(R"(,"name":null,"attributes":null,"status":null,"kind":null,"events":[])");
  EXPECT_EQ(decoded.name, "");
  EXPECT_TRUE(decoded.attributes.empty());
  EXPECT_EQ(decoded_value("null").type(), AttributeValue::Type::empty);
  EXPECT_EQ(decoded_value(R"({"arrayValue":{"values":null}})").as_array().size(), 0U);
}

TEST(DecodeJson, TheLastOfSeveralMembersCounts) {
  const Span& decoded = decoded_span(
      R"(,"events":[{"name":"a"},{"name":"b"}],"events":[{"name":"c"},{"name":"d"},{"name":"e"}])");
  ASSERT_EQ(decoded.events.size(), 3U);
  EXPECT_EQ(decoded.events[2].name, "e");
}

TEST(DecodeJson, MembersMayComeInAnyOrder) {
  const auto decoded = decode_traces_json(
      R"({"resourceSpans":[{"schemaUrl":"outer","scopeSpans":[{"spans":[)" + span() +
      R"(],"scope":{"name":"library"}}],"resource":{"attributes":[{"value":{"stringValue":"late"},"key":"service.name"}]}}]})");
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->batch->items.at(0).resource->service_name, "late");
  EXPECT_EQ(decoded->batch->items.at(0).resource->schema_url, "outer");
  EXPECT_EQ(decoded->batch->items.at(0).scope->name, "library");
}

TEST(DecodeJson, EscapedKeysAndTextAreRead) {
  EXPECT_EQ(decoded_span(R"(,"\u006eame":"caf\u00e9 \ud83d\ude00 \"\\\n")").name,
            "caf\u00e9 \U0001F600 \"\\\n");
}

TEST(DecodeJson, HalfAnEmojiBecomesAReplacementCharacter) {
  EXPECT_EQ(decoded_span(R"(,"name":"cut \ud83d")").name, "cut \uFFFD");
  EXPECT_EQ(decoded_span(R"(,"name":"\ude00 cut")").name, "\uFFFD cut");
  EXPECT_EQ(decoded_span(R"(,"name":"\ud83d\u0041 \ude00 \ud83d\ud83d\ude00")").name,
            "\uFFFDA \uFFFD \uFFFD\U0001F600");
  EXPECT_EQ(decoded_span(R"(,"name":"\\ud83d \ud83d")").name, "\\ud83d \uFFFD");
  expect_refused(request(span(R"(,"name":"\x")")), "");
}

TEST(DecodeJson, WhatIsNotJsonIsRefused) {
  const std::string good = request(span(attribute(R"({"stringValue":"text"})")));
  ASSERT_TRUE(decode_traces_json(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    SCOPED_TRACE(size);
    expect_refused(good.substr(0, size), "the request is not valid OTLP JSON: ");
  }
  expect_refused(good + "x", "");
  expect_refused(request(span(",\"name\":\"\xFF\"")), "");
  expect_refused(std::string(5000, '['), "");
}

TEST(DecodeJson, WrongTypesAreRefusedByName) {
  const struct {
    std::string body;
    std::string_view what;
  } cases[] = {
      {"[]", "JSON: must be an object, not an array"},
      {R"({"resourceSpans":{}})", "resourceSpans must be an array, not an object"},
      {R"({"resourceSpans":[1]})", "resourceSpans[0] must be an object, not a number"},
      {R"({"resourceSpans":[{"resource":[]}]})", "resourceSpans[0].resource must be an object"},
      {R"({"resourceSpans":[{"schemaUrl":1}]})", "resourceSpans[0].schemaUrl must be a string"},
      {R"({"resourceSpans":[{},{"scopeSpans":[{"scope":{"name":1}}]}]})",
       "resourceSpans[1].scopeSpans[0].scope.name must be a string"},
      {request("null"), "spans[0] must be an object, not null"},
      {request(span(R"(,"name":true)")), "spans[0].name must be a string, not a boolean"},
      {request(span(R"(,"traceId":5)")), "spans[0].traceId must be a string"},
      {request(span(R"(,"status":"OK")")), R"(spans[0].status must be an object, not "OK")"},
      {request(span(R"(,"events":[{},{"name":{}}])")),
       "spans[0].events[1].name must be a string, not an object"},
      {request(span(R"(,"attributes":{"k":"v"})")), "spans[0].attributes must be an array, not an object"},
      {request(span(attribute(R"("bare")"))), R"(spans[0].attributes[0] must be an object, not "bare")"},
      {request(span(attribute(R"({"boolValue":"true"})"))), "spans[0].attributes[0] must be a boolean"},
      {request(span(attribute(R"({"arrayValue":[]})"))), "spans[0].attributes[0] must be an object"},
  };
  for (const auto& wrong : cases) expect_refused(wrong.body, wrong.what);
}

/// A value of that many levels: the innermost is a number.
std::string nested(std::size_t levels, std::string_view open, std::string_view close) {
  std::string value;
  for (std::size_t level = 1; level < levels; ++level) value += open;
  value += R"({"intValue":"1"})";
  for (std::size_t level = 1; level < levels; ++level) value += close;
  return value;
}

TEST(DecodeJson, ValuesNestToTheLimitAndNoDeeper) {
  for (const auto& [open, close] : {std::pair{R"({"arrayValue":{"values":[)", "]}}"},
                                    std::pair{R"({"kvlistValue":{"values":[{"key":"k","value":)", "}]}}"}}) {
    EXPECT_NE(decoded_value(nested(max_value_depth, open, close)).type(), AttributeValue::Type::empty);
    expect_refused(request(span(attribute(nested(max_value_depth + 1, open, close)))),
                   "nested deeper than 64 levels");
    expect_refused(request(span(attribute(nested(10'000, open, close)))), "");
  }
}

TEST(DecodeJson, MemoryStaysInProportionToTheRequest) {
  std::string points = "{}";
  for (int i = 0; i < 100'000; ++i) points += ",{}";
  const auto decoded = decode_metrics_json(
      R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"exponentialHistogram":{"dataPoints":[)" + points +
      "]}}]}]}]}");
  ASSERT_FALSE(decoded);
  EXPECT_THAT(decoded.error().message, HasSubstr("more than 32 times its size in memory"));
}

}  // namespace
}  // namespace sonde::otlp
