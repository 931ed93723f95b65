#include "transport/http_loop.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sdk_support/raw_http_server.h"

namespace sonde::transport {
namespace {

using namespace std::chrono_literals;
using sonde::test::answer;
using sonde::test::patience;
using sonde::test::RawHttpServer;
using sonde::test::reset;
using sonde::test::stall;

struct HttpLoopTest : testing::Test {
  HttpLoop loop{HttpClientOptions()};

  /// What came of a request; nothing as long as it is under way.
  using Answer = std::optional<Expected<HttpClientResponse>>;
  static HttpLoop::Request request_to(const std::string& url, Answer& into,
                                      std::chrono::milliseconds timeout = 1h) {
    return {.message = {.method = "POST", .target = url, .body = "question"},
            .on_done = [&into](Expected<HttpClientResponse> answer) { into = std::move(answer); },
            .timeout = timeout};
  }
  /// False if that did not come about while there was patience.
  template <class Condition>
  bool run_until(Condition condition) {
    const auto is_late = std::make_shared<bool>(false);
    loop.run_after(patience, [is_late] { *is_late = true; });
    loop.run_until([&] { return *is_late || condition(); });
    return !*is_late;
  }
};

TEST_F(HttpLoopTest, RunsManyRequestsAtOnce) {
  // None is answered before all have come.
  constexpr std::size_t count = 20;
  RawHttpServer* all = nullptr;
  RawHttpServer server([&](const auto&, auto& connection) {
    EXPECT_TRUE(all->wait_for_requests(count));
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer");
  });
  all = &server;
  std::vector<Answer> answers(count);
  for (Answer& each : answers) loop.start(request_to(server.url(), each));
  ASSERT_TRUE(
      run_until([&] { return std::ranges::all_of(answers, [](const Answer& a) { return a.has_value(); }); }));
  for (const Answer& each : answers) EXPECT_EQ((*each)->body, "answer");
}

TEST_F(HttpLoopTest, KeepsConnectionsUnlessAFreshOneIsWanted) {
  RawHttpServer server(answer("200 OK", {}, "answer"));
  for (const bool fresh : {false, false, true}) {
    Answer got;
    auto request = request_to(server.url(), got);
    request.on_fresh_connection = fresh;
    loop.start(std::move(request));
    ASSERT_TRUE(run_until([&] { return got.has_value(); }));
  }
  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(HttpLoopTest, FailuresAreThoseOfAClientThatWaits) {
  RawHttpServer silent(stall());
  RawHttpServer resetting(reset());
  Answer late;
  Answer lost;
  Answer invalid;
  loop.start(request_to(silent.url(), late, 50ms));
  loop.start(request_to(resetting.url(), lost));
  loop.start(request_to("ftp://127.0.0.1/", invalid));
  ASSERT_TRUE(run_until([&] { return late && lost && invalid; }));
  EXPECT_EQ(late->error().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(lost->error().code, ErrorCode::unavailable);
  EXPECT_EQ(invalid->error().code, ErrorCode::invalid_argument);
}

TEST_F(HttpLoopTest, CallsNobodyAfterACancellation) {
  RawHttpServer server(stall());
  Answer never;
  const HttpLoop::Id id = loop.start(request_to(server.url(), never));
  ASSERT_TRUE(run_until([&] { return !server.requests().empty(); }));
  loop.cancel(id);
  loop.cancel(id);
  bool is_past = false;
  loop.post([&] { is_past = true; });
  ASSERT_TRUE(run_until([&] { return is_past; }));
  EXPECT_FALSE(never);
}

TEST_F(HttpLoopTest, HeldBodiesWaitAndGoOn) {
  RawHttpServer server([](const auto&, auto& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n");
    connection.send(std::string(400'000, 'x'));
  });
  Answer got;
  std::size_t bytes = 0;
  HttpLoop::Id id = 0;
  auto request = request_to(server.url(), got);
  request.on_data = [&](std::string_view piece) {
    bytes += piece.size();
    loop.hold(id);
    loop.post([&] { loop.resume(id); });
    return true;
  };
  id = loop.start(std::move(request));
  ASSERT_TRUE(run_until([&] { return got.has_value(); }));
  EXPECT_EQ(bytes, 400'000U);
}

TEST_F(HttpLoopTest, ASinkThatEndsAResumedBodyEndsTheRequest) {
  RawHttpServer server([](const auto&, auto& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n");
    connection.send(std::string(100'000, 'x'));
    connection.stall();
  });
  Answer got;
  int pieces = 0;
  HttpLoop::Id id = 0;
  auto request = request_to(server.url(), got);
  request.on_data = [&](std::string_view) {
    if (++pieces > 1) return false;
    loop.hold(id);
    loop.run_after(20ms, [&] { loop.resume(id); });
    return true;
  };
  id = loop.start(std::move(request));
  ASSERT_TRUE(run_until([&] { return got.has_value(); }));
  EXPECT_TRUE(got->has_value());
}

TEST_F(HttpLoopTest, WhatASinkThrowsComesOutAndTheLoopGoesOn) {
  RawHttpServer server(answer("200 OK", {}, "answer"));
  Answer never;
  auto request = request_to(server.url(), never);
  request.on_data = [](std::string_view) -> bool { throw std::runtime_error("the sink's"); };
  loop.start(std::move(request));
  EXPECT_THROW(run_until([] { return false; }), std::runtime_error);
  EXPECT_FALSE(never);
  Answer got;
  loop.start(request_to(server.url(), got));
  ASSERT_TRUE(run_until([&] { return got.has_value(); }));
  EXPECT_EQ((*got)->body, "answer");
}

TEST_F(HttpLoopTest, TimersRunInTheirOrderAndPostsComeFromAnyThread) {
  std::string order;
  loop.run_after(30ms, [&] { order += "c"; });
  loop.run_after(1ms, [&] { order += "b"; });
  std::thread other([&] { loop.post([&] { order += "a"; }); });
  other.join();
  ASSERT_TRUE(run_until([&] { return order.size() == 3; }));
  EXPECT_EQ(order, "abc");
}

}  // namespace
}  // namespace sonde::transport
