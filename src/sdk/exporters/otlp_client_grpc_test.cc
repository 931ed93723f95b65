// OtlpClient over OTLP/gRPC, against a real gRPC server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <set>

#include "sdk/exporters/otlp_client.h"
#include "sdk_support/decompress.h"
#include "sdk_support/grpc_test_server.h"
#include "sdk_support/otlp_requests.h"
#include "sdk_support/raw_http_server.h"

namespace sonde::sdk {
namespace {

using namespace std::chrono_literals;
using sonde::test::eager;
using sonde::test::fifty_milliseconds;
using sonde::test::GrpcCall;
using sonde::test::GrpcReply;
using sonde::test::GrpcTestServer;
using sonde::test::gunzip;
using sonde::test::Kind;
using sonde::test::kind_of;
using sonde::test::later;
using sonde::test::long_time;
using sonde::test::one_millisecond;
using sonde::test::request_of;
using sonde::test::retry_info;
using sonde::test::three_rejected;
using std::chrono::milliseconds;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;
using transport::header;
using Clock = std::chrono::steady_clock;

constexpr const char* export_method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

OtlpEndpoint grpc_endpoint(const GrpcTestServer& server) {
  return {.protocol = OtlpProtocol::grpc, .url = server.url(export_method), .timeout = milliseconds::max()};
}

GrpcTestServer::Answer always(const GrpcReply& reply) {
  return [reply](const GrpcCall&) { return reply; };
}

/// The n-th call gets the n-th reply, and those after the last get the last.
GrpcTestServer::Answer replies_in_turn(std::vector<std::optional<GrpcReply>> replies) {
  auto next = std::make_shared<std::atomic<std::size_t>>(0);
  return [replies = std::move(replies), next](const GrpcCall&) {
    return replies.at(std::min((*next)++, replies.size() - 1));
  };
}

constexpr int unavailable = 14;
constexpr int resource_exhausted = 8;

TEST(OtlpGrpc, CallsTheMethodWithTheExactBytes) {
  GrpcTestServer server(always({}));
  OtlpEndpoint endpoint = grpc_endpoint(server);
  endpoint.headers = {{"Api-Key", "secret"}};
  OtlpClient client(Signal::traces, endpoint);
  for (const std::size_t size : {0u, 1u, 16'384u, 300'000u, 3'000'000u}) {
    const std::string request = request_of(size);
    const ExportResult outcome = client.send(request, later());
    ASSERT_EQ(kind_of(outcome), Kind::success) << size << ": " << outcome.message;
    EXPECT_TRUE(server.calls().back().message == request) << size;
  }
  const GrpcCall call = server.calls().front();
  EXPECT_EQ(call.method, export_method);
  EXPECT_THAT(call.metadata, Contains(Pair("api-key", "secret")));
  EXPECT_THAT(call.metadata, Contains(Pair("user-agent", "sonde/0.1.0 OTel-OTLP-Exporter-Cpp/0.1.0")));
}

TEST(OtlpGrpc, OneConnectionCarriesManyCalls) {
  GrpcTestServer server(replies_in_turn({GrpcReply{}, GrpcReply{.code = unavailable}, GrpcReply{}}));
  OtlpClient client(Signal::traces, grpc_endpoint(server), eager);
  for (std::size_t i = 0; i < 20; ++i)
    ASSERT_EQ(kind_of(client.send(request_of(i * 1000), later())), Kind::success);
  std::set<std::string> peers;
  for (const GrpcCall& call : server.calls()) peers.insert(call.peer);
  EXPECT_EQ(server.calls().size(), 21u);
  EXPECT_EQ(peers.size(), 1u) << "neither statuses nor retries cost the connection";
}

TEST(OtlpGrpc, TheServerLearnsTheDeadline) {
  GrpcTestServer server(always({}));
  OtlpClient client(Signal::traces, grpc_endpoint(server));
  const auto expected = std::chrono::system_clock::now() + 30s;
  ASSERT_EQ(kind_of(client.send("request", Clock::now() + 30s)), Kind::success);
  const auto told = server.calls().at(0).deadline;
  EXPECT_GT(told, expected - 20s);
  EXPECT_LT(told, expected + 20s);
  ASSERT_EQ(kind_of(client.send("request", Clock::time_point::max())), Kind::success)
      << "one too far away for gRPC's eight digits";
}

TEST(OtlpGrpc, CompressesWhenAsked) {
  const std::string request(100'000, 'x');
  GrpcTestServer decompressing(always({}));
  OtlpEndpoint endpoint = grpc_endpoint(decompressing);
  endpoint.compression = OtlpCompression::gzip;
  ASSERT_EQ(kind_of(OtlpClient(Signal::traces, endpoint).send(request, later())), Kind::success);
  EXPECT_TRUE(decompressing.calls().at(0).message == request);

  GrpcTestServer raw(always({}), {.decompress = false});
  endpoint.url = raw.url(export_method);
  ASSERT_EQ(kind_of(OtlpClient(Signal::traces, endpoint).send(request, later())), Kind::success);
  EXPECT_EQ(gunzip(raw.calls().at(0).message), request) << "it was compressed on the wire";
}

TEST(OtlpGrpc, APartialSuccessIsNotTriedAgain) {
  GrpcTestServer server(always({.message = std::string(three_rejected)}));
  OtlpClient client(Signal::traces, grpc_endpoint(server), eager);
  const ExportResult outcome = client.send("request", later());
  EXPECT_EQ(kind_of(outcome), Kind::partial);
  EXPECT_EQ(outcome.rejected, 3u);
  EXPECT_EQ(outcome.message, "too old");
  EXPECT_EQ(server.calls().size(), 1u);
}

TEST(OtlpGrpc, TriesAgainWhenUnavailable) {
  GrpcTestServer server(
      replies_in_turn({GrpcReply{.code = unavailable}, GrpcReply{.code = unavailable}, GrpcReply{}}));
  OtlpClient client(Signal::traces, grpc_endpoint(server), eager);
  EXPECT_EQ(kind_of(client.send("request", later())), Kind::success);
  EXPECT_EQ(server.calls().size(), 3u);
}

TEST(OtlpGrpc, ResourceExhaustedIsTriedAgainOnlyIfTheReceiverSaysWhen) {
  GrpcTestServer server(
      replies_in_turn({GrpcReply{.code = resource_exhausted, .details = retry_info(one_millisecond)},
                       GrpcReply{}, GrpcReply{.code = resource_exhausted, .status_message = "quota"}}));
  OtlpClient client(Signal::traces, grpc_endpoint(server), eager);
  EXPECT_EQ(kind_of(client.send("request", later())), Kind::success);
  EXPECT_EQ(server.calls().size(), 2u);
  EXPECT_EQ(kind_of(client.send("request", later())), Kind::too_large);
  EXPECT_EQ(server.calls().size(), 3u);
}

TEST(OtlpGrpc, ThePauseTheReceiverAsksForIsKept) {
  GrpcTestServer server(replies_in_turn(
      {GrpcReply{.code = unavailable, .details = retry_info(fifty_milliseconds)}, GrpcReply{}}));
  OtlpClient client(Signal::traces, grpc_endpoint(server), eager);
  const auto started = Clock::now();
  EXPECT_EQ(kind_of(client.send("request", later())), Kind::success);
  EXPECT_GE(Clock::now() - started, 50ms);
}

TEST(OtlpGrpc, TheMessageOfAnErrorIsDecoded) {
  GrpcTestServer server(always({.code = 3, .status_message = "100% caf\xc3\xa9\nsecond line"}));
  OtlpClient client(Signal::traces, grpc_endpoint(server), eager);
  const ExportResult outcome = client.send("request", later());
  EXPECT_EQ(kind_of(outcome), Kind::invalid);
  EXPECT_THAT(outcome.message, HasSubstr("gRPC status INVALID_ARGUMENT: 100% caf\xc3\xa9 second line"));
  EXPECT_EQ(server.calls().size(), 1u);
}

TEST(OtlpGrpc, AMessageAboveTheServersLimitIsRefusedForGood) {
  GrpcTestServer server(always({}), {.max_receive_bytes = 1'000});
  OtlpClient client(Signal::traces, grpc_endpoint(server), eager);
  for (const std::size_t size : {1'001u, 300'000u, 5'000'000u}) {
    const ExportResult outcome = client.send(request_of(size), later());
    EXPECT_EQ(kind_of(outcome), Kind::too_large) << size << ": " << outcome.message;
    EXPECT_THAT(outcome.message, HasSubstr("RESOURCE_EXHAUSTED")) << size;
  }
  EXPECT_EQ(kind_of(client.send("request", later())), Kind::success) << "and the next fits";
}

TEST(OtlpGrpc, TheDeadlineEndsAStalledCallAndTheNextUsesAnotherConnection) {
  GrpcTestServer server(replies_in_turn({GrpcReply{}, std::nullopt, GrpcReply{}}),
                        {.enforce_deadlines = false});
  OtlpClient client(Signal::traces, grpc_endpoint(server), eager);
  ASSERT_EQ(kind_of(client.send("request", later())), Kind::success);
  EXPECT_EQ(kind_of(client.send("request", Clock::now() + 50ms)), Kind::unavailable);
  ASSERT_EQ(kind_of(client.send("request", later())), Kind::success);
  const auto calls = server.calls();
  EXPECT_NE(calls.back().peer, calls.front().peer) << "a peer gone silent would swallow that too";
}

TEST(OtlpGrpc, CancellationEndsACall) {
  GrpcTestServer server(replies_in_turn({GrpcReply{}, std::nullopt}));
  OtlpClient client(Signal::traces, grpc_endpoint(server));
  ASSERT_EQ(kind_of(client.send("request", later())), Kind::success);
  const auto started = Clock::now();
  auto outcome = std::async(std::launch::async, [&] { return client.send("request", later()); });
  ASSERT_TRUE(server.wait_for_calls(2));
  client.cancel();
  EXPECT_EQ(kind_of(outcome.get()), Kind::unavailable);
  EXPECT_LT(Clock::now() - started, long_time);
}

TEST(OtlpGrpc, AServerThatRestartedIsFoundAgain) {
  auto server = std::make_unique<GrpcTestServer>(always({}));
  const OtlpEndpoint endpoint = grpc_endpoint(*server);
  const std::uint16_t port = server->port();
  OtlpClient client(Signal::traces, endpoint, eager);
  ASSERT_EQ(kind_of(client.send("before", later())), Kind::success);
  server.reset();
  EXPECT_EQ(kind_of(client.send("between", Clock::now() + 50ms)), Kind::unavailable);
  server = std::make_unique<GrpcTestServer>(always({}), test::GrpcTestServerOptions{.port = port});
  EXPECT_EQ(kind_of(client.send("after", later())), Kind::success);
}

TEST(OtlpGrpc, AConnectionThatTheServerEndedIsReplacedWithoutAnAttemptLost) {
  auto server = std::make_unique<GrpcTestServer>(always({}));
  const std::uint16_t port = server->port();
  transport::HttpClient client({.http2_prior_knowledge = true});
  const transport::HttpRequest request{.method = "POST",
                                       .target = server->url(export_method),
                                       .headers = {{"content-type", "application/grpc"}, {"te", "trailers"}},
                                       .body = std::string(5, '\0')};
  for (int restarts = 0; restarts < 3; ++restarts) {
    const auto response = client.perform(request);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(header(response->trailers, "grpc-status"), "0");
    server.reset();
    server = std::make_unique<GrpcTestServer>(always({}), test::GrpcTestServerOptions{.port = port});
  }
}

TEST(OtlpGrpc, AServerThatRetiresItsConnectionsLosesNothing) {
  GrpcTestServer server(always({}), {.max_connection_age_milliseconds = 1});
  OtlpClient client(Signal::traces, grpc_endpoint(server), eager);
  std::size_t calls = 0;
  std::set<std::string> peers;
  while (peers.size() < 20) {
    const ExportResult outcome = client.send(request_of(10'000), later());
    ASSERT_EQ(kind_of(outcome), Kind::success) << outcome.message;
    peers.insert(server.calls().back().peer);
    ++calls;
  }
  EXPECT_GE(server.calls().size(), calls);
}

TEST(OtlpGrpc, WhatDoesNotSpeakHttp2IsNotTakenForSuccess) {
  test::RawHttpServer server(test::answer("200 OK"));
  OtlpClient client(Signal::traces, {.protocol = OtlpProtocol::grpc, .url = server.url(export_method)},
                    eager);
  EXPECT_EQ(kind_of(client.send("request", Clock::now() + 50ms)), Kind::unavailable);
}

}  // namespace
}  // namespace sonde::sdk
