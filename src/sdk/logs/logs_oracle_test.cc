// What the SDK writes of log records, as libprotobuf reads it with the published .proto files.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "opentelemetry/proto/collector/logs/v1/logs_service.pb.h"
#include "sdk/testing/oracle_values.h"
#include "sonde/logger_provider.hpp"

namespace sonde {
namespace {

namespace proto = opentelemetry::proto;
using proto::collector::logs::v1::ExportLogsServiceRequest;
using test::id_bytes;
using test::RandomValues;

/// Keeps the requests it is given.
class RequestKeeper final : public LogRecordExporter {
 public:
  explicit RequestKeeper(std::vector<std::string>& requests) : requests_(requests) {}
  ExportResult export_batch(const LogRecordBatch& batch, Deadline) noexcept override {
    requests_.emplace_back(batch.otlp_request());
    return {};
  }

 private:
  std::vector<std::string>& requests_;
};

/// Changes every fourth record, in its own attributes and elsewhere.
class ChangingProcessor final : public LogRecordProcessor {
 public:
  void on_emit(EmittedLogRecord& record, const Parent&) noexcept override {
    if (record.view().observed_time() % 4 != 0) return;
    record.set_attribute("changed", "yes");
    record.set_event_name("changed");
    record.remove_attribute("key0");
    record.set_severity(Severity::fatal);
  }
  bool force_flush(Deadline) noexcept override { return true; }
  bool shutdown(Deadline) noexcept override { return true; }
};

/// What should arrive of a record after the processor above.
void change(proto::logs::v1::LogRecord& record) {
  if (record.observed_time_unix_nano() % 4 != 0) return;
  record.set_event_name("changed");
  record.set_severity_number(proto::logs::v1::SEVERITY_NUMBER_FATAL);
  auto& attributes = *record.mutable_attributes();
  attributes.erase(std::remove_if(attributes.begin(), attributes.end(),
                                  [](const auto& attribute) { return attribute.key() == "key0"; }),
                   attributes.end());
  auto& changed = *record.add_attributes();
  changed.set_key("changed");
  changed.mutable_value()->set_string_value("yes");
}

/// Emits one record at random; returns what should arrive.
proto::logs::v1::LogRecord emit(const Logger& logger, std::mt19937_64& random, std::uint64_t number) {
  RandomValues values(random);
  proto::logs::v1::LogRecord expected;
  LogRecord record;
  record.observed_time = number;
  expected.set_observed_time_unix_nano(number);
  if (values.below(2) == 0) expected.set_time_unix_nano(record.time = 1 + values.below(1'000'000));
  record.severity = static_cast<Severity>(values.below(25));
  expected.set_severity_number(static_cast<proto::logs::v1::SeverityNumber>(record.severity));
  if (values.below(2) == 0) expected.set_severity_text(std::string(record.severity_text = values.text()));
  if (values.below(2) == 0) expected.set_event_name(std::string(record.event_name = values.text()));
  record.body = values.make(*expected.mutable_body());
  if (record.body.type() == AttributeValue::Type::empty) expected.clear_body();

  std::vector<Attribute> attributes(values.below(6));
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < attributes.size(); ++i) keys.push_back("key" + std::to_string(i));
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    auto& attribute = *expected.add_attributes();
    attribute.set_key(keys[i]);
    attributes[i] = {keys[i], values.make(*attribute.mutable_value())};
  }
  record.attributes = Attributes(attributes);

  SpanContext context;
  if (values.below(2) == 0) {
    TraceId trace_id;
    SpanId span_id;
    for (auto& byte : trace_id.bytes) byte = static_cast<std::uint8_t>(1 + values.below(255));
    for (auto& byte : span_id.bytes) byte = static_cast<std::uint8_t>(1 + values.below(255));
    context = SpanContext(trace_id, span_id, TraceFlags{TraceFlags::sampled});
    expected.set_trace_id(id_bytes(trace_id));
    expected.set_span_id(id_bytes(span_id));
    expected.set_flags(1);
  }
  record.context = context;
  logger.emit(record);
  change(expected);
  return expected;
}

TEST(LogsOracle, LibprotobufReadsWhatWasEmitted) {
  std::vector<std::string> requests;
  std::map<std::uint64_t, proto::logs::v1::LogRecord> expected;
  {
    LoggerProviderOptions options;
    options.resource = Resource({{"service.name", std::string("oracle")}});
    options.processors.push_back(std::make_unique<ChangingProcessor>());
    options.processors.push_back(
        std::make_unique<BatchLogRecordProcessor>(std::make_unique<RequestKeeper>(requests)));
    LoggerProvider provider(std::move(options));
    const Logger loggers[] = {provider.get_logger("a", "1"), provider.get_logger("b", "", "https://schema")};
    std::mt19937_64 random(20'261'124);  // NOLINT: the same records each time
    for (std::uint64_t i = 1; i <= 2'000; ++i) expected.emplace(i, emit(loggers[i % 2], random, i));
  }
  std::size_t records = 0;
  for (const std::string& bytes : requests) {
    ExportLogsServiceRequest request;
    ASSERT_TRUE(request.ParseFromString(bytes));
    ASSERT_EQ(request.resource_logs_size(), 1);
    const auto& resource_logs = request.resource_logs(0);
    EXPECT_EQ(resource_logs.resource().attributes(0).value().string_value(), "oracle");
    for (const auto& scope_logs : resource_logs.scope_logs()) {
      EXPECT_EQ(scope_logs.schema_url(), scope_logs.scope().name() == "b" ? "https://schema" : "");
      for (const auto& record : scope_logs.log_records()) {
        ASSERT_EQ(record.DebugString(), expected.at(record.observed_time_unix_nano()).DebugString());
        ++records;
      }
    }
  }
  EXPECT_EQ(records, expected.size());
}

}  // namespace
}  // namespace sonde
