#include "sonde/logger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/logs/test_logging.h"
#include "sdk/test_tracing.h"
#include "sonde/logger_provider.hpp"

namespace sonde {
namespace {

using test::count;
using test::find;
using test::TestLogging;
using test::TestTracing;
using testing::IsEmpty;
using testing::SizeIs;

/// Processes with a function.
class FunctionProcessor final : public LogRecordProcessor {
 public:
  using Function = std::function<void(EmittedLogRecord&, const Parent&)>;
  explicit FunctionProcessor(Function on_emit, Severity least = Severity::unspecified)
      : on_emit_(std::move(on_emit)), least_(least) {}
  bool is_enabled(const InstrumentationScope&, const SpanContext*, Severity severity,
                  std::string_view) const noexcept override {
    return severity >= least_;
  }
  void on_emit(EmittedLogRecord& record, const Parent& context) noexcept override {
    on_emit_(record, context);
  }
  bool force_flush(Deadline) noexcept override { return true; }
  bool shutdown(Deadline) noexcept override { return true; }

 private:
  Function on_emit_;
  Severity least_;
};

/// Options with a first processor that does this.
LoggerProviderOptions processing(FunctionProcessor::Function first) {
  LoggerProviderOptions options;
  options.processors.push_back(std::make_unique<FunctionProcessor>(std::move(first)));
  return options;
}

TEST(Logger, RecordsEveryFieldOfARecord) {
  const TestLogging logging;
  const std::string bytes = logging.emit({.severity = Severity::warn2,
                                          .severity_text = "WARNING",
                                          .body = "disk almost full",
                                          .event_name = "disk.full",
                                          .attributes = {{"disk", "/dev/sda"}, {"left", 3}},
                                          .time = 11,
                                          .observed_time = 22});
  const LogRecordView record(bytes);
  EXPECT_EQ(record.severity(), Severity::warn2);
  EXPECT_EQ(record.severity_text(), "WARNING");
  EXPECT_EQ(record.body().as_string(), "disk almost full");
  EXPECT_EQ(record.event_name(), "disk.full");
  EXPECT_EQ(find(record.attributes(), "disk")->as_string(), "/dev/sda");
  EXPECT_EQ(find(record.attributes(), "left")->as_integer(), 3);
  EXPECT_EQ(record.time(), 11u);
  EXPECT_EQ(record.observed_time(), 22u);
  EXPECT_FALSE(record.trace_id().is_valid());
}

TEST(Logger, TakesBodiesOfAnyShape) {
  const TestLogging logging;
  const std::string bytes = logging.emit(
      {.body = AttributeValue::map({{"role", "user"}, {"parts", AttributeValue::array({1, "two"})}})});
  const ValueView body = LogRecordView(bytes).body();
  EXPECT_EQ(body.type(), AttributeValue::Type::map);
  EXPECT_EQ(find(body.entries(), "role")->as_string(), "user");
  EXPECT_EQ(count(find(body.entries(), "parts")->elements()), 2);
}

TEST(Logger, SaysWhenARecordWasObserved) {
  const TestLogging logging;
  const std::string bytes = logging.emit({.body = "now"});
  EXPECT_EQ(LogRecordView(bytes).time(), 0u);
  EXPECT_GT(LogRecordView(bytes).observed_time(), 1'700'000'000'000'000'000u);
}

TEST(Logger, BelongsToTheCurrentSpanUnlessToldOtherwise) {
  const TestTracing tracing;
  const TestLogging logging;
  const Span other = tracing.tracer.start_span("other");
  const auto current = tracing.tracer.start_as_current_span("current");
  const std::string implicit = logging.emit({.body = "a"});
  EXPECT_EQ(LogRecordView(implicit).trace_id(), current.context().trace_id());
  EXPECT_EQ(LogRecordView(implicit).span_id(), current.context().span_id());
  EXPECT_TRUE(LogRecordView(implicit).trace_flags().is_sampled());
  const std::string given = logging.emit({.body = "b", .context = other});
  EXPECT_EQ(LogRecordView(given).span_id(), other.context().span_id());
  const std::string none = logging.emit({.body = "c", .context = Parent::none()});
  EXPECT_FALSE(LogRecordView(none).span_id().is_valid());
}

TEST(Logger, TurnsAnExceptionIntoAttributesThatGivenOnesReplace) {
  const TestLogging logging;
  const std::runtime_error failure("no route to host");
  const std::string bytes = logging.emit(
      {.body = "failed", .attributes = {{"exception.message", "redacted"}}, .exception = &failure});
  const LogRecordView record(bytes);
  EXPECT_EQ(find(record.attributes(), "exception.type")->as_string(), "std::runtime_error");
  EXPECT_EQ(find(record.attributes(), "exception.message")->as_string(), "redacted");
  EXPECT_EQ(count(record.attributes()), 2);
}

TEST(Logger, KeepsWithinItsLimitsAndCountsWhatItDrops) {
  LoggerProviderOptions options;
  options.limits = {.attribute_count = 2, .attribute_value_length = 3};
  const TestLogging logging(std::move(options));
  const std::string bytes =
      logging.emit({.body = "the body is whole",
                    .attributes = {{"a", "12345"}, {"b", 1}, {"a", "67890"}, {"c", 2}, {"", 3}}});
  const LogRecordView record(bytes);
  EXPECT_EQ(record.body().as_string(), "the body is whole");
  EXPECT_EQ(find(record.attributes(), "a")->as_string(), "678");
  EXPECT_EQ(count(record.attributes()), 2);
  EXPECT_EQ(record.dropped_attributes(), 2u);
}

TEST(Logger, WorksBeforeAProviderIsSetAndNotAfterItIsGone) {
  const Logger early = get_logger("early");
  EXPECT_FALSE(early.is_enabled());
  early.emit({.body = "lost"});
  TestLogging logging;
  logging.provider->set_as_global();
  EXPECT_TRUE(early.is_enabled());
  early.emit({.body = "kept"});
  EXPECT_THAT(logging.memory->log_records(), SizeIs(1));
  logging.provider.reset();
  EXPECT_FALSE(early.is_enabled());
  early.emit({.body = "lost"});
  EXPECT_THAT(logging.memory->log_records(), SizeIs(1));
}

TEST(Logger, IsNotEnabledWithoutProcessors) {
  LoggerProvider provider({});
  EXPECT_FALSE(provider.get_logger("test").is_enabled());
  provider.get_logger("test").emit({.body = "nowhere"});
}

// What the rules and the processors let through

TEST(Logger, FollowsTheFirstRuleThatMatchesItsName) {
  LoggerProviderOptions options;
  options.loggers = {{.name = "noisy.*", .minimum_severity = Severity::error},
                     {.name = "quiet", .is_enabled = false},
                     {.name = "*", .minimum_severity = Severity::info}};
  const TestLogging logging(std::move(options));
  const Logger noisy = logging.provider->get_logger("noisy.library");
  const Logger other = logging.provider->get_logger("other");
  EXPECT_FALSE(logging.provider->get_logger("quiet").is_enabled(Severity::fatal));
  EXPECT_FALSE(noisy.is_enabled(Severity::warn));
  EXPECT_TRUE(noisy.is_enabled(Severity::error));
  EXPECT_TRUE(noisy.is_enabled());  // unspecified
  EXPECT_TRUE(other.is_enabled(Severity::info));
  noisy.emit({.severity = Severity::warn, .body = "dropped"});
  other.emit({.severity = Severity::debug4, .body = "dropped"});
  EXPECT_THAT(logging.memory->log_records(), IsEmpty());
  other.emit({.severity = Severity::info, .body = "kept"});
  EXPECT_THAT(logging.memory->log_records(), SizeIs(1));
}

TEST(Logger, CanDropWhatBelongsToSpansThatAreNotSampled) {
  LoggerProviderOptions options;
  options.loggers = {{.name = "*", .trace_based = true}};
  const TestLogging logging(std::move(options));
  TraceId trace_id;
  SpanId span_id;
  trace_id.bytes[0] = span_id.bytes[0] = 1;
  const SpanContext unsampled(trace_id, span_id, TraceFlags{});
  const SpanContext sampled(trace_id, span_id, TraceFlags{TraceFlags::sampled});
  EXPECT_FALSE(logging.logger.is_enabled(Severity::error, {}, unsampled));
  EXPECT_TRUE(logging.logger.is_enabled(Severity::error, {}, sampled));
  EXPECT_TRUE(logging.logger.is_enabled(Severity::error));
  logging.logger.emit({.body = "dropped", .context = unsampled});
  logging.logger.emit({.body = "kept", .context = sampled});
  logging.logger.emit({.body = "kept"});
  EXPECT_THAT(logging.memory->log_records(), SizeIs(2));
}

TEST(Logger, IsEnabledIfAnyProcessorIs) {
  LoggerProviderOptions options;
  const auto nothing = [](EmittedLogRecord&, const Parent&) {};
  options.processors.push_back(std::make_unique<FunctionProcessor>(nothing, Severity::error));
  options.processors.push_back(std::make_unique<FunctionProcessor>(nothing, Severity::warn));
  LoggerProvider provider(std::move(options));
  const Logger logger = provider.get_logger("test");
  EXPECT_FALSE(logger.is_enabled(Severity::info));
  EXPECT_TRUE(logger.is_enabled(Severity::warn));
}

// Processors

TEST(LogRecordProcessor, ReadsAndChangesEveryField) {
  const TestTracing tracing;
  const Span span = tracing.tracer.start_span("span");
  const TestLogging logging(processing([&](EmittedLogRecord& record, const Parent&) {
    EXPECT_EQ(record.view().body().as_string(), "before");
    EXPECT_EQ(record.scope().name, "test");
    EXPECT_TRUE(find(record.scope().attributes, "scope.key")->as_boolean());
    EXPECT_EQ(record.resource().string("service.name"), "test");
    record.set_time(5);
    record.set_observed_time(6);
    record.set_severity(Severity::fatal);
    record.set_severity_text("FATAL");
    record.set_body("after, and longer than it was before");
    record.set_event_name("event");
    record.set_span_context(span.context());
    record.set_attribute("changed", "now it is text");
    record.set_attribute("added", 1.5);
    record.remove_attribute("removed");
    record.remove_attribute("not there");
  }));
  const std::string bytes = logging.emit({.severity = Severity::info,
                                          .body = "before",
                                          .attributes = {{"changed", 1}, {"kept", true}, {"removed", 2}},
                                          .time = 1});
  const LogRecordView record(bytes);
  EXPECT_EQ(record.time(), 5u);
  EXPECT_EQ(record.observed_time(), 6u);
  EXPECT_EQ(record.severity(), Severity::fatal);
  EXPECT_EQ(record.severity_text(), "FATAL");
  EXPECT_EQ(record.body().as_string(), "after, and longer than it was before");
  EXPECT_EQ(record.event_name(), "event");
  EXPECT_EQ(record.trace_id(), span.context().trace_id());
  EXPECT_EQ(record.span_id(), span.context().span_id());
  EXPECT_EQ(count(record.attributes()), 3);
  EXPECT_EQ(find(record.attributes(), "changed")->as_string(), "now it is text");
  EXPECT_EQ(find(record.attributes(), "added")->as_floating(), 1.5);
  EXPECT_TRUE(find(record.attributes(), "kept")->as_boolean());
}

TEST(LogRecordProcessor, CanTakeFieldsOut) {
  const TestTracing tracing;
  const auto span = tracing.tracer.start_as_current_span("span");
  const TestLogging logging(processing([&](EmittedLogRecord& record, const Parent& context) {
    EXPECT_EQ(context.resolve()->span_id(), span.context().span_id());
    record.set_time(0);
    record.set_severity(Severity::unspecified);
    record.set_body({});
    record.set_event_name("");
    record.set_span_context({});
  }));
  const std::string bytes =
      logging.emit({.severity = Severity::info, .body = "body", .event_name = "name", .time = 1});
  const LogRecordView record(bytes);
  EXPECT_EQ(record.time(), 0u);
  EXPECT_EQ(record.severity(), Severity::unspecified);
  EXPECT_EQ(record.body().type(), AttributeValue::Type::empty);
  EXPECT_EQ(record.event_name(), "");
  EXPECT_FALSE(record.trace_id().is_valid());
  EXPECT_FALSE(record.trace_flags().is_sampled());
}

TEST(LogRecordProcessor, CannotAddBeyondTheLimit) {
  LoggerProviderOptions options = processing([](EmittedLogRecord& record, const Parent&) {
    record.set_attribute("b", 2);
    record.set_attribute("c", 3);
    record.set_attribute("a", "again");
  });
  options.limits.attribute_count = 2;
  const TestLogging logging(std::move(options));
  const std::string bytes = logging.emit({.attributes = {{"a", 1}}});
  EXPECT_EQ(count(LogRecordView(bytes).attributes()), 2);
  EXPECT_EQ(find(LogRecordView(bytes).attributes(), "a")->as_string(), "again");
  EXPECT_EQ(LogRecordView(bytes).dropped_attributes(), 1u);
}

TEST(LogRecordProcessor, MayEmitRecordsItself) {
  TestLogging* self = nullptr;
  TestLogging logging(processing([&](EmittedLogRecord& record, const Parent&) {
    if (record.view().body().as_string() == "outer") self->logger.emit({.body = "inner"});
    EXPECT_NE(record.view().observed_time(), 0u);
  }));
  self = &logging;
  logging.logger.emit({.body = "outer"});
  const auto records = logging.memory->log_records();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(LogRecordView(records[0]).body().as_string(), "inner");
  EXPECT_EQ(LogRecordView(records[1]).body().as_string(), "outer");
}

TEST(LogRecordProcessor, BatchesAndAccounts) {
  auto memory = std::make_shared<InMemoryLogRecords>();
  BatchOptions batch = default_log_record_batch();
  batch.schedule_delay = std::chrono::hours(1);
  auto owned = std::make_unique<BatchLogRecordProcessor>(make_in_memory_exporter(memory), batch);
  const BatchLogRecordProcessor& processor = *owned;
  LoggerProviderOptions options;
  options.processors.push_back(std::move(owned));
  LoggerProvider provider(std::move(options));
  const Logger logger = provider.get_logger("test");
  for (int i = 0; i < 10; ++i) logger.emit({.body = i});
  EXPECT_THAT(memory->log_records(), IsEmpty());
  EXPECT_TRUE(provider.force_flush());
  EXPECT_THAT(memory->log_records(), SizeIs(10));
  EXPECT_EQ(processor.statistics().exported, 10u);
  EXPECT_EQ(processor.component_name().substr(0, 23), "batching_log_processor/");
  EXPECT_TRUE(provider.shutdown());
}

TEST(Severity, HasTheNamesOfTheSpecification) {
  EXPECT_EQ(short_name(Severity::trace), "TRACE");
  EXPECT_EQ(short_name(Severity::warn4), "WARN4");
  EXPECT_EQ(short_name(Severity::fatal4), "FATAL4");
  EXPECT_EQ(short_name(Severity::unspecified), "");
  EXPECT_EQ(short_name(static_cast<Severity>(200)), "");
}

}  // namespace
}  // namespace sonde
