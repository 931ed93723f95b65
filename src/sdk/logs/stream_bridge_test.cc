#include "sonde/stream_bridge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "sdk/logs/test_logging.h"
#include "sdk/test_tracing.h"

namespace sonde {
namespace {

using test::find;
using test::TestLogging;
using test::TestTracing;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// A stream that is bridged.
struct Bridged {
  explicit Bridged(LoggerProviderOptions options = {}) : logging(std::move(options)) {
    bridge = std::make_unique<StreamBridge>(
        stream, StreamBridgeOptions{.severity = Severity::warn, .logger = logging.logger});
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const std::string& record : logging.memory->log_records())
      lines.emplace_back(LogRecordView(record).body().as_string());
    return lines;
  }

  TestLogging logging;
  std::ostringstream text;
  std::ostream stream{text.rdbuf()};
  std::unique_ptr<StreamBridge> bridge;
};

TEST(StreamBridge, EmitsEachLineAndStillShowsIt) {
  Bridged test;
  test.stream << "loaded " << 42 << " documents\n"
              << "in " << 1.5 << " s" << std::endl
              << "\n\r\n"
              << "then";
  EXPECT_THAT(test.lines(), ElementsAre("loaded 42 documents", "in 1.5 s"));
  EXPECT_EQ(test.text.str(), "loaded 42 documents\nin 1.5 s\n\n\r\nthen");
  const std::string record = test.logging.memory->find("in 1.5 s");
  EXPECT_EQ(LogRecordView(record).severity(), Severity::warn);
}

TEST(StreamBridge, EmitsAnUnfinishedLineAtItsEndAndGivesTheStreamBack) {
  Bridged test;
  test.stream << "no newline";
  EXPECT_THAT(test.lines(), IsEmpty());
  test.bridge.reset();
  test.stream << " and more\n";
  EXPECT_THAT(test.lines(), ElementsAre("no newline"));
  EXPECT_EQ(test.text.str(), "no newline and more\n");
}

TEST(StreamBridge, LeavesToTheParentTheLineThatWasBegunBeforeAFork) {
  Bridged test;
  test.stream << "of the parent";
  const pid_t child = fork();
  if (child == 0) {
    alarm(40);
    test.stream << "of the child\n";
    test.bridge.reset();
    _exit(test.lines() == std::vector<std::string>{"of the child"} ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  test.bridge.reset();
  EXPECT_THAT(test.lines(), ElementsAre("of the parent"));
}

TEST(StreamBridge, KeepsTheLinesOfThreadsApart) {
  Bridged test;
  test.stream << "one ";
  std::thread([&] { test.stream << "two\n"; }).join();
  test.stream << "three\n";
  EXPECT_THAT(test.lines(), UnorderedElementsAre("two", "one three"));
  EXPECT_EQ(test.text.str(), "one two\nthree\n");
}

TEST(StreamBridge, TakesWholeLinesFromManyThreads) {
  TestLogging logging;
  std::ostringstream text;
  std::ostream stream(text.rdbuf());
  constexpr int threads = 4;
  constexpr int lines = 200;
  {
    const StreamBridge bridge(stream, {.logger = logging.logger});
    std::vector<std::jthread> writing;
    for (int i = 0; i < threads; ++i) {
      writing.emplace_back([&] {
        std::streambuf& buffer = *stream.rdbuf();  // the stream's own state is not for many threads
        for (int n = 0; n < lines; ++n) buffer.sputn("a line\n", 7);
      });
    }
  }
  const auto records = logging.memory->log_records();
  EXPECT_EQ(records.size(), std::size_t{threads} * lines);
  for (const std::string& record : records) EXPECT_EQ(LogRecordView(record).body().as_string(), "a line");
}

TEST(StreamBridge, CutsLinesThatDoNotEnd) {
  Bridged test;
  const std::string part(1'000, 'x');
  for (int i = 0; i < 200; ++i) test.stream << part;
  test.bridge.reset();
  std::size_t size = 0;
  for (const std::string& line : test.lines()) {
    EXPECT_LE(line.size(), 66'000u);
    size += line.size();
  }
  EXPECT_EQ(size, 200'000u);
  EXPECT_EQ(test.text.str().size(), 200'000u);
}

TEST(StreamBridge, NamesTheStandardStreamAndTheCurrentSpan) {
  const TestTracing tracing;
  const TestLogging logging;
  const auto span = tracing.tracer.start_as_current_span("span");
  {
    const StreamBridge bridge(std::clog, {.logger = logging.logger});
    std::clog << "to the log\n";
  }
  const std::string record = logging.memory->find("to the log");
  EXPECT_EQ(find(LogRecordView(record).attributes(), "log.iostream")->as_string(), "stderr");
  EXPECT_EQ(LogRecordView(record).span_id(), span.context().span_id());
}

/// An exporter that tells the stream of everything it exports.
class TalkativeExporter final : public LogRecordExporter {
 public:
  explicit TalkativeExporter(std::ostream& stream) : stream_(stream) {}
  ExportResult export_batch(const LogRecordBatch&, Deadline) noexcept override {
    stream_ << "exported a record\n";
    return {};
  }

 private:
  std::ostream& stream_;
};

TEST(StreamBridge, DoesNotEmitWhatExportingWrites) {
  std::ostringstream text;
  std::ostream stream(text.rdbuf());
  LoggerProviderOptions options;
  options.processors.push_back(
      std::make_unique<SimpleLogRecordProcessor>(std::make_unique<TalkativeExporter>(stream)));
  options.processors.push_back(
      std::make_unique<BatchLogRecordProcessor>(std::make_unique<TalkativeExporter>(stream)));
  TestLogging logging(std::move(options));
  {
    const StreamBridge bridge(stream, {.logger = logging.logger});
    stream << "a line\n";
    EXPECT_TRUE(logging.provider->force_flush());
  }
  EXPECT_THAT(logging.memory->log_records(), testing::SizeIs(1));
  EXPECT_EQ(text.str(), "a line\nexported a record\nexported a record\n");
}

}  // namespace
}  // namespace sonde
