#include "sonde/otlp_exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <future>

#include "sdk_support/otlp_requests.h"
#include "sdk_support/raw_http_server.h"

namespace sonde {
namespace {

using sonde::test::answer;
using sonde::test::in_turn;
using sonde::test::later;
using sonde::test::RawHttpServer;
using testing::HasSubstr;
using testing::IsEmpty;

std::string base_url(const RawHttpServer& server) {
  return "http://127.0.0.1:" + std::to_string(server.port());
}

TEST(OtlpExporter, SendsEachSignalToItsPlace) {
  RawHttpServer server(answer("200 OK"));
  const OtlpExporterOptions options{.endpoint = base_url(server), .headers = {{"x-tenant", "a"}}};
  std::vector<std::string> problems;
  const auto spans = make_otlp_span_exporter(options, problems);
  const auto logs = make_otlp_log_record_exporter(options, problems);
  const auto metrics = make_otlp_metric_exporter(options, problems);
  ASSERT_TRUE(spans && logs && metrics);
  EXPECT_TRUE((*spans)->export_batch(SpanBatch("spans", 1), later()).delivered);
  EXPECT_TRUE((*logs)->export_batch(LogRecordBatch("logs", 1), later()).delivered);
  EXPECT_TRUE((*metrics)->export_batch(MetricBatch("metrics", 1), later()).delivered);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  const char* const signals[] = {"traces", "logs", "metrics"};
  const char* const bodies[] = {"spans", "logs", "metrics"};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(requests[i].target, std::string("/v1/") + signals[i]);
    EXPECT_EQ(requests[i].body, bodies[i]);
    EXPECT_EQ(transport::header(requests[i].headers, "x-tenant"), "a");
  }
  EXPECT_THAT(problems, IsEmpty());
}

TEST(OtlpExporter, TellsTheReaderHowItsReceiverWantsMetrics) {
  std::vector<std::string> problems;
  const auto exporter = make_otlp_metric_exporter(
      {.temporality = TemporalityPreference::delta,
       .default_histogram_aggregation = Aggregation::Type::base2_exponential_bucket_histogram},
      problems);
  ASSERT_TRUE(exporter);
  EXPECT_EQ((*exporter)->temporality(InstrumentKind::counter), AggregationTemporality::delta);
  EXPECT_EQ((*exporter)->temporality(InstrumentKind::up_down_counter), AggregationTemporality::cumulative);
  EXPECT_EQ((*exporter)->default_aggregation(InstrumentKind::histogram).type,
            Aggregation::Type::base2_exponential_bucket_histogram);
  EXPECT_EQ((*exporter)->default_aggregation(InstrumentKind::counter).type, Aggregation::Type::by_instrument);
}

TEST(OtlpExporter, AnEndpointThatIsNoUrlIsAnError) {
  std::vector<std::string> problems;
  for (const OtlpExporterOptions& options :
       {OtlpExporterOptions{.endpoint = "nowhere"}, OtlpExporterOptions{.signal_endpoint = "nowhere"}}) {
    EXPECT_THAT(make_otlp_span_exporter(options, problems).error().message, HasSubstr("nowhere"));
    EXPECT_THAT(make_otlp_log_record_exporter(options, problems).error().message, HasSubstr("nowhere"));
    EXPECT_THAT(make_otlp_metric_exporter(options, problems).error().message, HasSubstr("nowhere"));
  }
}

TEST(OtlpExporter, AForkedChildSendsWhileItsParentIsSending) {
  RawHttpServer server(in_turn(test::stall(), answer("200 OK")));
  std::vector<std::string> problems;
  const auto exporter = make_otlp_span_exporter({.endpoint = base_url(server)}, problems);
  ASSERT_TRUE(exporter);
  auto parents = std::async(std::launch::async,
                            [&] { return (*exporter)->export_batch(SpanBatch("parent", 1), later()); });
  ASSERT_TRUE(server.wait_for_requests(1));
  const pid_t child = fork();
  if (child == 0) {
    _exit((*exporter)->export_batch(SpanBatch("child", 1), later()).delivered ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(server.requests().back().body, "child");
  (*exporter)->cancel();
  EXPECT_FALSE(parents.get().delivered);
}

}  // namespace
}  // namespace sonde
