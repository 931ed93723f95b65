// What the SDK writes, as libprotobuf reads it with the published .proto files: spans recorded at random
// through the public API beside a plain account of what was recorded.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "opentelemetry/proto/collector/trace/v1/trace_service.pb.h"
#include "sonde/sonde.hpp"

namespace sonde {
namespace {

namespace proto = opentelemetry::proto;
using proto::collector::trace::v1::ExportTraceServiceRequest;

/// Keeps the requests it is given.
class RequestKeeper final : public SpanExporter {
 public:
  explicit RequestKeeper(std::vector<std::string>& requests) : requests_(requests) {}
  ExportResult export_batch(const SpanBatch& batch, Deadline) noexcept override {
    requests_.emplace_back(batch.otlp_request());
    return {};
  }

 private:
  std::vector<std::string>& requests_;
};

/// A random value and what libprotobuf should make of it. Owns everything that the view points at.
class RandomValues {
 public:
  explicit RandomValues(std::mt19937_64& random) : random_(random) {}

  AttributeValue make(proto::common::v1::AnyValue& expected, int depth = 0) {
    switch (below(depth < 4 ? 8 : 6)) {
      case 0: return {};
      case 1: {
        const bool value = below(2) == 0;
        expected.set_bool_value(value);
        return value;
      }
      case 2: {
        const auto value = static_cast<std::int64_t>(random_() >> below(64));
        expected.set_int_value(value);
        return value;
      }
      case 3: {
        const double value = std::ldexp(static_cast<double>(random_()), -static_cast<int>(below(100)));
        expected.set_double_value(value);
        return value;
      }
      case 4: {
        const std::string& value = text();
        expected.set_string_value(value);
        return value;
      }
      case 5: {
        const std::string& value = text();
        expected.set_bytes_value(value);
        return AttributeValue::bytes({reinterpret_cast<const std::uint8_t*>(value.data()), value.size()});
      }
      case 6: return make_array(*expected.mutable_array_value(), depth);
      default: return make_map(*expected.mutable_kvlist_value(), depth);
    }
  }

  const std::string& text() {
    std::string text;
    for (std::uint64_t size = below(8) == 0 ? below(400) : below(40); size > 0; --size) {
      text += static_cast<char>('a' + below(26));
    }
    return texts_.emplace_back(text);
  }

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

 private:
  AttributeValue make_array(proto::common::v1::ArrayValue& expected, int depth) {
    std::vector<AttributeValue>& values = arrays_.emplace_back(below(4));
    for (AttributeValue& value : values) value = make(*expected.add_values(), depth + 1);
    return AttributeValue::array(values);
  }

  AttributeValue make_map(proto::common::v1::KeyValueList& expected, int depth) {
    std::vector<Attribute>& entries = maps_.emplace_back(below(4));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      auto& entry = *expected.add_values();
      const std::string& key = texts_.emplace_back("key" + std::to_string(i));
      entry.set_key(key);
      entries[i] = {key, make(*entry.mutable_value(), depth + 1)};
    }
    return AttributeValue::map(entries);
  }

  std::mt19937_64& random_;
  std::deque<std::string> texts_;
  std::deque<std::vector<AttributeValue>> arrays_;
  std::deque<std::vector<Attribute>> maps_;
};

std::string id_bytes(const auto& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

/// Records one span at random; returns what should arrive.
proto::trace::v1::Span record(const Tracer& tracer, std::mt19937_64& random) {
  RandomValues values(random);
  proto::trace::v1::Span expected;
  const std::uint64_t start = 1 + values.below(1'000'000'000);
  const std::string& name = values.text();
  const auto kind = static_cast<SpanKind>(1 + values.below(5));
  Span span = tracer.start_span(name, {.kind = kind, .start_time = start});
  expected.set_trace_id(id_bytes(span.context().trace_id()));
  expected.set_span_id(id_bytes(span.context().span_id()));
  expected.set_flags(0x103);
  expected.set_name(name);
  expected.set_kind(static_cast<proto::trace::v1::Span::SpanKind>(kind));
  expected.set_start_time_unix_nano(start);

  std::map<std::string, proto::common::v1::AnyValue> attributes;
  for (std::uint64_t i = values.below(20); i > 0; --i) {
    const std::string key = "attribute." + std::to_string(values.below(12));  // some keys come more than once
    proto::common::v1::AnyValue value;
    span.set_attribute(key, values.make(value));
    attributes[key] = value;
  }
  for (const auto& [key, value] : attributes) {
    auto& attribute = *expected.add_attributes();
    attribute.set_key(key);
    *attribute.mutable_value() = value;
  }
  for (std::uint64_t i = values.below(3); i > 0; --i) {
    auto& event = *expected.add_events();
    event.set_name(values.text());
    event.set_time_unix_nano(start + i);
    auto& attribute = *event.add_attributes();
    attribute.set_key("key");
    span.add_event(event.name(), {{"key", values.make(*attribute.mutable_value())}}, event.time_unix_nano());
  }
  if (values.below(2) == 0) {
    expected.mutable_status()->set_code(proto::trace::v1::Status::STATUS_CODE_ERROR);
    expected.mutable_status()->set_message(values.text());
    span.set_status(StatusCode::error, expected.status().message());
  }
  if (values.below(4) == 0) {
    expected.set_name(values.text());
    span.update_name(expected.name());
  }
  expected.set_end_time_unix_nano(start + 10);
  span.end(start + 10);
  return expected;
}

/// Attributes are a set: their order is nobody's business.
void sort_attributes(proto::trace::v1::Span& span) {
  std::sort(span.mutable_attributes()->begin(), span.mutable_attributes()->end(),
            [](const auto& a, const auto& b) { return a.key() < b.key(); });
}

TEST(SdkOracle, LibprotobufReadsWhatWasRecorded) {
  std::vector<std::string> requests;
  std::map<std::string, proto::trace::v1::Span> expected;
  {
    TracerProviderOptions options;
    options.resource = Resource({{"service.name", std::string("oracle")}, {"replicas", std::int64_t{3}}});
    options.processors.push_back(
        std::make_unique<BatchSpanProcessor>(std::make_unique<RequestKeeper>(requests)));
    TracerProvider provider(std::move(options));
    const Tracer tracers[] = {provider.get_tracer("a", "1"), provider.get_tracer("b", "", "https://schema")};
    std::mt19937_64 random(20'261'123);  // NOLINT: the same spans each time
    for (int i = 0; i < 2'000; ++i) {
      auto span = record(tracers[i % 2], random);
      expected.emplace(span.span_id(), span);
    }
  }
  std::size_t spans = 0;
  for (const std::string& bytes : requests) {
    ExportTraceServiceRequest request;
    ASSERT_TRUE(request.ParseFromString(bytes));
    ASSERT_EQ(request.resource_spans_size(), 1);
    auto& resource_spans = *request.mutable_resource_spans(0);
    EXPECT_EQ(resource_spans.resource().attributes(0).value().string_value(), "oracle");
    EXPECT_EQ(resource_spans.resource().attributes(1).value().int_value(), 3);
    for (auto& scope_spans : *resource_spans.mutable_scope_spans()) {
      EXPECT_EQ(scope_spans.schema_url(), scope_spans.scope().name() == "b" ? "https://schema" : "");
      for (auto& span : *scope_spans.mutable_spans()) {
        sort_attributes(span);
        auto& wanted = expected.at(span.span_id());
        sort_attributes(wanted);
        ASSERT_EQ(span.DebugString(), wanted.DebugString());
        ++spans;
      }
    }
  }
  EXPECT_EQ(spans, expected.size());
}

}  // namespace
}  // namespace sonde
