#include "otlp/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json_writer.h"
#include "otlp/backward_writer.h"
#include "otlp/decode.h"

namespace sonde::otlp {
namespace {

using testing::ElementsAre;

Span make_span(const Resource& resource, const Scope& scope, std::uint8_t number) {
  Span span;
  span.resource = &resource;
  span.scope = &scope;
  span.trace_id.bytes[0] = 1;
  span.span_id.bytes[0] = number;
  return span;
}

TEST(Encode, ItemsOfOneResourceAndScopeComeTogetherInOrderOfAppearance) {
  const Resource first;
  const Resource second;  // equal, but not the same
  Scope a;
  a.name = "a";
  Scope b;
  b.name = "b";
  TraceBatch batch;
  batch.items = {make_span(first, a, 1), make_span(second, a, 2), make_span(first, b, 3),
                 make_span(first, a, 4), make_span(second, a, 5)};
  const auto decoded = decode_traces_protobuf(encode(batch, Encoding::protobuf));
  ASSERT_TRUE(decoded);
  std::vector<int> order;
  for (const Span& span : decoded->batch->items) order.push_back(span.span_id.bytes[0]);
  EXPECT_THAT(order, ElementsAre(1, 4, 3, 2, 5));
  const auto& items = decoded->batch->items;
  EXPECT_EQ(items[0].scope, items[1].scope);
  EXPECT_EQ(items[0].resource, items[2].resource);
  EXPECT_NE(items[2].scope, items[1].scope);
  EXPECT_NE(items[3].resource, items[0].resource);
  EXPECT_EQ(items[2].scope->name, "b");
}

TEST(Encode, AnEmptyBatchIsAnEmptyRequest) {
  EXPECT_EQ(encode(TraceBatch{}, Encoding::protobuf), "");
  EXPECT_EQ(encode(TraceBatch{}, Encoding::json), R"({"resourceSpans":[]})");
  EXPECT_EQ(encode(LogBatch{}, Encoding::json), R"({"resourceLogs":[]})");
  EXPECT_EQ(encode(MetricBatch{}, Encoding::json), R"({"resourceMetrics":[]})");
}

TEST(Encode, JsonReplacesWhatIsNotUtf8) {
  const Resource resource;
  const Scope scope;
  TraceBatch batch;
  batch.items = {make_span(resource, scope, 1)};
  batch.items[0].name = "\xFF!";
  const auto decoded = decode_traces_json(encode(batch, Encoding::json));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->batch->items[0].name, "\uFFFD!");
}

std::string any_value_json(const AttributeValue& value) {
  std::string out;
  base::JsonWriter json(out);
  write_any_value(value, json);
  return out;
}

/// The same value after a trip through protobuf, as JSON.
std::string any_value_through_protobuf(const AttributeValue& value) {
  const Resource resource;
  const Scope scope;
  LogBatch batch;
  LogRecord& record = batch.items.emplace_back();
  record.resource = &resource;
  record.scope = &scope;
  record.body = value;
  const auto decoded = decode_logs_protobuf(encode(batch, Encoding::protobuf));
  return decoded ? any_value_json(decoded->batch->items.at(0).body) : decoded.error().message;
}

TEST(Encode, EveryTypeOfValueHasItsForm) {
  constexpr std::array<std::uint8_t, 2> bytes{0, 255};
  constexpr std::array booleans{true, false};
  constexpr std::array<std::int64_t, 2> integers{-1, 2};
  constexpr std::array floatings{0.5, -1.0};
  constexpr std::array<std::string_view, 2> strings{"a", ""};
  const std::array<AttributeValue, 2> values{AttributeValue(1), AttributeValue()};
  const std::array<Attribute, 1> attributes{Attribute{"k", "v"}};
  const struct {
    AttributeValue value;
    std::string_view json;
  } cases[] = {
      {{}, "{}"},
      {false, R"({"boolValue":false})"},
      {-7, R"({"intValue":"-7"})"},
      {2.0, R"({"doubleValue":2.0})"},
      {"", R"({"stringValue":""})"},
      {AttributeValue::bytes(bytes), R"({"bytesValue":"AP8="})"},
      {AttributeValue::array(values), R"({"arrayValue":{"values":[{"intValue":"1"},{}]}})"},
      {AttributeValue::map(attributes),
       R"({"kvlistValue":{"values":[{"key":"k","value":{"stringValue":"v"}}]}})"},
      {AttributeValue::booleans(booleans),
       R"({"arrayValue":{"values":[{"boolValue":true},{"boolValue":false}]}})"},
      {AttributeValue::integers(integers),
       R"({"arrayValue":{"values":[{"intValue":"-1"},{"intValue":"2"}]}})"},
      {AttributeValue::floatings(floatings),
       R"({"arrayValue":{"values":[{"doubleValue":0.5},{"doubleValue":-1.0}]}})"},
      {AttributeValue::strings(strings),
       R"({"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":""}]}})"},
  };
  for (const auto& expected : cases) {
    EXPECT_EQ(any_value_json(expected.value), expected.json);
    EXPECT_EQ(any_value_through_protobuf(expected.value), expected.json);
  }
}

TEST(Encode, KeyValuesAreAList) {
  const std::array<Attribute, 2> attributes{Attribute{"a", 1}, Attribute{"", {}}};
  std::string out;
  base::JsonWriter json(out);
  write_key_values(attributes, json);
  EXPECT_EQ(out, R"([{"key":"a","value":{"intValue":"1"}},{"key":"","value":{}}])");
}

TEST(EncodeResponse, CompleteSuccessIsEmpty) {
  EXPECT_EQ(encode_response({}, Signal::traces, Encoding::protobuf), "");
  EXPECT_EQ(encode_response({}, Signal::traces, Encoding::json), "{}");
}

TEST(EncodeResponse, PartialSuccessNamesWhatWasRejected) {
  const Receipt receipt{3, "no id"};
  EXPECT_EQ(encode_response(receipt, Signal::traces, Encoding::protobuf), "\x0a\x09\x08\x03\x12\x05no id");
  EXPECT_EQ(encode_response(receipt, Signal::traces, Encoding::json),
            R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"no id"}})");
  EXPECT_EQ(encode_response(receipt, Signal::logs, Encoding::json),
            R"({"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"no id"}})");
  EXPECT_EQ(encode_response(receipt, Signal::metrics, Encoding::json),
            R"({"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"no id"}})");
}

TEST(EncodeResponse, AWarningRejectsNothing) {
  EXPECT_EQ(encode_response({0, "odd"}, Signal::logs, Encoding::json),
            R"({"partialSuccess":{"errorMessage":"odd"}})");
  EXPECT_EQ(encode_response({0, "odd"}, Signal::logs, Encoding::protobuf), "\x0a\x05\x12\x03odd");
}

TEST(EncodeStatus, IsAGoogleRpcStatus) {
  EXPECT_EQ(encode_status(3, "bad \"body\"", Encoding::json), R"({"code":3,"message":"bad \"body\""})");
  EXPECT_EQ(encode_status(3, "bad", Encoding::protobuf),
            "\x08\x03\x12\x03"
            "bad");
}

TEST(BackwardWriter, KeepsWhatItHasWrittenWhenItGrows) {
  BackwardWriter writer;
  const std::string large(5000, 'x');
  for (int i = 0; i < 100; ++i) writer.bytes(2, large);
  writer.text(1, "first");
  const std::string bytes = writer.take();
  EXPECT_EQ(bytes.size(), 7 + 100 * (3 + large.size()));
  EXPECT_EQ(bytes.substr(0, 10),
            "\x0a\x05"
            "first"
            "\x12\x88\x27");
  EXPECT_EQ(bytes.substr(bytes.size() - 5), "xxxxx");
}

TEST(BackwardWriter, WritesVarintsOfEveryLength) {
  for (int bits = 0; bits < 64; ++bits) {
    const std::uint64_t value = (std::uint64_t{1} << bits) - 1;
    BackwardWriter writer;
    writer.raw_varint(value);
    EXPECT_EQ(writer.size(), static_cast<std::size_t>(bits == 0 ? 1 : (bits + 6) / 7));
  }
}

}  // namespace
}  // namespace sonde::otlp
