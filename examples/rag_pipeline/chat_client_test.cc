#include "chat_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mock_llm/server.h"
#include "sonde/in_memory_exporter.hpp"
#include "transport/http_server.h"

namespace rag {
namespace {

using sonde::SpanView;
using sonde::ValueView;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::vector<ChatMessage> messages = {
    {"system", "Answer from the documents."},
    {"user", "[1] dogs.md\nDogs bark at night.\n\nQuestion: When do dogs bark?"}};

std::optional<ValueView> attribute(const auto& from, std::string_view key) {
  for (const sonde::AttributeView attribute : from.attributes()) {
    if (attribute.key() == key) return attribute.value();
  }
  return std::nullopt;
}

std::string text_of(const auto& from, std::string_view key) {
  const std::optional<ValueView> value = attribute(from, key);
  return value ? std::string(value->as_string()) : "(missing)";
}

std::int64_t integer_of(const auto& from, std::string_view key) {
  const std::optional<ValueView> value = attribute(from, key);
  return value && value->type() == sonde::AttributeValue::Type::integer ? value->as_integer() : -1;
}

/// Spans go to memory; calls to a mock on a port of its own.
class ChatClientTest : public testing::Test {
 protected:
  void start_mock(sonde::mock_llm::MockLlmOptions options) {
    mock_ =
        std::make_unique<sonde::mock_llm::MockLlmServer>(std::move(options), "127.0.0.1", std::uint16_t{0});
    ASSERT_TRUE(mock_->start());
    options_.base_url = mock_->base_url();
    options_.model = "mock-llm-1";
  }

  /// The failure of a call that must fail.
  [[nodiscard]] std::optional<ChatError> failure() const {
    try {
      static_cast<void>(ChatClient(options_).complete(messages));
    } catch (const ChatError& error) {
      return error;
    }
    return std::nullopt;
  }

  void expect_failed_span(std::string_view type, std::string_view message) {
    const std::string bytes = memory_->find("chat " + options_.model);
    const SpanView span(bytes);
    EXPECT_EQ(span.status(), sonde::StatusCode::error);
    EXPECT_THAT(std::string(span.status_message()), HasSubstr(std::string(message)));
    EXPECT_EQ(text_of(span, "error.type"), type);
    std::vector<std::string> events;
    for (const sonde::SpanEventView event : span.events()) {
      events.emplace_back(event.name());
      if (event.name() != "exception") continue;
      EXPECT_NE(text_of(event, "exception.message"), "(missing)");
    }
    EXPECT_THAT(events, ElementsAre("Sending request", "exception"));
  }

  std::shared_ptr<sonde::InMemorySpans> memory_ = std::make_shared<sonde::InMemorySpans>();
  sonde::Telemetry telemetry_ = sonde::setup({.service_name = "test",
                                              .simple_processor = true,
                                              .custom_exporter = sonde::make_in_memory_exporter(memory_)});
  std::unique_ptr<sonde::mock_llm::MockLlmServer> mock_;
  ChatOptions options_;
};

TEST_F(ChatClientTest, RecordsTheCallAsAGenAiClientSpan) {
  start_mock({});
  const std::string answer = ChatClient(options_).complete(messages);
  EXPECT_THAT(answer, HasSubstr("Dogs bark at night. [1]"));

  const std::string bytes = memory_->find("chat mock-llm-1");
  const SpanView span(bytes);
  EXPECT_EQ(span.kind(), sonde::SpanKind::client);
  EXPECT_EQ(span.status(), sonde::StatusCode::unset);
  EXPECT_EQ(text_of(span, "gen_ai.operation.name"), "chat");
  EXPECT_EQ(text_of(span, "gen_ai.provider.name"), "openai");
  EXPECT_EQ(text_of(span, "gen_ai.request.model"), "mock-llm-1");
  EXPECT_EQ(text_of(span, "gen_ai.response.model"), "mock-llm-1");
  EXPECT_THAT(text_of(span, "gen_ai.response.id"), StartsWith("chatcmpl-"));
  EXPECT_EQ(text_of(span, "server.address"), "127.0.0.1");
  EXPECT_THAT(mock_->base_url(), HasSubstr(":" + std::to_string(integer_of(span, "server.port")) + "/"));
  EXPECT_EQ(attribute(span, "gen_ai.request.temperature")->as_floating(), options_.temperature);
  EXPECT_EQ(integer_of(span, "gen_ai.request.max_tokens"), options_.max_tokens);
  EXPECT_GT(integer_of(span, "gen_ai.usage.input_tokens"), 10);
  EXPECT_GT(integer_of(span, "gen_ai.usage.output_tokens"), 10);
  std::vector<std::string> reasons;
  for (const ValueView reason : attribute(span, "gen_ai.response.finish_reasons")->elements()) {
    reasons.emplace_back(reason.as_string());
  }
  EXPECT_THAT(reasons, ElementsAre("stop"));
  std::vector<std::string> events;
  for (const sonde::SpanEventView event : span.events()) events.emplace_back(event.name());
  EXPECT_THAT(events, ElementsAre("Sending request", "Response received"));
}

TEST_F(ChatClientTest, KeepsContentToItselfUnlessAsked) {
  start_mock({});
  static_cast<void>(ChatClient(options_).complete(messages));
  const std::string without = memory_->find("chat mock-llm-1");
  EXPECT_FALSE(attribute(SpanView(without), "gen_ai.input.messages"));
  EXPECT_FALSE(attribute(SpanView(without), "gen_ai.output.messages"));

  options_.capture_content = true;
  const std::string answer = ChatClient(options_).complete(messages);
  const std::string with = memory_->find("chat mock-llm-1");
  std::vector<std::string> contents;
  for (const char* const key : {"gen_ai.input.messages", "gen_ai.output.messages"}) {
    for (const ValueView message : attribute(SpanView(with), key)->elements()) {
      for (const sonde::AttributeView entry : message.entries()) {
        if (entry.key() != "parts") continue;
        for (const ValueView part : entry.value().elements()) {
          for (const sonde::AttributeView field : part.entries()) {
            if (field.key() == "content") contents.emplace_back(field.value().as_string());
          }
        }
      }
    }
  }
  EXPECT_THAT(contents, ElementsAre(messages[0].content, messages[1].content, answer));
}

TEST_F(ChatClientTest, RecordsWhatTheServerRefused) {
  start_mock({.error_rate = 1, .error_status = 429});
  const auto error = failure();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->type(), "429");
  EXPECT_THAT(error->what(), HasSubstr("mock-llm"));
  expect_failed_span("429", "mock-llm");
}

TEST_F(ChatClientTest, SendsTheKey) {
  start_mock({.api_key = "secret"});
  EXPECT_EQ(failure()->type(), "401");
  options_.api_key = "secret";
  EXPECT_NO_THROW(static_cast<void>(ChatClient(options_).complete(messages)));
}

/// A port of this machine that is taken, so that nobody else gets it, and at which nobody listens.
class SilentPort {
 public:
  SilentPort() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_, generic, size) == 0 && getsockname(socket_, generic, &size) == 0) {
      number_ = ntohs(address.sin_port);
    }
  }
  ~SilentPort() { close(socket_); }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;

  [[nodiscard]] int number() const { return number_; }

 private:
  int socket_;
  int number_ = 0;
};

TEST_F(ChatClientTest, RecordsThatNobodyAnswers) {
  const SilentPort port;
  options_.base_url = "http://127.0.0.1:" + std::to_string(port.number()) + "/v1";
  const auto error = failure();
  ASSERT_TRUE(error);
  EXPECT_THAT(error->what(), HasSubstr(options_.base_url));
  expect_failed_span("connection_failed", "connect");
}

TEST_F(ChatClientTest, RecordsAnAnswerThatIsNoChatCompletion) {
  sonde::transport::HttpServer server({});
  server.route("POST", "/chat/completions", [](const auto& exchange) {
    exchange->respond({.status = 200, .headers = {}, .body = "<html>"});
  });
  ASSERT_TRUE(server.start());
  options_.base_url = "http://127.0.0.1:" + std::to_string(server.port());
  ASSERT_TRUE(failure());
  expect_failed_span("invalid_response", "not a chat completion");
}

TEST_F(ChatClientTest, CarriesTheTraceOn) {
  std::string traceparent;
  sonde::transport::HttpServer server({});
  server.route("POST", "/chat/completions", [&](const auto& exchange) {
    traceparent = sonde::transport::header(exchange->request().headers, "traceparent");
    exchange->respond({.status = 500, .headers = {}, .body = {}});
  });
  ASSERT_TRUE(server.start());
  options_.base_url = "http://127.0.0.1:" + std::to_string(server.port());
  ASSERT_TRUE(failure());
  const std::string bytes = memory_->find("chat " + options_.model);
  const SpanView span(bytes);
  EXPECT_EQ(traceparent.substr(0, 52), "00-" + span.trace_id().to_hex() + "-" + span.span_id().to_hex());
}

}  // namespace
}  // namespace rag
