#include "sonde/bridge/spdlog_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

#include "sdk/logs/test_logging.h"
#include "sdk/test_tracing.h"

namespace sonde {
namespace {

using test::find;
using test::TestLogging;
using test::TestTracing;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SpdlogSink, EmitsTheMessageWithLevelTimeAndPlace) {
  const TestLogging logging;
  spdlog::logger logger("retriever", std::make_shared<bridge::SpdlogSink>(*logging.provider));
  logger.set_pattern("[%l] ### %v");
  logger.log(spdlog::source_loc("retriever.cc", 12, "retrieve"), spdlog::level::warn, "found {} of {}", 3, 5);
  const std::string bytes = logging.memory->find("found 3 of 5");
  const LogRecordView record(bytes);
  EXPECT_EQ(record.severity(), Severity::warn);
  EXPECT_EQ(record.severity_text(), "warning");
  EXPECT_EQ(find(record.attributes(), "code.file.path")->as_string(), "retriever.cc");
  EXPECT_EQ(find(record.attributes(), "code.line.number")->as_integer(), 12);
  EXPECT_EQ(find(record.attributes(), "code.function.name")->as_string(), "retrieve");
  EXPECT_GT(find(record.attributes(), "thread.id")->as_integer(), 0);
  EXPECT_GT(record.time(), 1'700'000'000'000'000'000u);
  EXPECT_GE(record.observed_time() + 1'000'000, record.time());
}

TEST(SpdlogSink, MapsEveryLevel) {
  EXPECT_EQ(bridge::severity_of(spdlog::level::trace), Severity::trace);
  EXPECT_EQ(bridge::severity_of(spdlog::level::debug), Severity::debug);
  EXPECT_EQ(bridge::severity_of(spdlog::level::info), Severity::info);
  EXPECT_EQ(bridge::severity_of(spdlog::level::warn), Severity::warn);
  EXPECT_EQ(bridge::severity_of(spdlog::level::err), Severity::error);
  EXPECT_EQ(bridge::severity_of(spdlog::level::critical), Severity::fatal);
  EXPECT_EQ(bridge::severity_of(spdlog::level::off), Severity::unspecified);
}

TEST(SpdlogSink, BelongsToTheCurrentSpan) {
  const TestTracing tracing;
  const TestLogging logging;
  spdlog::logger logger("retriever", std::make_shared<bridge::SpdlogSink>(*logging.provider));
  const auto span = tracing.tracer.start_as_current_span("span");
  logger.info("inside");
  const std::string record = logging.memory->find("inside");
  EXPECT_EQ(LogRecordView(record).span_id(), span.context().span_id());
}

TEST(SpdlogSink, FollowsTheRulesOfTheLoggersName) {
  LoggerProviderOptions options;
  options.loggers = {{.name = "noisy", .minimum_severity = Severity::error}};
  const TestLogging logging(std::move(options));
  const auto sink = std::make_shared<bridge::SpdlogSink>(*logging.provider);
  spdlog::logger noisy("noisy", sink);
  spdlog::logger other("other", sink);
  noisy.warn("dropped");
  EXPECT_THAT(logging.memory->log_records(), IsEmpty());
  noisy.error("kept");
  other.warn("kept");
  EXPECT_THAT(logging.memory->log_records(), SizeIs(2));
}

TEST(SpdlogSink, EmitsThroughTheGlobalProviderOnceThereIsOne) {
  spdlog::logger logger("", std::make_shared<bridge::SpdlogSink>());
  logger.info("too early");
  const TestLogging logging;
  logging.provider->set_as_global();
  logger.info("in time");
  EXPECT_THAT(logging.memory->log_records(), SizeIs(1));
}

}  // namespace
}  // namespace sonde
