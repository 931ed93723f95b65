#include "sonde/baggage_processor.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "sdk/test_tracing.h"
#include "sonde/baggage.hpp"
#include "sonde/context.hpp"
#include "sonde/logger_provider.hpp"

namespace sonde {
namespace {

using test::find;
using test::TestTracing;

const Baggage request = Baggage().set("request_id", "r").set("user.id", "42").set("secret", "s");

TEST(BaggageSpanProcessor, CopiesTheKeysItWasGivenAndNoOthers) {
  TestTracing tracing(std::make_unique<BaggageSpanProcessor>(request_keys()));
  const ContextScope scope(Context::current().set_baggage(request));
  tracing.tracer.start_span("chat").end();
  const std::string span = tracing.memory->find("chat");
  EXPECT_EQ(find(SpanView(span).attributes(), "request_id")->as_string(), "r");
  EXPECT_EQ(find(SpanView(span).attributes(), "user.id")->as_string(), "42");
  EXPECT_FALSE(find(SpanView(span).attributes(), "session.id"));
  EXPECT_FALSE(find(SpanView(span).attributes(), "secret"));
}

TEST(BaggageSpanProcessor, CopiesWhatItsPredicateChooses) {
  TestTracing tracing(
      std::make_unique<BaggageSpanProcessor>([](std::string_view key) { return key.starts_with("user."); }));
  const ContextScope scope(Context::current().set_baggage(request));
  tracing.tracer.start_span("chat").end();
  const std::string span = tracing.memory->find("chat");
  EXPECT_EQ(test::count(SpanView(span).attributes()), 1);
  EXPECT_TRUE(find(SpanView(span).attributes(), "user.id"));
}

TEST(BaggageSpanProcessor, TakesTheBaggageOfAnExplicitParentContext) {
  TestTracing tracing(std::make_unique<BaggageSpanProcessor>(request_keys()));
  const Context context = Context().set_baggage(Baggage().set("user.id", "7"));
  const ContextScope scope(Context::current().set_baggage(request));
  tracing.tracer.start_span("chat", {.parent = context}).end();
  const std::string span = tracing.memory->find("chat");
  EXPECT_EQ(find(SpanView(span).attributes(), "user.id")->as_string(), "7");
  EXPECT_FALSE(find(SpanView(span).attributes(), "request_id"));
}

TEST(BaggageSpanProcessor, LeavesWhatTheSpanSaysOfItself) {
  TestTracing tracing(std::make_unique<BaggageSpanProcessor>(request_keys()));
  const ContextScope scope(Context::current().set_baggage(request));
  tracing.tracer.start_span("chat", {.attributes = {{"user.id", "own"}}}).end();
  const std::string span = tracing.memory->find("chat");
  EXPECT_EQ(find(SpanView(span).attributes(), "user.id")->as_string(), "own");
  EXPECT_EQ(find(SpanView(span).attributes(), "request_id")->as_string(), "r");
}

TEST(BaggageLogRecordProcessor, CopiesTheKeysItWasGivenAndNoOthers) {
  const auto memory = std::make_shared<InMemoryLogRecords>();
  LoggerProviderOptions options;
  options.processors.push_back(std::make_unique<BaggageLogRecordProcessor>(request_keys()));
  options.processors.push_back(std::make_unique<SimpleLogRecordProcessor>(make_in_memory_exporter(memory)));
  LoggerProvider provider(std::move(options));
  const ContextScope scope(Context::current().set_baggage(request));
  provider.get_logger("test").emit({.body = "hello", .attributes = {{"request_id", "own"}}});
  ASSERT_EQ(memory->log_records().size(), 1U);
  const std::string record = memory->log_records().front();
  EXPECT_EQ(find(LogRecordView(record).attributes(), "user.id")->as_string(), "42");
  EXPECT_EQ(find(LogRecordView(record).attributes(), "request_id")->as_string(), "own");
  EXPECT_FALSE(find(LogRecordView(record).attributes(), "secret"));
}

TEST(BaggageLogRecordProcessor, MakesNoLoggerEnabledByItself) {
  LoggerProviderOptions options;
  options.processors.push_back(std::make_unique<BaggageLogRecordProcessor>(request_keys()));
  LoggerProvider provider(std::move(options));
  EXPECT_FALSE(provider.get_logger("test").is_enabled());
}

}  // namespace
}  // namespace sonde
