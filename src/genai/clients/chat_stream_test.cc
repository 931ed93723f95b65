// Streams that are read when the reader wants, in each of the ways in which they can end; and calls that call
// back.

#include "sonde/genai/chat_stream.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <coroutine>
#include <exception>
#include <future>
#include <iterator>
#include <string>
#include <thread>
#include <utility>

#include "genai/clients/test_clients.h"
#include "genai/test_genai.h"
#include "sonde/coroutine.hpp"

namespace sonde::genai {
namespace {

using sonde::test::answer;
using sonde::test::in_turn;
using sonde::test::RawHttpServer;
using sonde::test::stall;
using test::chunk_of;
using test::event;
using test::openai_answer;
using test::options_at;
using test::question;
using test::streamed_answer;
using testing::ElementsAre;

/// A generator as programs have them, whose coroutine carries its context.
class Generator {
 public:
  struct promise_type : ContextPromise {
    Generator get_return_object() { return Generator(Handle::from_promise(*this)); }
    auto initial_suspend() noexcept { return starting(std::suspend_always{}); }
    auto final_suspend() noexcept { return finishing(std::suspend_always{}); }
    auto yield_value(std::string text) {
      value = std::move(text);
      return suspending(std::suspend_always{});
    }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { exception = std::current_exception(); }
    std::string value;
    std::exception_ptr exception;
  };
  using Handle = std::coroutine_handle<promise_type>;

  explicit Generator(Handle handle) : handle_(handle) {}
  Generator(Generator&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Generator& operator=(Generator&&) = delete;
  ~Generator() {
    if (handle_ != nullptr) handle_.destroy();
  }
  /// The next value; false at the end.
  bool next() {
    handle_.resume();
    if (auto exception = std::exchange(handle_.promise().exception, nullptr))
      std::rethrow_exception(exception);
    return !handle_.done();
  }
  [[nodiscard]] const std::string& value() const { return handle_.promise().value; }

 private:
  Handle handle_;
};

/// The stream lives in the coroutine, and goes with it.
Generator pieces_of(Client& client) {
  ChatStream stream = client.open_stream(question);
  for (const ChatChunk& chunk : stream) co_yield chunk.text;
  if (!stream.result()) throw std::runtime_error(stream.result().error().type);
}

struct ChatStreamTest : testing::Test {
  test::Tracing tracing;
  Instrumentation instrumentation{{.capture = ContentCapture::span}};

  openai::Client client_of(const RawHttpServer& server) {
    return openai::Client(options_at(server), instrumentation);
  }
  [[nodiscard]] test::Map span() const { return tracing.attributes("chat m"); }
  [[nodiscard]] StatusCode status() const {
    const std::string chat = tracing.span("chat m");
    return SpanView(chat).status();
  }
  /// Sends the beginning of an answer, and then nothing.
  static RawHttpServer::Script beginning_only() {
    return [](const auto&, auto& connection) {
      connection.send("HTTP/1.1 200 OK\r\n\r\n" + event(chunk_of("Par")));
      connection.stall();
    };
  }
  [[nodiscard]] std::size_t chats() const { return tracing.span("chat m").empty() ? 0 : 1; }
};

TEST_F(ChatStreamTest, IsOpenUntilItHasBeenReadToItsEnd) {
  RawHttpServer server(answer("200 OK", {}, streamed_answer({"Par", "is", "."})));
  auto client = client_of(server);
  ChatStream stream = client.open_stream(question);
  std::string text;
  for (int i = 0; i < 3; ++i) text += stream.next()->text;
  EXPECT_EQ(text, "Paris.");
  EXPECT_EQ(chats(), 0U);
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(chats(), 1U);
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.result()->text(), "Paris.");
  EXPECT_EQ(span().at("gen_ai.response.finish_reasons"), R"(["stop"])");
  EXPECT_EQ(span().at("gen_ai.usage.output_tokens"), "3");
}

TEST_F(ChatStreamTest, CancelledIsNoErrorAndKeepsWhatCame) {
  RawHttpServer server(beginning_only());
  auto client = client_of(server);
  ChatStream stream = client.open_stream(question);
  EXPECT_EQ(stream.next()->text, "Par");
  stream.cancel();
  EXPECT_EQ(chats(), 1U);
  EXPECT_EQ(status(), StatusCode::unset);
  EXPECT_EQ(stream.result()->text(), "Par");
  EXPECT_FALSE(stream.next());
  EXPECT_THAT(span().at("gen_ai.output.messages"), testing::HasSubstr(R"("content":"Par")"));
}

TEST_F(ChatStreamTest, StoppedThroughItsTokenEndsWhoeverWaits) {
  RawHttpServer server(beginning_only());
  auto client = client_of(server);
  std::stop_source stop;
  ChatStream stream = client.open_stream(question, stop.get_token());
  EXPECT_TRUE(stream.next());
  std::thread stopper([&] { stop.request_stop(); });
  EXPECT_FALSE(stream.next());
  stopper.join();
  EXPECT_EQ(stream.result().error().type, "cancelled");
  EXPECT_EQ(status(), StatusCode::unset);
}

TEST_F(ChatStreamTest, FailedSaysWhyAtItsEnd) {
  RawHttpServer server(answer("200 OK", {}, event(chunk_of("Par"))));
  auto client = client_of(server);
  ChatStream stream = client.open_stream(question);
  EXPECT_EQ(stream.next()->text, "Par");
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.result().error().type, "stream_truncated");
  EXPECT_EQ(status(), StatusCode::error);
  EXPECT_EQ(span().at("gen_ai.response.finish_reasons"), R"(["error"])");
}

TEST_F(ChatStreamTest, DestroyedEndsItsSpan) {
  RawHttpServer server(beginning_only());
  auto client = client_of(server);
  {
    ChatStream stream = client.open_stream(question);
    EXPECT_TRUE(stream.next());
  }
  EXPECT_EQ(chats(), 1U);
  EXPECT_EQ(status(), StatusCode::unset);
  EXPECT_FALSE(span().contains("error.type"));
}

TEST_F(ChatStreamTest, OutlivesItsClientAsCancelled) {
  RawHttpServer server(beginning_only());
  auto client = std::make_unique<openai::Client>(options_at(server), instrumentation);
  ChatStream stream = client->open_stream(question);
  EXPECT_TRUE(stream.next());
  client.reset();
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.result().error().type, "cancelled");
}

TEST_F(ChatStreamTest, OfARequestThatCannotBeSentFails) {
  RawHttpServer server(answer("200 OK"));
  auto client = client_of(server);
  ChatRequest request = question;
  request.extra_json = "no json";
  ChatStream stream = client.open_stream(request);
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.result().error().type, "invalid_request");
  EXPECT_EQ(status(), StatusCode::error);
}

TEST_F(ChatStreamTest, ReadBySlowReadersArrivesWholeThoughItDoesNotWaitInMemory) {
  constexpr int pieces = 20'000;
  RawHttpServer server([](const auto&, auto& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < pieces; ++i) connection.send(event(chunk_of(std::to_string(i) + " ")));
    connection.send(event("[DONE]"));
    connection.close();
  });
  auto client = client_of(server);
  ChatStream stream = client.open_stream(question);
  int read = 0;
  for (const ChatChunk& chunk : stream) EXPECT_EQ(chunk.text, std::to_string(read++) + " ");
  EXPECT_EQ(read, pieces);
  EXPECT_TRUE(stream.result());
}

TEST_F(ChatStreamTest, CallsBackOnceForEachPiece) {
  RawHttpServer server(answer("200 OK", {}, streamed_answer({"Par", "is", "."})));
  auto client = client_of(server);
  ChatStream stream = client.open_stream(question);
  std::promise<std::string> text;
  std::string so_far;
  std::function<void(std::optional<ChatChunk>)> take = [&](std::optional<ChatChunk> chunk) {
    if (!chunk) return text.set_value(so_far);
    so_far += chunk->text;
    stream.next(take);
  };
  stream.next(take);
  EXPECT_EQ(text.get_future().get(), "Paris.");
}

TEST_F(ChatStreamTest, InAGeneratorReadToItsEndFinishes) {
  RawHttpServer server(answer("200 OK", {}, streamed_answer({"Par", "is"})));
  auto client = client_of(server);
  const auto request = get_tracer("test").start_as_current_span("request");
  Generator generator = pieces_of(client);
  std::string text;
  while (generator.next()) text += generator.value();
  EXPECT_EQ(text, "Paris");
  EXPECT_EQ(span().at("gen_ai.response.finish_reasons"), R"(["stop"])");
  const std::string chat = tracing.span("chat m");
  EXPECT_EQ(SpanView(chat).parent_span_id(), request.context().span_id());
}

TEST_F(ChatStreamTest, InAGeneratorThatIsDestroyedEndsWithIt) {
  RawHttpServer server(beginning_only());
  auto client = client_of(server);
  {
    Generator generator = pieces_of(client);
    ASSERT_TRUE(generator.next());
    EXPECT_EQ(chats(), 0U);
  }
  EXPECT_EQ(chats(), 1U);
  EXPECT_EQ(status(), StatusCode::unset);
}

TEST_F(ChatStreamTest, InAGeneratorThatFailsEndsWithTheError) {
  RawHttpServer server(answer("200 OK", {}, event(chunk_of("Par"))));
  auto client = client_of(server);
  Generator generator = pieces_of(client);
  ASSERT_TRUE(generator.next());
  EXPECT_THROW(generator.next(), std::runtime_error);
  EXPECT_EQ(span().at("error.type"), R"("stream_truncated")");
}

TEST_F(ChatStreamTest, ChatsThatCallBackRunTogetherAndRetry) {
  RawHttpServer server(in_turn(answer("503 Service Unavailable", {{"retry-after", "0"}}),
                               answer("200 OK", {}, std::string(openai_answer))));
  auto client = client_of(server);
  std::promise<Result<ChatResponse>> chat;
  client.start_chat(question, [&](Result<ChatResponse> response) { chat.set_value(std::move(response)); });
  EXPECT_EQ(chat.get_future().get()->text(), "Paris.");
  EXPECT_EQ(tracing.attributes("POST").at("http.request.resend_count"), "1");
}

TEST_F(ChatStreamTest, ClientsThatAreDestroyedCancelWhatTheyHaveBegun) {
  RawHttpServer server(stall());
  std::atomic<int> cancelled{0};
  {
    auto client = client_of(server);
    for (int i = 0; i < 3; ++i) {
      client.start_chat(question, [&](const Result<ChatResponse>& response) {
        if (!response && response.error().type == "cancelled") ++cancelled;
      });
    }
  }
  EXPECT_EQ(cancelled, 3);
  EXPECT_EQ(chats(), 1U);
}

TEST_F(ChatStreamTest, AClientMayBeDestroyedByACallbackOfItsOwn) {
  RawHttpServer server(answer("200 OK", {}, std::string(openai_answer)));
  auto client = std::make_unique<openai::Client>(options_at(server), instrumentation);
  std::promise<void> is_done;
  client->start_chat(question, [&](const Result<ChatResponse>&) {
    client.reset();
    is_done.set_value();
  });
  is_done.get_future().get();
}

}  // namespace
}  // namespace sonde::genai
