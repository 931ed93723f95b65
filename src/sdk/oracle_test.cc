// What the SDK writes, as libprotobuf reads it with the published .proto files: spans recorded at random
// through the public API beside a plain account of what was recorded.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "opentelemetry/proto/collector/trace/v1/trace_service.pb.h"
#include "sdk/testing/oracle_values.h"
#include "sonde/resource.hpp"
#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde {
namespace {

using test::id_bytes;
using test::RandomValues;
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
