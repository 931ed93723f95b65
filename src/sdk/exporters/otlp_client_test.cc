#include "sdk/exporters/otlp_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <future>

#include "sdk_support/decompress.h"
#include "sdk_support/otlp_requests.h"
#include "sdk_support/raw_http_server.h"

namespace sonde::sdk {
namespace {

using namespace std::chrono_literals;
using sonde::test::answer;
using sonde::test::delimited;
using sonde::test::eager;
using sonde::test::gunzip;
using sonde::test::in_turn;
using sonde::test::Kind;
using sonde::test::kind_of;
using sonde::test::later;
using sonde::test::long_time;
using sonde::test::RawHttpServer;
using sonde::test::request_of;
using sonde::test::send_bytes;
using sonde::test::three_rejected;
using sonde::test::unzstd;
using std::chrono::milliseconds;
using testing::HasSubstr;
using transport::header;
using transport::HttpHeaders;
using Clock = std::chrono::steady_clock;

OtlpEndpoint http_endpoint(const RawHttpServer& server) {
  return {.url = server.url("/v1/traces"), .timeout = milliseconds::max()};
}

const HttpHeaders protobuf = {{"Content-Type", "application/x-protobuf"}};

TEST(OtlpHttp, PostsTheRequestAsTheSpecificationSays) {
  RawHttpServer server(answer("200 OK", protobuf));
  OtlpEndpoint endpoint = http_endpoint(server);
  endpoint.headers = {{"api-key", "secret"}};
  OtlpClient client(Signal::traces, endpoint);
  const std::string request = request_of(300'000);
  const ExportResult outcome = client.send(request, later());
  EXPECT_EQ(kind_of(outcome), Kind::success);
  EXPECT_EQ(outcome.message, "");
  const RawHttpServer::Request received = server.requests().at(0);
  EXPECT_EQ(received.method, "POST");
  EXPECT_EQ(received.target, "/v1/traces");
  EXPECT_EQ(received.body, request);
  EXPECT_EQ(header(received.headers, "content-type"), "application/x-protobuf");
  EXPECT_EQ(header(received.headers, "content-encoding"), "");
  EXPECT_EQ(header(received.headers, "api-key"), "secret");
  EXPECT_EQ(header(received.headers, "user-agent"), "sonde/0.1.0 OTel-OTLP-Exporter-Cpp/0.1.0");
}

TEST(OtlpHttp, OneConnectionCarriesManyRequests) {
  RawHttpServer server(answer("200 OK", protobuf));
  OtlpClient client(Signal::traces, http_endpoint(server));
  for (std::size_t i = 0; i < 20; ++i)
    ASSERT_EQ(kind_of(client.send(request_of(i * 1000), later())), Kind::success);
  EXPECT_EQ(server.requests().size(), 20u);
  EXPECT_EQ(server.connections(), 1u);
}

TEST(OtlpHttp, CompressesWhenAsked) {
  RawHttpServer server(answer("200 OK", protobuf));
  OtlpEndpoint endpoint = http_endpoint(server);
  for (const OtlpCompression compression : {OtlpCompression::gzip, OtlpCompression::zstd}) {
    endpoint.compression = compression;
    OtlpClient client(Signal::traces, endpoint);
    const bool gzip = compression == OtlpCompression::gzip;
    for (const std::string& request : {std::string(100'000, 'x'), std::string(50, 'y')}) {
      ASSERT_EQ(kind_of(client.send(request, later())), Kind::success);
      const RawHttpServer::Request received = server.requests().back();
      EXPECT_EQ(header(received.headers, "content-encoding"), gzip ? "gzip" : "zstd");
      EXPECT_EQ(gzip ? gunzip(received.body) : unzstd(received.body), request);
    }
  }
}

TEST(OtlpHttp, WritesJsonWhenAsked) {
  RawHttpServer server(answer("200 OK", {{"Content-Type", "application/json"}},
                              R"({"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"too old"}})"));
  OtlpEndpoint endpoint = http_endpoint(server);
  endpoint.protocol = OtlpProtocol::http_json;
  OtlpClient client(Signal::logs, endpoint);
  const std::string record = delimited(3, "INFO") + delimited(9, std::string(16, '\x1f'));
  for (int i = 0; i < 2; ++i) {
    const ExportResult outcome = client.send(delimited(1, delimited(2, delimited(2, record))), later());
    EXPECT_EQ(kind_of(outcome), Kind::partial);
    EXPECT_EQ(outcome.rejected, 3u);
    EXPECT_EQ(outcome.message, "too old");
    const RawHttpServer::Request received = server.requests().back();
    EXPECT_EQ(header(received.headers, "content-type"), "application/json");
    EXPECT_EQ(received.body, R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityText":"INFO",)"
                             R"("traceId":"1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f"}]}]}]})");
  }
}

TEST(OtlpHttp, TheProgramsProductStandsBeforeTheExporters) {
  RawHttpServer server(answer("200 OK", protobuf));
  OtlpEndpoint endpoint = http_endpoint(server);
  endpoint.user_agent = "my-agent/2.1";
  ASSERT_EQ(kind_of(OtlpClient(Signal::traces, endpoint).send("request", later())), Kind::success);
  EXPECT_EQ(header(server.requests().at(0).headers, "user-agent"),
            "my-agent/2.1 sonde/0.1.0 OTel-OTLP-Exporter-Cpp/0.1.0");
}

TEST(OtlpHttp, APartialSuccessIsNotTriedAgain) {
  RawHttpServer server(answer("200 OK", protobuf, three_rejected));
  OtlpClient client(Signal::traces, http_endpoint(server), eager);
  const ExportResult outcome = client.send("request", later());
  EXPECT_EQ(kind_of(outcome), Kind::partial);
  EXPECT_EQ(outcome.rejected, 3u);
  EXPECT_EQ(outcome.message, "too old");
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(OtlpHttp, WhatIsRefusedForGoodIsNotTriedAgain) {
  RawHttpServer server(answer("400 Bad Request", {{"Content-Type", "text/plain"}}, "no"));
  OtlpClient client(Signal::traces, http_endpoint(server), eager);
  const ExportResult outcome = client.send("request", later());
  EXPECT_EQ(kind_of(outcome), Kind::invalid);
  EXPECT_THAT(outcome.message, HasSubstr(server.url("/v1/traces") + ": HTTP status 400: no"));
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(OtlpHttp, TriesAgainUntilTheReceiverTakesIt) {
  RawHttpServer server(in_turn(answer("503 Service Unavailable"), answer("429 Too Many Requests"),
                               test::reset(), send_bytes("nonsense\r\n\r\n"), answer("502 Bad Gateway"),
                               answer("504 Gateway Timeout"), answer("200 OK", protobuf)));
  OtlpClient client(Signal::traces, http_endpoint(server), eager);
  const std::string request = request_of(1000);
  EXPECT_EQ(kind_of(client.send(request, later())), Kind::success);
  const auto requests = server.requests();
  EXPECT_EQ(requests.size(), 7u);
  for (const auto& received : requests) EXPECT_EQ(received.body, request);
}

TEST(OtlpHttp, TriesAgainWhenTheReceiverIsNotThereYet) {
  std::uint16_t port = 0;
  {
    const RawHttpServer gone(answer("200 OK"));
    port = gone.port();
  }
  OtlpClient client(Signal::traces, {.url = "http://127.0.0.1:" + std::to_string(port) + "/v1/traces"},
                    eager);
  const ExportResult outcome = client.send("request", Clock::now() + 50ms);
  EXPECT_EQ(kind_of(outcome), Kind::unavailable);
  EXPECT_THAT(outcome.message, HasSubstr(std::to_string(port)));
  EXPECT_THAT(outcome.message, HasSubstr("attempts"));
}

TEST(OtlpHttp, ThePauseTheReceiverAsksForIsKept) {
  RawHttpServer server(in_turn(answer("503 Service Unavailable", {{"Retry-After", "1"}}), answer("200 OK")));
  OtlpClient client(Signal::traces, http_endpoint(server), eager);
  const auto started = Clock::now();
  EXPECT_EQ(kind_of(client.send("request", later())), Kind::success);
  EXPECT_GE(Clock::now() - started, 1s);
}

TEST(OtlpHttp, APauseBeyondTheDeadlineIsNotWaitedFor) {
  RawHttpServer server(answer("429 Too Many Requests", {{"Retry-After", "3600"}}));
  OtlpClient client(Signal::traces, http_endpoint(server), eager);
  const auto started = Clock::now();
  const ExportResult outcome = client.send("request", later());
  EXPECT_EQ(kind_of(outcome), Kind::unavailable);
  EXPECT_THAT(outcome.message, HasSubstr("429"));
  EXPECT_LT(Clock::now() - started, long_time);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(OtlpHttp, TheDeadlineEndsAStalledAttempt) {
  RawHttpServer server(test::stall());
  OtlpClient client(Signal::traces, http_endpoint(server), eager);
  const ExportResult outcome = client.send("request", Clock::now() + 50ms);
  EXPECT_EQ(kind_of(outcome), Kind::unavailable);
  EXPECT_EQ(kind_of(client.send("request", Clock::now() - 1s)), Kind::unavailable);
  EXPECT_EQ(server.requests().size(), 1u) << "past its deadline, nothing is sent";
}

TEST(OtlpHttp, TheEndpointsTimeoutIsADeadlineToo) {
  RawHttpServer server(test::stall());
  OtlpEndpoint endpoint = http_endpoint(server);
  endpoint.timeout = 50ms;
  OtlpClient client(Signal::traces, endpoint, eager);
  EXPECT_EQ(kind_of(client.send("request", Clock::time_point::max())), Kind::unavailable);
}

TEST(OtlpHttp, CancellationEndsAnAttempt) {
  RawHttpServer server(in_turn(answer("200 OK"), test::stall()));
  OtlpClient client(Signal::traces, http_endpoint(server));
  ASSERT_EQ(kind_of(client.send("request", later())), Kind::success);
  const auto started = Clock::now();
  auto outcome = std::async(std::launch::async, [&] { return client.send("request", later()); });
  ASSERT_TRUE(server.wait_for_requests(2));
  client.cancel();
  const ExportResult cancelled = outcome.get();
  EXPECT_EQ(kind_of(cancelled), Kind::unavailable);
  EXPECT_THAT(cancelled.message, HasSubstr("cancelled"));
  EXPECT_LT(Clock::now() - started, long_time);
  EXPECT_EQ(kind_of(client.send("request", later())), Kind::unavailable) << "and every later one";
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST(OtlpHttp, CancellationEndsAPause) {
  RawHttpServer server(answer("503 Service Unavailable", {{"Retry-After", "30"}}));
  OtlpClient client(Signal::traces, http_endpoint(server));
  const auto started = Clock::now();
  auto outcome = std::async(std::launch::async, [&] { return client.send("request", later()); });
  ASSERT_TRUE(server.wait_for_requests(1));
  client.cancel();
  EXPECT_EQ(kind_of(outcome.get()), Kind::unavailable);
  EXPECT_LT(Clock::now() - started, 30s);
}

TEST(OtlpHttp, ARequestThatIsTooLargeIsNotSent) {
  RawHttpServer server(answer("200 OK"));
  OtlpEndpoint endpoint = http_endpoint(server);
  EXPECT_EQ(kind_of(OtlpClient(Signal::traces, endpoint).send(std::string((64u << 20) + 1, 'x'), later())),
            Kind::too_large);
  endpoint.max_request_bytes = 1'000;
  const ExportResult outcome = OtlpClient(Signal::traces, endpoint).send(request_of(1'001), later());
  EXPECT_EQ(kind_of(outcome), Kind::too_large);
  EXPECT_THAT(outcome.message, HasSubstr("1001 bytes is more than the 1000 allowed"));
  EXPECT_EQ(server.requests().size(), 0u);
}

TEST(OtlpHttp, AnAnswerThatIsTooLargeIsNotRead) {
  RawHttpServer server(answer("200 OK", protobuf, std::string((4u << 20) + 1, 'x')));
  OtlpClient client(Signal::traces, http_endpoint(server), eager);
  EXPECT_EQ(kind_of(client.send("request", later())), Kind::refused);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(OtlpHttp, AClientMadeAfterAForkWorksBesideTheParents) {
  RawHttpServer server(answer("200 OK", protobuf));
  OtlpClient client(Signal::traces, http_endpoint(server));
  ASSERT_EQ(kind_of(client.send("parent", later())), Kind::success);
  const pid_t child = fork();
  if (child == 0) {
    OtlpClient own(Signal::traces, http_endpoint(server));
    _exit(own.send("child", later()).delivered ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(kind_of(client.send("parent", later())), Kind::success);
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[1].body, "child");
  EXPECT_EQ(requests[2].connection, 0u);
}

}  // namespace
}  // namespace sonde::sdk
