// Calls from Boost.Asio's coroutines: what they return, where they go on, and whose children they are.

#include "sonde/bridge/asio_client.hpp"

#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <string>
#include <thread>

#include "genai/clients/test_clients.h"
#include "genai/test_genai.h"
#include "sonde/bridge/asio.hpp"

namespace sonde::genai {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using bridge::async_chat;
using bridge::async_embed;
using bridge::async_next;
using bridge::carry_context;
using sonde::test::answer;
using sonde::test::in_turn;
using sonde::test::RawHttpServer;
using sonde::test::stall;
using test::openai_answer;
using test::options_at;
using test::question;
using test::streamed_answer;

struct AsioClientTest : testing::Test {
  test::Tracing tracing;
  Instrumentation instrumentation{{.capture = ContentCapture::span}};
  Tracer tracer = get_tracer("test");
  asio::io_context io;

  openai::Client client_of(const RawHttpServer& server) {
    return openai::Client(options_at(server), instrumentation);
  }
  /// Runs a coroutine that carries the context that is current, to its end.
  template <class Body>
  void run(Body body) {
    asio::co_spawn(carry_context(io.get_executor()), std::move(body),
                   [](const std::exception_ptr& exception) {
                     if (exception != nullptr) std::rethrow_exception(exception);
                   });
    io.run_for(sonde::test::patience);
  }
  [[nodiscard]] SpanId parent_of(const std::string& name) const {
    const std::string span = tracing.span(name);
    return SpanView(span).parent_span_id();
  }
};

TEST_F(AsioClientTest, ChatIsAChildOfWhatIsCurrentAndGoesOnThere) {
  RawHttpServer server(answer("200 OK", {}, std::string(openai_answer)));
  auto client = client_of(server);
  const Span request = tracer.start_span("request");
  const CurrentSpanScope scope(request);
  SpanId seen;
  std::thread::id thread;
  run([&]() -> awaitable<void> {
    const auto response = co_await async_chat(client, question);
    EXPECT_EQ(response->text(), "Paris.");
    seen = current_span_context().span_id();
    thread = std::this_thread::get_id();
  });
  EXPECT_EQ(seen, request.context().span_id());
  EXPECT_EQ(thread, std::this_thread::get_id());
  EXPECT_EQ(parent_of("chat m"), request.context().span_id());
  const std::string chat = tracing.span("chat m");
  EXPECT_EQ(parent_of("POST"), SpanView(chat).span_id());
  EXPECT_EQ(tracing.attributes("chat m").at("gen_ai.usage.cache_read.input_tokens"), "4");
}

TEST_F(AsioClientTest, EmbeddingsAndErrorsAreAsWithoutAsio) {
  RawHttpServer server(
      in_turn(answer("200 OK", {}, R"({"data":[{"embedding":[0.5,1]}],"usage":{"prompt_tokens":4}})"),
              answer("401 Unauthorized", {}, R"({"error":{"message":"no","code":"invalid_api_key"}})")));
  auto client = client_of(server);
  const EmbeddingsInput input{.model = "e", .texts = {"a"}};
  run([&]() -> awaitable<void> {
    const auto embedded = co_await async_embed(client, input);
    EXPECT_EQ(embedded->vectors.size(), 1U);
    const auto refused = co_await async_chat(client, question);
    EXPECT_EQ(refused ? "" : refused.error().type, "invalid_api_key");
  });
  EXPECT_EQ(tracing.attributes("chat m").at("error.type"), R"("invalid_api_key")");
}

TEST_F(AsioClientTest, AnyCompletionTokenWillDo) {
  RawHttpServer server(answer("200 OK", {}, std::string(openai_answer)));
  auto client = client_of(server);
  auto future = async_chat(client, question, asio::use_future);
  EXPECT_EQ(future.get()->text(), "Paris.");
}

TEST_F(AsioClientTest, CancellingThroughAsioCancelsTheCall) {
  RawHttpServer server(stall());
  auto client = client_of(server);
  asio::cancellation_signal signal;
  std::optional<Result<ChatResponse>> response;
  async_chat(client, question,
             asio::bind_cancellation_slot(
                 signal.slot(), asio::bind_executor(io, [&](auto result) { response = std::move(result); })));
  ASSERT_TRUE(server.wait_for_requests(1));
  signal.emit(asio::cancellation_type::total);
  io.run_for(sonde::test::patience);
  ASSERT_TRUE(response);
  ASSERT_FALSE(*response);
  EXPECT_EQ(response->error().type, "cancelled");
  const std::string chat = tracing.span("chat m");
  EXPECT_EQ(SpanView(chat).status(), StatusCode::unset);
}

TEST_F(AsioClientTest, StreamsAreReadPieceByPieceWithTheCallersContext) {
  RawHttpServer server(answer("200 OK", {}, streamed_answer({"Par", "is", "."})));
  auto client = client_of(server);
  const Span request = tracer.start_span("request");
  const CurrentSpanScope scope(request);
  std::string text;
  run([&]() -> awaitable<void> {
    ChatStream stream = client.open_stream(question);
    while (const auto chunk = co_await async_next(stream)) {
      EXPECT_EQ(current_span_context().span_id(), request.context().span_id());
      text += chunk->text;
    }
    const auto whole = stream.result();
    EXPECT_EQ(whole ? whole->text() : "", "Paris.");
  });
  EXPECT_EQ(text, "Paris.");
  EXPECT_EQ(parent_of("chat m"), request.context().span_id());
  EXPECT_EQ(tracing.attributes("chat m").at("gen_ai.usage.output_tokens"), "3");
}

TEST_F(AsioClientTest, CancellingAReadEndsTheStreamAndItsSpan) {
  RawHttpServer server([](const auto&, auto& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n" + test::event(test::chunk_of("Par")));
    connection.stall();
  });
  auto client = client_of(server);
  asio::cancellation_signal signal;
  ChatStream stream = client.open_stream(question);
  ASSERT_TRUE(stream.next());
  bool is_over = false;
  async_next(stream, asio::bind_cancellation_slot(
                         signal.slot(), asio::bind_executor(io, [&](auto chunk) { is_over = !chunk; })));
  EXPECT_EQ(tracing.count(), 0U);
  signal.emit(asio::cancellation_type::terminal);
  io.run_for(sonde::test::patience);
  EXPECT_TRUE(is_over);
  const std::string chat = tracing.span("chat m");
  EXPECT_EQ(SpanView(chat).status(), StatusCode::unset);
  EXPECT_FALSE(tracing.attributes("chat m").contains("gen_ai.response.finish_reasons"));
  EXPECT_EQ(stream.result()->text(), "Par");
}

TEST_F(AsioClientTest, ConcurrentCallsOfOneCoroutineAreItsChildrenAlike) {
  using asio::experimental::awaitable_operators::operator&&;
  RawHttpServer server(answer("200 OK", {}, std::string(openai_answer)));
  auto client = client_of(server);
  const Span request = tracer.start_span("request");
  const CurrentSpanScope scope(request);
  const auto ask = [&]() -> awaitable<int> {
    const auto response = co_await async_chat(client, question);
    co_return response ? 1 : 0;
  };
  int answered = 0;
  run([&]() -> awaitable<void> {
    const auto [first, second] = co_await (ask() && ask());
    answered = first + second;
  });
  EXPECT_EQ(answered, 2);
  EXPECT_EQ(tracing.count(), 4U);
}

}  // namespace
}  // namespace sonde::genai
