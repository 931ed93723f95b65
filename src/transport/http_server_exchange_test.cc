// Answers that come later, from other threads or piece by piece; clients that leave; stopping.

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "transport/http_server.h"
#include "transport/http_server_test_client.h"

namespace sonde::transport {
namespace {

using namespace std::chrono_literals;
constexpr auto patience = 20s;

/// Requests that wait until the test answers them.
class Mailbox {
 public:
  HttpHandler handler() {
    return [this](std::shared_ptr<HttpExchange> exchange) {
      const std::scoped_lock lock(mutex_);
      exchanges_.push_back(std::move(exchange));
      arrived_.notify_all();
    };
  }

  /// The next request that came in, or null when patience runs out.
  std::shared_ptr<HttpExchange> take() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, patience, [this] { return !exchanges_.empty(); })) return nullptr;
    auto exchange = std::move(exchanges_.front());
    exchanges_.pop_front();
    return exchange;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::shared_ptr<HttpExchange>> exchanges_;
};

bool eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

HttpResponse text(std::string body) { return {.status = 200, .headers = {}, .body = std::move(body)}; }

class HttpExchangeTest : public testing::Test {
 protected:
  HttpExchangeTest() : server_({.threads = 1}) {
    server_.route("GET", "/now",
                  [](const std::shared_ptr<HttpExchange>& exchange) { exchange->respond(text("now")); });
    server_.route("GET", "/later", mailbox_.handler());
    server_.route("GET", "/throws", [](const std::shared_ptr<HttpExchange>&) {
      throw std::runtime_error("as handlers should not");
    });
  }
  void SetUp() override { ASSERT_TRUE(server_.start()); }

  Mailbox mailbox_;
  HttpServer server_;
};

TEST_F(HttpExchangeTest, AnAnswerThatComesLaterHoldsNobodyElseUp) {
  TestClient waiting(server_.port());
  waiting.request("GET", "/later");
  const auto exchange = mailbox_.take();
  TestClient other(server_.port());
  other.request("GET", "/now");
  EXPECT_EQ(other.response().body, "now");
  std::thread([&] { exchange->respond(text("later")); }).join();
  EXPECT_EQ(waiting.response().body, "later");
}

TEST_F(HttpExchangeTest, PipelinedRequestsAreAnsweredInTheirOrder) {
  TestClient client(server_.port());
  client.request("GET", "/later");
  client.request("GET", "/now");
  client.request("GET", "/later");
  mailbox_.take()->respond(text("first"));
  EXPECT_EQ(client.response().body, "first");
  EXPECT_EQ(client.response().body, "now");
  mailbox_.take()->respond(text("third"));
  EXPECT_EQ(client.response().body, "third");
}

TEST_F(HttpExchangeTest, AHandlerThatDropsTheRequestAnswers500) {
  TestClient client(server_.port());
  client.request("GET", "/later");
  mailbox_.take().reset();
  EXPECT_EQ(client.response().status, 500U);
  client.request("GET", "/throws");
  EXPECT_EQ(client.response().status, 500U);
  client.request("GET", "/now");
  EXPECT_EQ(client.response().status, 200U);
}

TEST_F(HttpExchangeTest, OnlyTheFirstAnswerCounts) {
  TestClient client(server_.port());
  client.request("GET", "/later");
  const auto exchange = mailbox_.take();
  exchange->respond(text("first"));
  exchange->respond(text("second"));
  exchange->start_stream({});
  exchange->write("third");
  exchange->finish();
  EXPECT_EQ(client.response().body, "first");
  client.request("GET", "/now");
  EXPECT_EQ(client.response().body, "now");
}

TEST_F(HttpExchangeTest, AStreamReachesTheClientPieceByPiece) {
  TestClient client(server_.port());
  client.request("GET", "/later");
  const auto exchange = mailbox_.take();
  exchange->start_stream({.status = 200, .headers = {{"Content-Type", "text/event-stream"}}, .body = {}});
  EXPECT_EQ(header(client.head().headers, "Transfer-Encoding"), "chunked");
  std::string line;
  for (const std::string piece : {"first", "second"}) {
    exchange->write(piece);
    ASSERT_TRUE(client.read_line(line) && client.read_line(line));
    EXPECT_EQ(line, piece);
  }
  exchange->write("");
  exchange->finish();
  ASSERT_TRUE(client.read_line(line));
  EXPECT_EQ(line, "0");
  ASSERT_TRUE(client.read_line(line));
  client.request("GET", "/now");
  EXPECT_EQ(client.response().body, "now");
}

TEST_F(HttpExchangeTest, AStreamMayBeWrittenFasterThanItIsRead) {
  TestClient client(server_.port());
  client.request("GET", "/later");
  const auto exchange = mailbox_.take();
  exchange->start_stream({});
  std::string all;
  for (int i = 0; i < 2'000; ++i) {
    const std::string piece(5'000, static_cast<char>('a' + i % 26));
    exchange->write(piece);
    all += piece;
  }
  exchange->finish();
  EXPECT_EQ(client.response().body, all);
}

TEST_F(HttpExchangeTest, AStreamToHttp10EndsWithTheConnection) {
  TestClient client(server_.port());
  client.send("GET /later HTTP/1.0\r\n\r\n");
  const auto exchange = mailbox_.take();
  exchange->start_stream({});
  exchange->write("piece by piece");
  exchange->finish();
  const HttpResponse response = client.response();
  EXPECT_EQ(header(response.headers, "Transfer-Encoding"), "");
  EXPECT_EQ(response.body, "piece by piece");
}

TEST_F(HttpExchangeTest, AStreamAnswersHeadWithItsHeadOnly) {
  TestClient client(server_.port());
  client.request("HEAD", "/later");
  const auto exchange = mailbox_.take();
  exchange->start_stream({});
  exchange->write("unseen");
  exchange->finish();
  EXPECT_EQ(client.response(true).status, 200U);
  client.request("GET", "/now");
  EXPECT_EQ(client.response().body, "now");
}

TEST_F(HttpExchangeTest, AStreamThatIsDroppedIsCutSoThatItShows) {
  TestClient client(server_.port());
  client.request("GET", "/later");
  auto exchange = mailbox_.take();
  exchange->start_stream({});
  exchange->write("half");
  std::string line;
  client.head();
  ASSERT_TRUE(client.read_line(line) && client.read_line(line));
  EXPECT_EQ(line, "half");
  exchange.reset();
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(HttpExchangeTest, AClientThatLeavesShows) {
  for (const bool streaming : {false, true}) {
    TestClient client(server_.port());
    client.request("GET", "/later");
    const auto exchange = mailbox_.take();
    if (streaming) {
      exchange->start_stream({});
      client.head();
    }
    EXPECT_FALSE(exchange->is_closed());
    client.leave();
    EXPECT_TRUE(eventually([&] { return exchange->is_closed(); })) << "streaming: " << streaming;
    exchange->write("discarded");
    exchange->finish();
    exchange->respond({});
  }
}

TEST_F(HttpExchangeTest, AClientThatClosedOnlyItsSideStillGetsTheAnswer) {
  TestClient client(server_.port());
  client.request("GET", "/later");
  client.close_sending_side();
  const auto exchange = mailbox_.take();
  EXPECT_TRUE(eventually([&] { return exchange->is_closed(); }));
  exchange->respond(text("answer"));
  EXPECT_EQ(client.response().body, "answer");
}

TEST_F(HttpExchangeTest, StoppingWaitsForAnswersAndClosesIdleConnections) {
  TestClient idle(server_.port());
  idle.request("GET", "/now");
  EXPECT_EQ(idle.response().body, "now");
  TestClient client(server_.port());
  client.request("GET", "/later");
  const auto exchange = mailbox_.take();
  auto stopped = std::async(std::launch::async, [&] { server_.stop(patience); });
  EXPECT_TRUE(idle.is_closed_by_server());
  EXPECT_FALSE(TestClient(server_.port()).is_connected());
  EXPECT_EQ(stopped.wait_for(0s), std::future_status::timeout);
  exchange->respond(text("answer"));
  const HttpResponse response = client.response();
  EXPECT_EQ(response.body, "answer");
  EXPECT_EQ(header(response.headers, "Connection"), "close");
  EXPECT_EQ(stopped.wait_for(patience), std::future_status::ready);
}

TEST_F(HttpExchangeTest, StoppingWaitsNoLongerThanTheGrace) {
  TestClient client(server_.port());
  client.request("GET", "/later");
  const auto exchange = mailbox_.take();
  server_.stop(10ms);
  EXPECT_EQ(client.response().status, 0U);
  EXPECT_TRUE(exchange->is_closed());
}

TEST(HttpExchange, MayOutliveItsServer) {
  Mailbox mailbox;
  auto server = std::make_unique<HttpServer>(HttpServerOptions{});
  server->route("GET", "/later", mailbox.handler());
  ASSERT_TRUE(server->start());
  TestClient client(server->port());
  client.request("GET", "/later");
  TestClient another(server->port());
  another.request("GET", "/later");
  const auto exchange = mailbox.take();
  auto dropped = mailbox.take();
  server->stop(0ms);
  server.reset();
  exchange->respond(text("too late"));
  dropped.reset();
}

TEST(HttpServerThreads, ManyClientsAreServedSideBySide) {
  HttpServer server({.threads = 4});
  server.route("POST", "/echo", [](const std::shared_ptr<HttpExchange>& exchange) {
    std::thread([exchange] { exchange->respond(text(exchange->take_body())); }).detach();
  });
  ASSERT_TRUE(server.start());
  std::vector<std::future<int>> clients;
  for (int number = 0; number < 16; ++number) {
    clients.push_back(std::async(std::launch::async, [&server, number] {
      TestClient client(server.port());
      int right = 0;
      for (int i = 0; i < 50; ++i) {
        const std::string body = std::to_string(number) + ":" + std::to_string(i) + std::string(2'000, 'x');
        client.request("POST", "/echo", {}, body);
        if (client.response().body == body) ++right;
      }
      return right;
    }));
  }
  for (auto& client : clients) EXPECT_EQ(client.get(), 50);
}

}  // namespace
}  // namespace sonde::transport
