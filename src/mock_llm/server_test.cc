#include "mock_llm/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "transport/http_client.h"

namespace sonde::mock_llm {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using Json = nlohmann::json;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string chat_body = R"({"model": "m", "messages": [{"role": "user", "content": "Hi"}]})";
const std::string stream_body =
    R"({"model": "m", "stream": true, "messages": [{"role": "user", "content": "Hi"}]})";

class MockLlmServerTest : public testing::Test {
 protected:
  void start(MockLlmOptions options) {
    server_ = std::make_unique<MockLlmServer>(std::move(options), "127.0.0.1", std::uint16_t{0});
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error().message;
  }

  [[nodiscard]] transport::HttpRequest post(const std::string& path, std::string body) const {
    return {"POST", server_->base_url() + path, {{"Content-Type", "application/json"}}, std::move(body)};
  }

  transport::HttpClientResponse perform(const transport::HttpRequest& request,
                                        const transport::PerformOptions& options = {}) {
    auto response = client_.perform(request, options);
    if (response) return *std::move(response);
    ADD_FAILURE() << response.error().message;
    return {};
  }

  std::unique_ptr<MockLlmServer> server_;
  transport::HttpClient client_{{.timeout = 60s}};
};

TEST_F(MockLlmServerTest, AnswersOverHttp) {
  start({});
  EXPECT_THAT(server_->base_url(), testing::MatchesRegex("http://127\\.0\\.0\\.1:[0-9]+/v1"));
  const auto response = perform(post("/chat/completions", chat_body));
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(transport::header(response.headers, "Content-Type"), "application/json");
  EXPECT_THAT(std::string(transport::header(response.headers, "x-request-id")), StartsWith("req_mock_"));
  EXPECT_EQ(Json::parse(response.body)["object"], "chat.completion");
}

TEST_F(MockLlmServerTest, StreamsEvents) {
  start({});
  const auto response = perform(post("/chat/completions", stream_body));
  EXPECT_EQ(transport::header(response.headers, "Content-Type"), "text/event-stream");
  EXPECT_THAT(response.body, StartsWith("data: {"));
  EXPECT_THAT(response.body, EndsWith("\n\ndata: [DONE]\n\n"));
}

TEST_F(MockLlmServerTest, WaitsBeforeTheAnswer) {
  start({.latency = 80ms});
  const auto before = steady_clock::now();
  perform(post("/embeddings", R"({"model": "m", "input": "a"})"));
  EXPECT_GE(steady_clock::now() - before, 80ms);
}

TEST_F(MockLlmServerTest, WaitsBeforeTheFirstTokenAndBetweenTokens) {
  start({.latency = 80ms, .latency_per_token = 2ms});
  const auto before = steady_clock::now();
  steady_clock::time_point first;
  std::string body;
  const auto on_data = [&](std::string_view piece) {
    if (body.empty()) first = steady_clock::now();
    body += piece;
    return true;
  };
  perform(post("/chat/completions", stream_body), {.on_data = on_data});
  EXPECT_GE(first - before, 80ms);
  const auto events = std::ranges::count(body, '\n') / 2;
  EXPECT_GE(steady_clock::now() - first, (events - 2) * 2ms) << "the first piece may hold two events";
  EXPECT_THAT(body, EndsWith("data: [DONE]\n\n"));
}

TEST_F(MockLlmServerTest, ServesManySlowStreamsAtOnce) {
  start({.latency = 20ms, .latency_per_token = 5ms});
  std::vector<std::thread> clients;
  std::vector<std::string> bodies(16);
  clients.reserve(bodies.size());
  for (std::string& body : bodies) {
    clients.emplace_back([&] {
      transport::HttpClient client({.timeout = 60s});
      const auto response = client.perform(post("/chat/completions", stream_body));
      if (response) body = response->body;
    });
  }
  for (std::thread& client : clients) client.join();
  for (const std::string& body : bodies) EXPECT_THAT(body, EndsWith("data: [DONE]\n\n"));
}

TEST_F(MockLlmServerTest, OutlivesAClientThatLeavesInTheMiddle) {
  start({.latency_per_token = 1ms});
  perform(post("/chat/completions", stream_body), {.on_data = [](std::string_view) { return false; }});
  EXPECT_EQ(perform(post("/chat/completions", stream_body)).status, 200U);
}

TEST_F(MockLlmServerTest, AnswersUnknownPathsInTheShapeOfItsErrors) {
  start({});
  const auto response = perform({"DELETE", server_->base_url() + "/nowhere", {}, {}});
  EXPECT_EQ(response.status, 404U);
  EXPECT_THAT(Json::parse(response.body)["error"]["message"].get<std::string>(),
              HasSubstr("DELETE /v1/nowhere"));
}

/// A client that asks for a stream on a thread of its own.
class StreamingClient {
 public:
  explicit StreamingClient(transport::HttpRequest request)
      : thread_([this, request = std::move(request)] {
          transport::HttpClient client({.timeout = 60s});
          const auto on_data = [this](std::string_view piece) {
            body_ += piece;
            if (!has_begun_.exchange(true)) has_begun_.notify_one();
            return true;
          };
          was_whole_ = client.perform(request, {.on_data = on_data}).has_value();
        }) {}

  void wait_for_first_piece() { has_begun_.wait(false); }
  /// The body, once the answer has ended.
  const std::string& body() {
    if (thread_.joinable()) thread_.join();
    return body_;
  }
  [[nodiscard]] bool was_whole() const { return was_whole_; }

 private:
  std::string body_;
  std::atomic<bool> has_begun_ = false;
  bool was_whole_ = false;
  std::jthread thread_;
};

TEST_F(MockLlmServerTest, FinishesWhatIsUnderWayWhenItStops) {
  start({.latency_per_token = 5ms});
  StreamingClient client(post("/chat/completions", stream_body));
  client.wait_for_first_piece();
  server_->stop(30s);
  EXPECT_THAT(client.body(), EndsWith("data: [DONE]\n\n"));
  EXPECT_TRUE(client.was_whole());
}

TEST_F(MockLlmServerTest, DropsWhatTakesTooLongWhenItStops) {
  start({.latency_per_token = 1h});
  StreamingClient client(post("/chat/completions", stream_body));
  client.wait_for_first_piece();
  server_->stop(10ms);
  server_.reset();
  EXPECT_THAT(client.body(), testing::Not(HasSubstr("[DONE]")));
  EXPECT_FALSE(client.was_whole());
}

TEST_F(MockLlmServerTest, RefusesTooLargeABodyInTheShapeOfItsErrors) {
  start({});
  const auto response = perform(post("/embeddings", std::string(9u << 20, ' ')));
  EXPECT_EQ(response.status, 413U);
  EXPECT_TRUE(Json::parse(response.body)["error"]["message"].is_string());
}

TEST_F(MockLlmServerTest, SaysWhichAddressItCannotListenAt) {
  start({});
  const std::string url = server_->base_url();
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  MockLlmServer second({}, "127.0.0.1", port);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr(std::to_string(port)));
}

}  // namespace
}  // namespace sonde::mock_llm
