#include "sonde/otlp_file_exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>

#include "sdk_support/otlp_requests.h"
#include "sdk_support/temporary_directory.h"

namespace sonde {
namespace {

using sonde::test::delimited;
using sonde::test::read_file;
using sonde::test::request_of_spans;
using sonde::test::TemporaryDirectory;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string line_of(const std::string& name) {
  return R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"name":")" + name + "\"}]}]}]}\n";
}

ExportResult export_one(SpanExporter& exporter, const std::string& name) {
  return exporter.export_batch(SpanBatch(request_of_spans({name}), 1), Deadline::max());
}

TEST(OtlpFile, HoldsALineForEachBatchAndIsAppendedTo) {
  const TemporaryDirectory directory;
  const std::string path = directory.path("traces.jsonl");
  for (int run = 0; run < 2; ++run) {
    auto exporter = make_otlp_file_span_exporter({.path = path});
    ASSERT_TRUE(exporter) << exporter.error().message;
    EXPECT_TRUE(export_one(**exporter, "a").delivered);
    EXPECT_TRUE(export_one(**exporter, "b").delivered);
  }
  EXPECT_EQ(read_file(path), line_of("a") + line_of("b") + line_of("a") + line_of("b"));
}

TEST(OtlpFile, TakesAllSignals) {
  const TemporaryDirectory directory;
  auto logs = make_otlp_file_log_record_exporter({.path = directory.path("logs")});
  auto metrics = make_otlp_file_metric_exporter({.path = directory.path("metrics")});
  ASSERT_TRUE(logs && metrics);
  const std::string record = delimited(1, delimited(2, delimited(2, delimited(3, "INFO"))));
  EXPECT_TRUE((*logs)->export_batch(LogRecordBatch(record, 1), Deadline::max()).delivered);
  const std::string metric = delimited(1, delimited(2, delimited(2, delimited(1, "llm.tokens"))));
  EXPECT_TRUE((*metrics)->export_batch(MetricBatch(metric, 1), Deadline::max()).delivered);
  EXPECT_EQ(read_file(directory.path("logs")),
            "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"severityText\":\"INFO\"}]}]}]}\n");
  EXPECT_EQ(read_file(directory.path("metrics")),
            "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":\"llm.tokens\"}]}]}]}\n");
}

TEST(OtlpFile, IsSetAsideBeforeItGrowsTooLong) {
  const TemporaryDirectory directory;
  const std::string path = directory.path("traces");
  auto exporter =
      make_otlp_file_span_exporter({.path = path, .max_file_bytes = 2 * line_of("a").size(), .max_files = 3});
  ASSERT_TRUE(exporter);
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
    EXPECT_TRUE(export_one(**exporter, name).delivered);
  }
  EXPECT_EQ(read_file(path), line_of("g"));
  EXPECT_EQ(read_file(path + ".1"), line_of("e") + line_of("f"));
  EXPECT_EQ(read_file(path + ".2"), line_of("c") + line_of("d"));
  EXPECT_EQ(directory.files().size(), 3u);
}

TEST(OtlpFile, ALineLongerThanTheLimitStillHasAFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.path("traces");
  auto exporter = make_otlp_file_span_exporter({.path = path, .max_file_bytes = 1, .max_files = 1});
  ASSERT_TRUE(exporter);
  EXPECT_TRUE(export_one(**exporter, "a").delivered);
  EXPECT_TRUE(export_one(**exporter, "b").delivered);
  EXPECT_EQ(read_file(path), line_of("b"));
  EXPECT_EQ(directory.files().size(), 1u);
}

TEST(OtlpFile, IsMadeAnewWhenItWasMovedOrDeleted) {
  const TemporaryDirectory directory;
  const std::string path = directory.path("traces");
  auto exporter = make_otlp_file_span_exporter({.path = path});
  ASSERT_TRUE(exporter);
  EXPECT_TRUE(export_one(**exporter, "a").delivered);
  ASSERT_EQ(std::rename(path.c_str(), (path + ".old").c_str()), 0);
  EXPECT_TRUE(export_one(**exporter, "b").delivered);
  ASSERT_EQ(unlink(path.c_str()), 0);
  EXPECT_TRUE(export_one(**exporter, "c").delivered);
  EXPECT_EQ(read_file(path + ".old"), line_of("a"));
  EXPECT_EQ(read_file(path), line_of("c"));
}

TEST(OtlpFile, IsSharedByProcessesWithoutALineLostOrTorn) {
  const TemporaryDirectory directory;
  const std::string path = directory.path("traces");
  constexpr int processes = 4;
  constexpr int lines = 200;
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      auto exporter =
          make_otlp_file_span_exporter({.path = path, .max_file_bytes = 2'000, .max_files = 1'000});
      bool delivered = exporter.has_value();
      for (int line = 0; delivered && line < lines; ++line) delivered = export_one(**exporter, "x").delivered;
      _exit(delivered ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  std::string all;
  for (const std::string& file : directory.files()) all += read_file(directory.path(file));
  std::string expected;
  for (int line = 0; line < processes * lines; ++line) expected += line_of("x");
  EXPECT_TRUE(all == expected) << all.size() << " bytes, not " << expected.size();
}

TEST(OtlpFile, WhatCannotBeOpenedIsAnErrorThatNamesIt) {
  const auto exporter = make_otlp_file_span_exporter({.path = "/nowhere/traces"});
  ASSERT_FALSE(exporter);
  EXPECT_THAT(exporter.error().message, AllOf(HasSubstr("/nowhere/traces"), HasSubstr("No such file")));
}

TEST(OtlpFile, AFullDiskIsReportedAndSpoilsNoLaterLine) {
  const TemporaryDirectory directory;
  const std::string path = directory.path("traces");
  std::signal(SIGXFSZ, SIG_IGN);  // NOLINT(cert-err33-c)
  auto exporter = make_otlp_file_span_exporter({.path = path});
  ASSERT_TRUE(exporter);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{10, before.rlim_max};  // Stands for a full disk: the write stops inside the line.
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const ExportResult result = export_one(**exporter, "a");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_FALSE(result.delivered);
  EXPECT_THAT(result.message, HasSubstr(path));
  EXPECT_TRUE(export_one(**exporter, "b").delivered);
  EXPECT_EQ(read_file(path), line_of("a").substr(0, 10) + "\n" + line_of("b"));
}

TEST(OtlpStream, GetsALineForEachBatch) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* const stream = open_memstream(&text, &size);
  const auto exporter = make_otlp_stream_span_exporter(stream);
  EXPECT_TRUE(export_one(*exporter, "a").delivered);
  EXPECT_EQ(std::string(text, size), line_of("a")) << "flushed";
  EXPECT_TRUE(export_one(*exporter, "b").delivered);
  std::fclose(stream);
  EXPECT_EQ(std::string(text, size), line_of("a") + line_of("b"));
  std::free(text);  // NOLINT(cppcoreguidelines-no-malloc): open_memstream() gives it so
}

TEST(OtlpStream, ThatCannotBeWrittenIsReported) {
  std::FILE* const full = std::fopen("/dev/full", "w");
  const ExportResult result = export_one(*make_otlp_stream_span_exporter(full), "a");
  EXPECT_FALSE(result.delivered);
  EXPECT_THAT(result.message, HasSubstr("No space left"));
  std::fclose(full);
}

}  // namespace
}  // namespace sonde
