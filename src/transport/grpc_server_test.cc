#include "transport/grpc_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "transport/grpc_server_test_client.h"

namespace sonde::transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
constexpr auto patience = 20s;

/// Calls that wait until the test answers them.
class Mailbox {
 public:
  GrpcHandler handler() {
    return [this](Expected<std::string> message, GrpcRespond respond) {
      const std::scoped_lock lock(mutex_);
      calls_.emplace_back(std::move(message), std::move(respond));
      arrived_.notify_all();
    };
  }

  std::pair<Expected<std::string>, GrpcRespond> take() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, patience, [this] { return !calls_.empty(); })) {
      return {Error{ErrorCode::deadline_exceeded, "no call came"}, {}};
    }
    auto call = std::move(calls_.front());
    calls_.pop_front();
    return call;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::pair<Expected<std::string>, GrpcRespond>> calls_;
};

class GrpcServerTest : public testing::Test {
 protected:
  GrpcServerTest() : server_({.threads = 2, .max_message_bytes = 100'000}) {
    server_.handle(
        "/test.Service/Echo", [](const Expected<std::string>& message, const GrpcRespond& respond) {
          if (message) {
            respond({}, *message);
          } else {
            respond({static_cast<int>(message.error().code == ErrorCode::resource_exhausted ? 8 : 3),
                     message.error().message,
                     {}},
                    {});
          }
        });
    server_.handle("/test.Service/Later", mailbox_.handler());
  }
  void SetUp() override {
    const Expected<void> started = server_.start();
    ASSERT_TRUE(started) << started.error().message;
  }

  Mailbox mailbox_;
  GrpcServer server_;
};

TEST_F(GrpcServerTest, AnswersWithAMessage) {
  GrpcTestClient client(server_.port());
  EXPECT_EQ(client.call("/test.Service/Echo", "hello").message, "hello");
  const GrpcTestClient::Answer empty = client.call("/test.Service/Echo", "");
  EXPECT_TRUE(empty.status.ok()) << empty.status.error_message();
  EXPECT_EQ(empty.message, "");
}

TEST_F(GrpcServerTest, SaysWhichMethodItDoesNotKnow) {
  const grpc::Status status = GrpcTestClient(server_.port()).call("/test.Service/Other", "x").status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(status.error_message(), "unknown method /test.Service/Other");
}

TEST_F(GrpcServerTest, AnswersErrorsWithTheirDetails) {
  GrpcTestClient client(server_.port());
  auto pending = client.start("/test.Service/Later", "x");
  mailbox_.take().second({14, "the store is full", std::string("\x08\x0e\0\xff", 4)}, {});
  const grpc::Status status = pending.get().status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "the store is full");
  EXPECT_EQ(status.error_details(), std::string("\x08\x0e\0\xff", 4));
}

TEST_F(GrpcServerTest, ManyCallsOfOneConnectionMayWaitAtOnceAndEndInAnyOrder) {
  GrpcTestClient client(server_.port());
  std::vector<std::future<GrpcTestClient::Answer>> answers;
  for (int i = 0; i < 50; ++i) answers.push_back(client.start("/test.Service/Later", std::to_string(i)));
  std::vector<std::pair<Expected<std::string>, GrpcRespond>> calls;
  for (int i = 0; i < 50; ++i) calls.push_back(mailbox_.take());
  EXPECT_EQ(client.call("/test.Service/Echo", "meanwhile").message, "meanwhile");
  std::thread([&] {
    for (auto call = calls.rbegin(); call != calls.rend(); ++call) call->second({}, *call->first);
  }).join();
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(answers[static_cast<std::size_t>(i)].get().message, std::to_string(i));
}

TEST_F(GrpcServerTest, ReadsGzip) {
  const std::string text(50'000, 'x');
  GrpcTestClient client(server_.port());
  EXPECT_EQ(client.call("/test.Service/Echo", text, GRPC_COMPRESS_GZIP).message, text);
  EXPECT_EQ(client.call("/test.Service/Echo", "short", GRPC_COMPRESS_GZIP).message, "short");
}

TEST_F(GrpcServerTest, RefusesOtherCompression) {
  EXPECT_EQ(GrpcTestClient(server_.port())
                .call("/test.Service/Echo", std::string(50'000, 'x'), GRPC_COMPRESS_DEFLATE)
                .status.error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(GrpcServerTest, RefusesMessagesOverTheLimit) {
  GrpcTestClient client(server_.port());
  EXPECT_EQ(client.call("/test.Service/Echo", std::string(100'000, 'x')).message.size(), 100'000U);
  EXPECT_EQ(client.call("/test.Service/Echo", std::string(100'001, 'x')).status.error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(client.call("/test.Service/Echo", "still here").message, "still here");
}

TEST_F(GrpcServerTest, TellsTheHandlerOfAMessageThatWasRefusedUnread) {
  GrpcTestClient client(server_.port());
  auto pending = client.start("/test.Service/Later", std::string(100'001, 'x'));
  const auto [message, respond] = mailbox_.take();
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, ErrorCode::cancelled);
  respond({3, "nobody hears this", {}}, {});
  EXPECT_EQ(pending.get().status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(GrpcServerTest, StopsABombAtTheLimit) {
  const std::string bomb(20u << 20, '\0');  // 20 kB once compressed, so within the limit on the wire
  const grpc::Status status =
      GrpcTestClient(server_.port()).call("/test.Service/Echo", bomb, GRPC_COMPRESS_GZIP).status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  // gRPC itself would name the whole length here, having decompressed it all.
  EXPECT_THAT(status.error_message(), HasSubstr("longer than the limit of 100000 bytes once decompressed"));
}

TEST_F(GrpcServerTest, TellsTheHandlerOfDamagedCompression) {
  EXPECT_EQ(
      GrpcTestClient(server_.port()).call("/test.Service/Echo", "\x1f\x8b\x08 damaged").status.error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(GrpcServerTest, ACallDroppedByItsHandlerAnswersInternal) {
  GrpcTestClient client(server_.port());
  auto pending = client.start("/test.Service/Later", "x");
  mailbox_.take();
  EXPECT_EQ(pending.get().status.error_code(), grpc::StatusCode::INTERNAL);
}

TEST_F(GrpcServerTest, LetsClientsPingAsOftenAsTheyLike) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  GrpcTestClient client(server_.port(), arguments);
  auto pending = client.start("/test.Service/Later", "x");
  const auto call = mailbox_.take();
  EXPECT_EQ(pending.wait_for(500ms), std::future_status::timeout);  // time for many pings
  call.second({}, "answer");
  EXPECT_EQ(pending.get().message, "answer");
}

TEST_F(GrpcServerTest, StoppingWaitsForAnswers) {
  GrpcTestClient client(server_.port());
  auto pending = client.start("/test.Service/Later", "x");
  const auto call = mailbox_.take();
  auto stopped = std::async(std::launch::async, [&] { server_.stop(patience); });
  EXPECT_EQ(stopped.wait_for(50ms), std::future_status::timeout);
  call.second({}, "answer");
  EXPECT_EQ(pending.get().message, "answer");
  EXPECT_EQ(stopped.wait_for(patience), std::future_status::ready);
}

TEST_F(GrpcServerTest, StoppingWaitsNoLongerThanTheGraceAndALateAnswerIsHarmless) {
  GrpcTestClient client(server_.port());
  auto pending = client.start("/test.Service/Later", "x");
  const auto call = mailbox_.take();
  server_.stop(10ms);
  EXPECT_FALSE(pending.get().status.ok());
  call.second({}, "too late");
}

TEST(GrpcServer, MayStopWhileCallsKeepComing) {
  for (int round = 0; round < 5; ++round) {
    GrpcServer server({.threads = 2});
    server.handle("/test.Service/Echo", [](const Expected<std::string>& message, const GrpcRespond& respond) {
      std::thread([message, respond] { respond({}, *message); }).detach();
    });
    ASSERT_TRUE(server.start());
    GrpcTestClient client(server.port());
    std::vector<std::future<GrpcTestClient::Answer>> answers;
    for (int i = 0; i < 100; ++i) answers.push_back(client.start("/test.Service/Echo", "x"));
    answers.front().wait();
    server.stop(100ms);
    for (auto& answer : answers) answer.wait();
  }
}

TEST(GrpcServer, NamesAnAddressInUse) {
  GrpcServer first({});
  ASSERT_TRUE(first.start());
  GrpcServer second({.port = first.port()});
  const Expected<void> started = second.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::unavailable);
  EXPECT_EQ(started.error().message,
            "cannot listen on 127.0.0.1:" + std::to_string(first.port()) + ": Address already in use");
  EXPECT_THAT(GrpcServer({.address = "not an address"}).start().error().message,
              HasSubstr("'not an address'"));
}

TEST(GrpcServer, MayBeStoppedWithoutOrTwice) {
  GrpcServer never_started({});
  never_started.stop();
  GrpcServer server({});
  ASSERT_TRUE(server.start());
  server.stop();
  server.stop();
}

}  // namespace
}  // namespace sonde::transport
