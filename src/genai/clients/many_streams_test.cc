// A thousand conversations at once with one client, all streams open at the same time: every span is there
// once, under its own conversation, with its own usage. The model is another process, so that the CPU time
// that is printed is the client's.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "genai/test_genai.h"
#include "mock_llm/server.h"
#include "sonde/bridge/asio.hpp"
#include "sonde/bridge/asio_client.hpp"
#include "sonde/genai/openai.hpp"

namespace sonde::genai {
namespace {

namespace asio = boost::asio;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::size_t conversations = 150;
#else
constexpr std::size_t conversations = 1'000;
#endif

/// Each conversation needs a socket here and one there.
void allow_many_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// mock-llm in a process of its own, for as long as this lives.
class ModelProcess {
 public:
  ModelProcess() {
    std::array<int, 2> url_pipe{};
    std::array<int, 2> life_pipe{};
    if (pipe(url_pipe.data()) != 0 || pipe(life_pipe.data()) != 0) return;
    child_ = fork();
    if (child_ == 0) serve(url_pipe[1], life_pipe);
    close(url_pipe[1]);
    close(life_pipe[0]);
    life_ = life_pipe[1];
    std::array<char, 256> text{};
    const ssize_t size = read(url_pipe[0], text.data(), text.size());
    close(url_pipe[0]);
    if (size > 0) url_.assign(text.data(), static_cast<std::size_t>(size));
  }
  ~ModelProcess() {
    close(life_);
    if (child_ > 0) waitpid(child_, nullptr, 0);
  }
  ModelProcess(const ModelProcess&) = delete;
  ModelProcess& operator=(const ModelProcess&) = delete;

  /// Empty if it could not start.
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  [[noreturn]] static void serve(int url_pipe, const std::array<int, 2>& life_pipe) {
    close(life_pipe[1]);
    mock_llm::MockLlmServer server({.latency_per_token = std::chrono::milliseconds(1)}, "127.0.0.1", 0);
    if (!server.start()) _exit(1);
    const std::string url = server.base_url();
    if (write(url_pipe, url.data(), url.size()) < 0) _exit(1);
    char end = 0;
    static_cast<void>(read(life_pipe[0], &end, 1));  // until the other end closes
    _exit(0);
  }

  pid_t child_ = -1;
  int life_ = -1;
  std::string url_;
};

ChatRequest request_of(std::size_t number, const std::string& model) {
  std::string question = "Repeat";
  for (std::size_t i = 0; i <= number % 50; ++i) question += " word" + std::to_string(number);
  return {.model = model,
          .messages = {{.content = question}},
          .conversation_id = "conversation " + std::to_string(number)};
}

struct Answer {
  std::string text;
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  friend bool operator==(const Answer&, const Answer&) = default;
};

Answer answer_of(const ChatResponse& response) {
  return {response.text(), response.usage.input_tokens, response.usage.output_tokens};
}

struct Conversation {
  SpanId span;
  Answer streamed;
};

/// Reads the answer; not beyond its first piece before all others have come as far.
asio::awaitable<void> converse(openai::Client& client, std::size_t number, Conversation& conversation,
                               std::atomic<std::size_t>& begun) {
  ChatStream stream = client.open_stream(request_of(number, "m"));
  auto chunk = co_await bridge::async_next(stream);
  ++begun;
  asio::steady_timer timer(co_await asio::this_coro::executor);
  while (begun < conversations) {
    timer.expires_after(std::chrono::milliseconds(5));
    co_await timer.async_wait(asio::use_awaitable);
  }
  std::string text;
  for (; chunk; chunk = co_await bridge::async_next(stream)) {
    text += chunk->text;
    EXPECT_EQ(current_span_context().span_id(), conversation.span);
  }
  const auto result = stream.result();
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  if (!result) co_return;
  conversation.streamed = answer_of(*result);
  EXPECT_EQ(text, conversation.streamed.text);
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The spans of that name by their parents.
std::map<std::string, std::vector<std::string>> by_parent(const std::vector<std::string>& spans,
                                                          std::string_view name) {
  std::map<std::string, std::vector<std::string>> found;
  for (const std::string& span : spans) {
    const SpanView view(span);
    if (view.name() == name) found[view.parent_span_id().to_hex()].push_back(span);
  }
  return found;
}

TEST(ManyStreams, KeepTheirSpansParentsAndUsageApart) {
  allow_many_files();
  const ModelProcess model;  // before there are threads
  ASSERT_FALSE(model.url().empty());
  const test::Tracing tracing;
  const Instrumentation instrumentation({.capture = ContentCapture::none, .profiles = Profiles{}});
  openai::Client client({.base_url = model.url(), .timeout = std::chrono::minutes(2)}, instrumentation);

  std::vector<Conversation> all(conversations);
  std::vector<Span> spans;
  std::atomic<std::size_t> begun{0};
  asio::thread_pool pool(2);
  const double start = cpu_seconds();
  for (std::size_t i = 0; i < conversations; ++i) {
    const Span& span = spans.emplace_back(get_tracer("test").start_span("conversation"));
    all[i].span = span.context().span_id();
    asio::co_spawn(bridge::carry_context(pool.get_executor(), Context().set_span(span)),
                   converse(client, i, all[i], begun), asio::detached);
  }
  pool.join();
  std::printf("%zu concurrent streams: %.0f us of the client's CPU time a stream\n", conversations,
              1e6 * (cpu_seconds() - start) / static_cast<double>(conversations));

  const auto recorded = tracing.spans();
  const auto chats = by_parent(recorded, "chat m");
  const auto attempts = by_parent(recorded, "POST");
  EXPECT_EQ(chats.size(), conversations);
  for (std::size_t i = 0; i < conversations; ++i) {
    const auto found = chats.find(all[i].span.to_hex());
    ASSERT_NE(found, chats.end()) << i;
    ASSERT_EQ(found->second.size(), 1U) << i;
    const SpanView chat(found->second.front());
    const test::Map attributes = test::map_of(chat.attributes());
    EXPECT_EQ(attributes.at("gen_ai.conversation.id"), "\"conversation " + std::to_string(i) + "\"");
    EXPECT_EQ(attributes.at("gen_ai.usage.input_tokens"), std::to_string(*all[i].streamed.input_tokens));
    EXPECT_EQ(attributes.at("gen_ai.usage.output_tokens"), std::to_string(*all[i].streamed.output_tokens));
    EXPECT_TRUE(attempts.contains(chat.span_id().to_hex()));
  }
  // The same questions one after another have the same answers.
  for (std::size_t i = 0; i < conversations; i += conversations / 50) {
    const auto alone = client.stream_chat(request_of(i, "alone"), [](const ChatChunk&) { return true; });
    ASSERT_TRUE(alone) << alone.error().message;
    EXPECT_EQ(answer_of(*alone), all[i].streamed) << i;
  }
}

}  // namespace
}  // namespace sonde::genai
