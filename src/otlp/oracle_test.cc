// Our codecs against libprotobuf's classes for the published .proto files: requests filled at random, every
// field of every message, must come through our decoder and our encoder as they were. What may differ,
// because it says the same, is normalise()'s to tell.

#include <google/protobuf/message.h>
#include <google/protobuf/util/field_comparator.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/base64.h"
#include "opentelemetry/proto/collector/logs/v1/logs_service.pb.h"
#include "opentelemetry/proto/collector/metrics/v1/metrics_service.pb.h"
#include "opentelemetry/proto/collector/trace/v1/trace_service.pb.h"
#include "otlp/decode.h"
#include "otlp/encode.h"

namespace sonde::otlp {
namespace {

namespace collector = opentelemetry::proto::collector;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using google::protobuf::Reflection;

bool is_id(const FieldDescriptor& field) {
  return field.name() == "trace_id" || field.name() == "span_id" || field.name() == "parent_span_id";
}

/// Fields of the profiles signal, which the receivers of the others ignore.
bool is_of_profiles(const FieldDescriptor& field) {
  return field.name().find("strindex") != std::string::npos;
}

/// Fills messages at random, the same way for the same seed.
class Filler {
 public:
  explicit Filler(std::uint64_t seed) : random_(seed) {}

  void fill(Message& message, int depth = 0) {
    const auto& descriptor = *message.GetDescriptor();
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const FieldDescriptor& field = *descriptor.field(i);
      if (is_of_profiles(field) || !is_wanted(message, field, depth)) continue;
      const bool is_required = is_container_of_items(field);
      const std::uint64_t count = field.is_repeated() ? below(4) + (is_required ? 1 : 0) : 1;
      for (std::uint64_t n = 0; n < count; ++n) set(message, field, depth);
    }
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  /// An empty group of items has no place in the model.
  static bool is_container_of_items(const FieldDescriptor& field) {
    const std::string& type = field.containing_type()->name();
    return field.is_repeated() && field.message_type() != nullptr &&
           (type.starts_with("Resource") || type.starts_with("Scope")) && type != "Resource";
  }

  bool is_wanted(const Message& message, const FieldDescriptor& field, int depth) {
    const std::string& type = field.containing_type()->name();
    if (is_container_of_items(field)) return true;
    if (type == "Span" && (field.name() == "trace_id" || field.name() == "span_id")) return true;
    if (const OneofDescriptor* const oneof = field.real_containing_oneof()) {
      // Each member in turn gets the same chance; a later one would replace an earlier.
      const bool nests = field.message_type() != nullptr && type == "AnyValue";
      return !message.GetReflection()->HasOneof(message, oneof) && below(4) == 0 && (!nests || depth < 12);
    }
    return below(4) != 0;
  }

  void set(Message& message, const FieldDescriptor& field, int depth);
  std::string text();
  std::string bytes(std::size_t size);
  double floating();
  std::uint64_t integer() {
    constexpr std::array<std::uint64_t, 5> special{0, 1, 127, std::numeric_limits<std::int64_t>::max(),
                                                   std::numeric_limits<std::uint64_t>::max()};
    const std::uint64_t choice = below(10);
    return choice < special.size() ? special[choice] : random_() >> below(64);
  }

  std::mt19937_64 random_;
};

std::string Filler::text() {
  constexpr std::array<std::string_view, 8> pieces{"a", "gen_ai.", "\"", "\\", "\n", "é", "😀", " "};
  std::string text;
  for (std::uint64_t n = below(6); n > 0; --n) text += pieces[below(pieces.size())];
  return text;
}

std::string Filler::bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(below(255) + 1);
  return bytes;
}

double Filler::floating() {
  constexpr std::array special{0.0,
                               1.0,
                               -0.1,
                               1e300,
                               std::numeric_limits<double>::denorm_min(),
                               std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN()};
  const std::uint64_t choice = below(special.size() + 2);
  return choice < special.size() ? special[choice] : std::uniform_real_distribution(-1e6, 1e6)(random_);
}

void Filler::set(Message& message, const FieldDescriptor& field, int depth) {
  const Reflection& reflection = *message.GetReflection();
  const auto put = [&](auto value, auto setter, auto adder) {
    if (field.is_repeated()) {
      (reflection.*adder)(&message, &field, value);
    } else {
      (reflection.*setter)(&message, &field, value);
    }
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      fill(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                               : *reflection.MutableMessage(&message, &field),
           depth + 1);
      break;
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::size_t size = is_id(field) ? (field.name() == "trace_id" ? 16 : 8) : below(5);
      const bool is_bytes = field.type() == FieldDescriptor::TYPE_BYTES;
      put(is_bytes ? bytes(size) : text(), &Reflection::SetString, &Reflection::AddString);
      break;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      reflection.SetEnumValue(
          &message, &field,
          static_cast<int>(below(static_cast<std::uint64_t>(field.enum_type()->value_count()))));
      break;
    case FieldDescriptor::CPPTYPE_BOOL: put(below(2) == 1, &Reflection::SetBool, &Reflection::AddBool); break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      put(floating(), &Reflection::SetDouble, &Reflection::AddDouble);
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      put(static_cast<std::int32_t>(integer()), &Reflection::SetInt32, &Reflection::AddInt32);
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      put(static_cast<std::uint32_t>(integer()), &Reflection::SetUInt32, &Reflection::AddUInt32);
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      put(static_cast<std::int64_t>(integer()), &Reflection::SetInt64, &Reflection::AddInt64);
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      put(integer(), &Reflection::SetUInt64, &Reflection::AddUInt64);
      break;
    default: FAIL() << "a kind of field that OTLP did not have: " << field.full_name();
  }
}

/// Calls `visit(message)` for the message and all below it, the innermost first.
template <class Visit>
void for_each_message(Message& message, const Visit& visit) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> present;
  reflection.ListFields(message, &present);
  for (const FieldDescriptor* const field : present) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      for_each_message(field->is_repeated() ? *reflection.MutableRepeatedMessage(&message, field, i)
                                            : *reflection.MutableMessage(&message, field),
                       visit);
    }
  }
  visit(message);
}

/// Gives messages whose presence says nothing the form that our encoder gives them: a resource, a scope and
/// the value of a pair are always there; a status, a body and buckets only when there is something in them.
void normalise(Message& request) {
  for_each_message(request, [](Message& message) {
    const Reflection& reflection = *message.GetReflection();
    for (const char* const name : {"status", "body", "positive", "negative"}) {
      const FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(name);
      if (field != nullptr && reflection.GetMessage(message, field).ByteSizeLong() == 0) {
        reflection.ClearField(&message, field);
      }
    }
    for (const char* const name : {"resource", "scope", "value"}) {
      const FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(name);
      if (field != nullptr && field->message_type() != nullptr) reflection.MutableMessage(&message, field);
    }
  });
}

/// Applies `change` to every id of the request.
template <class Change>
void for_each_id(Message& request, const Change& change) {
  for_each_message(request, [&](Message& message) {
    const Reflection& reflection = *message.GetReflection();
    for (const char* const name : {"trace_id", "span_id", "parent_span_id"}) {
      const FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(name);
      if (field == nullptr || reflection.GetString(message, field).empty()) continue;
      reflection.SetString(&message, field, change(reflection.GetString(message, field)));
    }
  });
}

// ProtoJSON writes ids as base64, OTLP as hexadecimal digits, which happen to be digits of base64 too. So
// bytes that are the base64 of an id's hexadecimal text make ProtoJSON write that text.

std::string protojson_id(const std::string& id) {
  std::string digits(2 * id.size(), '0');
  detail::to_hex(reinterpret_cast<const std::uint8_t*>(id.data()), id.size(), digits.data());
  std::string disguised;
  EXPECT_TRUE(base::decode_base64(digits, disguised));
  return disguised;
}

std::string id_of_protojson(const std::string& disguised) {
  std::string digits;
  base::append_base64({reinterpret_cast<const std::uint8_t*>(disguised.data()), disguised.size()}, digits);
  std::string id(digits.size() / 2, '\0');
  EXPECT_TRUE(detail::from_hex(digits, reinterpret_cast<std::uint8_t*>(id.data()), id.size())) << digits;
  return id;
}

std::string difference(const Message& expected, const Message& actual) {
  google::protobuf::util::DefaultFieldComparator comparator;
  comparator.set_treat_nan_as_equal(true);
  google::protobuf::util::MessageDifferencer differencer;
  differencer.set_field_comparator(&comparator);
  std::string report;
  differencer.ReportDifferencesToString(&report);
  return differencer.Compare(expected, actual) ? "" : "differs:\n" + report;
}

template <class Request, class Item>
class Oracle {
 public:
  using Decode = Expected<Decoded<Batch<Item>>> (*)(std::string);

  Oracle(Decode decode_protobuf, Decode decode_json)
      : decode_protobuf_(decode_protobuf), decode_json_(decode_json) {}

  void check(int rounds) const {
    for (int seed = 0; seed < rounds; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      Request request;
      Filler(static_cast<std::uint64_t>(seed)).fill(request);
      Request expected = request;
      normalise(expected);

      expect_same(decode_protobuf_(request.SerializeAsString()), expected);
      expect_same(decode_json_(to_json(request)), expected);
      if (testing::Test::HasFailure()) return;
    }
  }

 private:
  static std::string to_json(Request request) {
    for_each_id(request, protojson_id);
    std::string json;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(request, &json).ok());
    return json;
  }

  static void expect_same(const Expected<Decoded<Batch<Item>>>& decoded, const Request& expected) {
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->receipt.message, "");

    Request from_protobuf;
    ASSERT_TRUE(from_protobuf.ParseFromString(encode(*decoded->batch, Encoding::protobuf)));
    EXPECT_EQ(difference(expected, from_protobuf), "");

    Request from_json;
    const std::string json = encode(*decoded->batch, Encoding::json);
    const auto status = google::protobuf::util::JsonStringToMessage(json, &from_json);
    ASSERT_TRUE(status.ok()) << status.ToString() << '\n' << json;
    for_each_id(from_json, id_of_protojson);
    EXPECT_EQ(difference(expected, from_json), "");
  }

  Decode decode_protobuf_;
  Decode decode_json_;
};

TEST(OtlpOracle, TracesMeanToLibprotobufWhatTheyMeanToUs) {
  Oracle<collector::trace::v1::ExportTraceServiceRequest, Span>(decode_traces_protobuf, decode_traces_json)
      .check(200);
}

TEST(OtlpOracle, LogsMeanToLibprotobufWhatTheyMeanToUs) {
  Oracle<collector::logs::v1::ExportLogsServiceRequest, LogRecord>(decode_logs_protobuf, decode_logs_json)
      .check(200);
}

TEST(OtlpOracle, MetricsMeanToLibprotobufWhatTheyMeanToUs) {
  Oracle<collector::metrics::v1::ExportMetricsServiceRequest, Metric>(decode_metrics_protobuf,
                                                                      decode_metrics_json)
      .check(200);
}

TEST(OtlpOracle, ResponsesAreWhatClientsParse) {
  const Receipt receipt{7, "too \"old\""};
  collector::trace::v1::ExportTraceServiceResponse traces;
  ASSERT_TRUE(traces.ParseFromString(encode_response(receipt, Signal::traces, Encoding::protobuf)));
  EXPECT_EQ(traces.partial_success().rejected_spans(), 7);
  EXPECT_EQ(traces.partial_success().error_message(), "too \"old\"");

  collector::logs::v1::ExportLogsServiceResponse logs;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  encode_response(receipt, Signal::logs, Encoding::json), &logs)
                  .ok());
  EXPECT_EQ(logs.partial_success().rejected_log_records(), 7);

  collector::metrics::v1::ExportMetricsServiceResponse metrics;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  encode_response(receipt, Signal::metrics, Encoding::json), &metrics)
                  .ok());
  EXPECT_EQ(metrics.partial_success().rejected_data_points(), 7);
  EXPECT_EQ(metrics.partial_success().error_message(), "too \"old\"");

  ASSERT_TRUE(metrics.ParseFromString(encode_response({}, Signal::metrics, Encoding::protobuf)));
  EXPECT_FALSE(metrics.has_partial_success());
}

}  // namespace
}  // namespace sonde::otlp
