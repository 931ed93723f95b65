#include "sonde/console_exporter.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <regex>
#include <string>

#include "sdk_support/environment.h"
#include "sdk_support/temporary_directory.h"
#include "sonde/logger_provider.hpp"
#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What is printed on the stream that `print` gets.
std::string printed(const std::function<void(std::FILE*)>& print) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* const stream = open_memstream(&text, &size);
  print(stream);
  std::fclose(stream);
  const std::string output(text, size);
  std::free(text);  // NOLINT(cppcoreguidelines-no-malloc): open_memstream() gives it so
  return output;
}

std::string without_ids(const std::string& output) {
  return std::regex_replace(output, std::regex("[0-9a-f]{32}|[0-9a-f]{16}"), "ID");
}

std::unique_ptr<TracerProvider> provider_printing_on(std::FILE* stream) {
  TracerProviderOptions options;
  options.processors.push_back(std::make_unique<BatchSpanProcessor>(make_console_span_exporter(stream)));
  return std::make_unique<TracerProvider>(std::move(options));
}

TEST(ConsoleSpans, ArePrintedAsATree) {
  const std::string output = printed([](std::FILE* stream) {
    const auto provider = provider_printing_on(stream);
    const Tracer tracer = provider->get_tracer("test");
    Span pipeline = tracer.start_span("rag_pipeline", {.start_time = 1'000'000});
    pipeline.set_attribute("user.id", "u-1");
    Span retrieve = tracer.start_span("retrieve", {.parent = pipeline, .start_time = 1'500'000});
    Span embed = tracer.start_span("embed", {.parent = retrieve, .start_time = 1'600'000});
    embed.set_attribute("dimensions", 3);
    embed.end(1'601'000);
    retrieve.end(1'700'000);
    Span chat = tracer.start_span("chat gpt",
                                  {.parent = pipeline, .kind = SpanKind::client, .start_time = 2'000'000});
    chat.set_attribute("message",
                       AttributeValue::map({{"role", "user"}, {"parts", AttributeValue::array({1, 2.0})}}));
    chat.set_attribute("gen_ai.usage.input_tokens", 1042);
    chat.set_attribute("gen_ai.usage.output_tokens", 187);
    chat.add_event("sent", {{"bytes", 42}}, 2'500'000);
    chat.set_status(StatusCode::error, "rate limited");
    chat.end(4'000'000);
    pipeline.set_status(StatusCode::ok);
    pipeline.end(1'500'000'000'000);
  });
  EXPECT_EQ(without_ids(output),
            "rag_pipeline  1500 s  ok  [trace ID span ID]\n"
            "│    user.id: \"u-1\"\n"
            "├─ retrieve  200 µs  [span ID]\n"
            "│  └─ embed  1 µs  [span ID]\n"
            "│          dimensions: 3\n"
            "└─ chat gpt  client  2 ms  1042 → 187 tokens  ERROR rate limited  [span ID]\n"
            "        message: {\"role\":\"user\",\"parts\":[1,2.0]}\n"
            "        gen_ai.usage.input_tokens: 1042\n"
            "        gen_ai.usage.output_tokens: 187\n"
            "        + 500 µs  sent\n"
            "            bytes: 42\n");
}

TEST(ConsoleSpans, ShowTheParentThatIsNotAmongThemAndTheLinks) {
  const std::string output = printed([](std::FILE* stream) {
    const auto provider = provider_printing_on(stream);
    const Tracer tracer = provider->get_tracer("test");
    const Span parent = tracer.start_span("never printed", {.start_time = 1});
    Span child = tracer.start_span("child", {.parent = parent, .start_time = 1});
    child.add_link(parent.context(), {{"reason", "retry"}});
    child.end(2);
    provider->force_flush();
  });
  EXPECT_THAT(without_ids(output), HasSubstr("child  1 ns  [trace ID span ID parent ID]\n"
                                             "     ~ linked to  [trace ID span ID]\n"
                                             "         reason: \"retry\"\n"));
}

TEST(ConsoleSpans, CannotMoveTheCursor) {
  const std::string output = printed([](std::FILE* stream) {
    const auto provider = provider_printing_on(stream);
    Span span = provider->get_tracer("test").start_span("evil\033[2J\nname");
    span.set_attribute("k", "\033[2J");
  });
  EXPECT_THAT(output, Not(HasSubstr("\033")));
  EXPECT_THAT(output, HasSubstr("evil [2J name"));
  EXPECT_THAT(output, HasSubstr("k: \"\\u001b[2J\""));
}

TEST(ConsoleSpans, MayNestAsDeeplyAsABatchIsLong) {
  const std::string output = printed([](std::FILE* stream) {
    TracerProviderOptions options;
    options.processors.push_back(std::make_unique<BatchSpanProcessor>(
        make_console_span_exporter(stream),
        BatchOptions{.max_queue_size = 20'000, .max_export_batch_size = 20'000}));
    TracerProvider provider(std::move(options));
    const Tracer tracer = provider.get_tracer("test");
    std::vector<Span> spans;
    for (int i = 0; i < 10'000; ++i) {
      spans.push_back(i == 0 ? tracer.start_span("deep")
                             : tracer.start_span("deep", {.parent = spans.back()}));
    }
  });
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 10'000);
}

TEST(ConsoleMetrics, ArePrintedWithALineForEachPoint) {
  const std::string request =
      test::read_file(std::string(SONDE_FUZZ_SEEDS) + "/otlp_metrics_protobuf_fuzz/every_field.binpb");
  const std::string output = printed([&](std::FILE* stream) {
    const auto exporter = make_console_metric_exporter(stream);
    EXPECT_TRUE(exporter->export_batch(MetricBatch(request, 1), Deadline::max()).delivered);
  });
  EXPECT_EQ(output,
            "queue.depth  gauge  {request}  Waiting_requests\n"
            "  {queue=\"fast\"}  0\n"
            "  0\n"
            "  0\n"
            "requests  sum, cumulative\n"
            "  -9223372036854775808\n"
            "gen_ai.client.operation.duration  histogram, delta  s\n"
            "  {model=\"gpt-4o\"}  count 7  sum 0  min 0  max 9.75\n"
            "      ≤ 0.1: 3  ≤ Infinity: 18446744073709551615\n"
            "  count 1\n"
            "latency  exponential histogram, cumulative\n"
            "  {model=\"gpt-4o\"}  count 9  sum 12.5  min -1  max 8\n"
            "  count 0\n"
            "old.style  no data\n"
            "empty.gauge  gauge\n"
            "no.data  no data\n"
            "  no data\n");
}

TEST(ConsoleLogRecords, ArePrintedWithALineEach) {
  const std::string output = printed([](std::FILE* stream) {
    LoggerProviderOptions options;
    options.processors.push_back(
        std::make_unique<SimpleLogRecordProcessor>(make_console_log_record_exporter(stream)));
    LoggerProvider provider(std::move(options));
    const Logger logger = provider.get_logger("test");
    constexpr std::uint64_t time = 1'760'000'000'123'000'000;  // 2025-10-09 08:53:20.123
    logger.emit({.severity = Severity::info, .body = "ready", .time = time});
    logger.emit({.severity = Severity::warn2,
                 .severity_text = "warning",
                 .event_name = "cache.miss",
                 .attributes = {{"key", "a"}, {"tries", 2}},
                 .time = time});
    logger.emit({.severity = Severity::error, .body = "first\nsecond\033[2J\n", .time = time});
    logger.emit({.body = AttributeValue::map({{"a", 1}}), .time = time});
    const SpanContext context(TraceId{{1}}, SpanId{{2}}, TraceFlags(), true);
    logger.emit({.body = "in a span", .time = time, .context = context});
  });
  EXPECT_EQ(without_ids(output),
            "08:53:20.123Z  INFO   ready\n"
            "08:53:20.123Z  warning  cache.miss  {key=\"a\", tries=2}\n"
            "08:53:20.123Z  ERROR  first\n"
            "    second [2J\n"
            "08:53:20.123Z         {\"a\":1}\n"
            "08:53:20.123Z         in a span  [trace ID span ID]\n");
}

/// A terminal: what is written on stream() can be read from output().
class Terminal {
 public:
  Terminal() : controller_(posix_openpt(O_RDWR | O_NOCTTY)) {
    if (grantpt(controller_) != 0 || unlockpt(controller_) != 0) throw std::runtime_error("no terminal");
    stream_ = std::fopen(ptsname(controller_), "w");
  }
  ~Terminal() {
    std::fclose(stream_);
    close(controller_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  [[nodiscard]] std::FILE* stream() const { return stream_; }
  [[nodiscard]] std::string output() const {
    char buffer[4096];
    const ssize_t size = read(controller_, buffer, sizeof buffer);
    return {buffer, size > 0 ? static_cast<std::size_t>(size) : 0};
  }

 private:
  int controller_;
  std::FILE* stream_;
};

std::string span_on_a_terminal() {
  const Terminal terminal;
  const auto provider = provider_printing_on(terminal.stream());
  provider->get_tracer("test").start_span("name").end();
  provider->force_flush();
  return terminal.output();
}

TEST(ConsoleColours, AreUsedOnATerminalUnlessTheUserWantsNone) {
  const test::Environment terminal("TERM", "xterm");
  EXPECT_THAT(span_on_a_terminal(), HasSubstr("\033[1mname\033[0m"));
  {
    const test::Environment dumb("TERM", "dumb");
    EXPECT_THAT(span_on_a_terminal(), Not(HasSubstr("\033")));
  }
  const test::Environment none("NO_COLOR", "1");
  EXPECT_THAT(span_on_a_terminal(), Not(HasSubstr("\033")));
}

TEST(ConsoleExporter, AStreamThatCannotBeWrittenIsReported) {
  std::FILE* const full = std::fopen("/dev/full", "w");
  const auto exporter = make_console_span_exporter(full);
  const std::string request("\x0a\x04\x12\x02\x12\x00", 6);  // a span without anything
  const ExportResult result = exporter->export_batch(SpanBatch(request, 1), Deadline::max());
  EXPECT_FALSE(result.delivered);
  EXPECT_THAT(result.message, HasSubstr("No space left"));
  std::fclose(full);
}

}  // namespace
}  // namespace sonde
