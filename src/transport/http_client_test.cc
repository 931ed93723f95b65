#include "transport/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "sdk_support/raw_http_server.h"

namespace sonde::transport {
namespace {

using namespace std::chrono_literals;
using sonde::test::answer;
using sonde::test::http_answer;
using sonde::test::in_turn;
using sonde::test::RawHttpServer;
using sonde::test::send_bytes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

using Clock = std::chrono::steady_clock;

/// Far above what anything here takes: a test that gets there fails by its own expectation.
constexpr auto long_timeout = 60s;

HttpRequest get(const RawHttpServer& server) { return {.target = server.url()}; }

TEST(HttpClient, SendsTheRequestAndReturnsTheAnswer) {
  RawHttpServer server(answer("201 Created", {{"X-Answer", " spaced\t"}, {"Empty", ""}}, "hello"));
  HttpClient client({.user_agent = "sonde-test/1"});
  const auto response = client.perform({"POST",
                                        server.url("/v1/traces?a=b"),
                                        {{"X-Request", "one"}, {"X-Empty", ""}},
                                        std::string("\0\1", 2)});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 201u);
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(header(response->headers, "x-answer"), "spaced");
  EXPECT_THAT(response->headers,
              ElementsAre(Pair("X-Answer", "spaced"), Pair("Empty", ""), Pair("Content-Length", "5")));

  const RawHttpServer::Request request = server.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/v1/traces?a=b");
  EXPECT_EQ(request.body, std::string("\0\1", 2));
  EXPECT_EQ(header(request.headers, "x-request"), "one");
  EXPECT_EQ(header(request.headers, "user-agent"), "sonde-test/1");
  EXPECT_THAT(request.headers, testing::Contains(Pair("X-Empty", "")));
}

TEST(HttpClient, ALargeBodyIsSentAtOnceAndWithoutFieldsNobodyAskedFor) {
  RawHttpServer server(answer("200 OK"));
  HttpClient client;
  const std::string body(3u << 20, 'x');
  ASSERT_TRUE(client.perform({"POST", server.url(), {}, body}));
  const RawHttpServer::Request request = server.requests().at(0);
  EXPECT_EQ(request.body, body);
  EXPECT_EQ(header(request.headers, "expect"), "");
  EXPECT_EQ(header(request.headers, "content-type"), "");
}

TEST(HttpClient, EveryMethodIsSentAsNamed) {
  RawHttpServer server([](const RawHttpServer::Request& request, RawHttpServer::Connection& connection) {
    connection.send(request.method == "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"
                                             : http_answer("200 OK", {}, "answer!"));
  });
  HttpClient client;
  for (const std::string method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    const auto response = client.perform({method, server.url(), {}, {}});
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, method == "HEAD" ? "" : "answer!");
    EXPECT_EQ(server.requests().back().method, method);
  }
  ASSERT_TRUE(client.perform({"DELETE", server.url(), {}, "with a body"}));
  EXPECT_EQ(server.requests().back().method, "DELETE");
  EXPECT_EQ(server.requests().back().body, "with a body");
  EXPECT_EQ(server.connections(), 1u);
}

TEST(HttpClient, AnyStatusIsAValue) {
  RawHttpServer server(in_turn(answer("302 Found", {{"Location", "/elsewhere"}}), answer("404 Not Found"),
                               answer("503 Service Unavailable", {}, "busy")));
  HttpClient client;
  EXPECT_EQ(client.perform(get(server))->status, 302u);
  EXPECT_EQ(client.perform(get(server))->status, 404u);
  EXPECT_EQ(client.perform(get(server))->body, "busy");
}

TEST(HttpClient, OneConnectionServesManyRequests) {
  RawHttpServer server(answer("200 OK", {}, "ok"));
  HttpClient client;
  for (int i = 0; i < 50; ++i)
    ASSERT_TRUE(client.perform({.method = "POST", .target = server.url(), .body = "body"}));
  EXPECT_EQ(server.requests().size(), 50u);
  EXPECT_EQ(server.connections(), 1u);
}

TEST(HttpClient, AConnectionThatTheServerEndedIsReplacedWithoutAnError) {
  RawHttpServer server([](const RawHttpServer::Request&, RawHttpServer::Connection& connection) {
    connection.send(http_answer("200 OK", {}, "ok"));
    connection.close();
  });
  HttpClient client;
  for (int i = 0; i < 5; ++i) {
    const auto response = client.perform({.method = "POST", .target = server.url(), .body = "body"});
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, "ok");
  }
  EXPECT_EQ(server.connections(), 5u);
}

TEST(HttpClient, TrailersStandApartFromFields) {
  RawHttpServer server(
      send_bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-status\r\n\r\n"
                 "5\r\nhello\r\n0\r\nX-Status: 7\r\nX-Message: late\r\n\r\n"));
  HttpClient client;
  const auto response = client.perform(get(server));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(header(response->headers, "x-status"), "");
  EXPECT_THAT(response->trailers, ElementsAre(Pair("X-Status", "7"), Pair("X-Message", "late")));
}

TEST(HttpClient, InterimAnswersAreNotTheAnswer) {
  RawHttpServer server(
      send_bytes("HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n"
                 "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" +
                 http_answer("200 OK", {{"X-Final", "1"}}, "done")));
  HttpClient client;
  const auto response = client.perform(get(server));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200u);
  EXPECT_THAT(response->headers, ElementsAre(Pair("X-Final", "1"), Pair("Content-Length", "4")));
  EXPECT_TRUE(response->trailers.empty());
}

TEST(HttpClient, AnAnswerLongerThanAllowedIsRefused) {
  const std::string chunk = "400\r\n" + std::string(1024, 'x') + "\r\n";
  RawHttpServer server(
      in_turn(answer("200 OK", {}, std::string(1024, 'x')), answer("200 OK", {}, std::string(1025, 'x')),
              send_bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk)));
  HttpClient client({.max_response_bytes = 1024});
  EXPECT_EQ(client.perform(get(server))->body.size(), 1024u);
  EXPECT_EQ(client.perform(get(server)).error().code, ErrorCode::resource_exhausted);
  EXPECT_EQ(client.perform(get(server)).error().code, ErrorCode::resource_exhausted);
}

TEST(HttpClient, EndlessFieldsAreRefused) {
  RawHttpServer server([](const RawHttpServer::Request&, RawHttpServer::Connection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n");
    const std::string field = "X-Field: " + std::string(1000, 'x') + "\r\n";
    for (int i = 0; i < 300; ++i) connection.send(field);
    connection.stall();
  });
  HttpClient client({.timeout = long_timeout});
  EXPECT_EQ(client.perform(get(server)).error().code, ErrorCode::resource_exhausted);
}

TEST(HttpClient, AServerThatDoesNotAnswerEndsInDeadlineExceeded) {
  RawHttpServer server(test::stall());
  HttpClient client({.timeout = 50ms});
  const Error error = client.perform(get(server)).error();
  EXPECT_EQ(error.code, ErrorCode::deadline_exceeded);
  EXPECT_THAT(error.message, HasSubstr(server.url()));
}

TEST(HttpClient, ACallMayHaveATimeoutOfItsOwn) {
  RawHttpServer server(test::stall());
  HttpClient client({.timeout = long_timeout});
  EXPECT_EQ(client.perform(get(server), {.timeout = 50ms}).error().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(client.perform(get(server), {.timeout = 0ms}).error().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(server.requests().size(), 1u) << "without time nothing is sent";
}

TEST(HttpClient, AStopFromAnotherThreadEndsTheCall) {
  RawHttpServer server(in_turn(answer("200 OK"), test::stall(), answer("200 OK")));
  HttpClient client({.timeout = long_timeout});
  ASSERT_TRUE(client.perform(get(server))) << "with a connection, no timer of libcurl's cuts its wait short";
  std::stop_source stop;
  const auto started = Clock::now();
  auto result =
      std::async(std::launch::async, [&] { return client.perform(get(server), {.stop = stop.get_token()}); });
  ASSERT_TRUE(server.wait_for_requests(2));
  stop.request_stop();
  EXPECT_EQ(result.get().error().code, ErrorCode::cancelled);
  EXPECT_LT(Clock::now() - started, long_timeout);
  EXPECT_TRUE(client.perform(get(server))) << "the client serves the next call";
}

TEST(HttpClient, AStopRequestedBeforehandSendsNothing) {
  RawHttpServer server(answer("200 OK"));
  HttpClient client;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(client.perform(get(server), {.stop = stop.get_token()}).error().code, ErrorCode::cancelled);
  EXPECT_EQ(server.requests().size(), 0u);
}

TEST(HttpClient, AConnectionThatTimedOutIsNotUsedAgain) {
  RawHttpServer server(in_turn(answer("200 OK"), test::stall(), answer("200 OK")));
  HttpClient client({.timeout = long_timeout});
  ASSERT_TRUE(client.perform(get(server)));
  ASSERT_FALSE(client.perform(get(server), {.timeout = 50ms}));
  ASSERT_TRUE(client.perform(get(server)));
  EXPECT_EQ(server.requests().at(1).connection, 0u);
  EXPECT_EQ(server.requests().at(2).connection, 1u);
}

TEST(HttpClient, NoAnswerIsUnavailable) {
  HttpRequest request;
  {
    RawHttpServer gone(answer("200 OK"));
    request = get(gone);
  }
  HttpClient client;
  const Error refused = client.perform(request).error();
  EXPECT_EQ(refused.code, ErrorCode::unavailable);
  EXPECT_THAT(refused.message, HasSubstr("GET " + request.target));

  RawHttpServer server(in_turn(test::reset(), send_bytes("this is not HTTP\r\n\r\n"),
                               send_bytes(std::string(1000, '\0')),
                               [](const auto&, RawHttpServer::Connection& connection) {
                                 connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                                 connection.close();
                               }));
  for (const char* what : {"reset", "text", "zeros", "half an answer"}) {
    const auto response = client.perform(get(server));
    ASSERT_FALSE(response) << what;
    EXPECT_EQ(response.error().code, ErrorCode::unavailable) << what << ": " << response.error().message;
  }
}

TEST(HttpClient, WhatCannotBeSentIsAnInvalidArgument) {
  HttpClient client;
  for (const std::string url : {"", "127.0.0.1", "http://", "http://host:99999/", "file:///etc/passwd",
                                "ftp://host/", "http://a b/"}) {
    const Error error = client.perform({.target = url}).error();
    EXPECT_EQ(error.code, ErrorCode::invalid_argument) << url << ": " << error.message;
  }
  RawHttpServer server(answer("200 OK"));
  for (const HttpHeaders& headers :
       {HttpHeaders{{"", "x"}}, HttpHeaders{{"a b", "x"}}, HttpHeaders{{"a", "x\r\nb: y"}},
        HttpHeaders{{"a", std::string("\0", 1)}}}) {
    EXPECT_EQ(client.perform({"GET", server.url(), headers, {}}).error().code, ErrorCode::invalid_argument);
  }
  EXPECT_EQ(server.requests().size(), 0u);
}

TEST(HttpClient, ErrorsDoNotShowSecrets) {
  HttpClient client({.timeout = 50ms});
  const Error error = client.perform({.target = "http://user:secret@127.0.0.1:1/path?key=secret"}).error();
  EXPECT_THAT(error.message, HasSubstr("http://127.0.0.1:1/path"));
  EXPECT_THAT(error.message, Not(HasSubstr("secret")));
}

TEST(HttpClient, ASinkTakesTheBodyAsItComes) {
  std::promise<void> first_piece_taken;
  RawHttpServer server([&](const RawHttpServer::Request&, RawHttpServer::Connection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
    first_piece_taken.get_future().wait();
    connection.send("6\r\nsecond\r\n0\r\n\r\n");
  });
  HttpClient client({.timeout = long_timeout, .max_response_bytes = 5});
  std::vector<std::string> pieces;
  const auto response = client.perform(get(server), {.on_data = [&](std::string_view piece) {
                                         if (pieces.empty()) first_piece_taken.set_value();
                                         pieces.emplace_back(piece);
                                         return true;
                                       }});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_THAT(pieces, ElementsAre("first", "second"));
  EXPECT_EQ(response->body, "");
}

TEST(HttpClient, ASinkDoesNotGetTheBodyOfAnError) {
  RawHttpServer server(answer("429 Too Many Requests", {}, "slow down"));
  HttpClient client;
  const auto response = client.perform(get(server), {.on_data = [](std::string_view) {
                                         ADD_FAILURE() << "called";
                                         return true;
                                       }});
  EXPECT_EQ(response->status, 429u);
  EXPECT_EQ(response->body, "slow down");
}

TEST(HttpClient, ASinkMayEndTheTransfer) {
  RawHttpServer server([](const RawHttpServer::Request&, RawHttpServer::Connection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nX-Answer: 1\r\nContent-Length: 1000000\r\n\r\nenough");
    connection.stall();
  });
  HttpClient client({.timeout = long_timeout});
  const auto response = client.perform(get(server), {.on_data = [](std::string_view) { return false; }});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200u);
  EXPECT_EQ(header(response->headers, "x-answer"), "1");
}

TEST(HttpClient, WhatASinkThrowsComesOutOfPerform) {
  RawHttpServer server(answer("200 OK", {}, "body"));
  HttpClient client;
  const PerformOptions options{.on_data = [](std::string_view) -> bool { throw std::runtime_error("sink"); }};
  EXPECT_THROW(static_cast<void>(client.perform(get(server), options)), std::runtime_error);
  EXPECT_TRUE(client.perform(get(server)));
}

}  // namespace
}  // namespace sonde::transport
