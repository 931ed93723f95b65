// A service that holds many conversations at once, as coroutines of Boost.Asio. Whose they are travels as
// baggage, and stands on every span below: those of the conversation, of the model's calls and of their HTTP
// requests.

#include <sonde/baggage_processor.hpp>
#include <sonde/bridge/asio.hpp>
#include <sonde/genai/agent.hpp>
#include <sonde/genai/openai.hpp>
#include <sonde/sonde.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace genai = sonde::genai;

using Answer = genai::Result<genai::ChatResponse>;

Answer call_blocking(const genai::ChatRequest& request) {
  thread_local sonde::openai::Client client;  // one a thread, with its connections
  return client.chat(request);
}

/// Calls the model on a thread of `models`, and on none of those that the conversations run on.
asio::awaitable<Answer> call_model(asio::any_io_executor models, genai::ChatRequest request) {
  const auto service = co_await asio::this_coro::executor;
  const auto there = sonde::bridge::carry_context(models);
  co_await asio::post(asio::bind_executor(there, asio::use_awaitable));
  Answer answer = call_blocking(request);
  co_await asio::post(service, asio::use_awaitable);
  co_return answer;
}

asio::awaitable<void> converse(asio::any_io_executor models, std::string session,
                               std::vector<std::string> questions) {
  genai::AgentInvocation conversation({.name = "assistant", .conversation_id = session});
  genai::ChatRequest request{.model = "gpt-4o-mini", .conversation_id = session};
  for (std::string& question : questions) {
    request.messages.push_back({.role = "user", .content = std::move(question)});
    const Answer answer = co_await sonde::with_context(conversation.inside(), call_model(models, request));
    if (!answer) co_return conversation.fail(answer.error().type, answer.error().message);
    request.messages.push_back(answer->choices.front().message);
  }
  std::printf("%s: %zu messages\n", session.c_str(), request.messages.size());
}

}  // namespace

int main() {
  sonde::SetupOptions options{.service_name = "assistant"};
  options.span_processors.push_back(std::make_unique<sonde::BaggageSpanProcessor>(sonde::request_keys()));
  auto telemetry = sonde::setup(std::move(options));

  asio::thread_pool models(4);
  asio::thread_pool service(2);
  for (int number = 0; number < 8; ++number) {
    const std::string session = "session-" + std::to_string(number);
    const auto whose =
        sonde::Baggage().set("user.id", std::to_string(40 + number)).set("session.id", session);
    asio::co_spawn(sonde::bridge::carry_context(service.get_executor(), sonde::Context().set_baggage(whose)),
                   converse(models.get_executor(), session, {"What is a trace?", "And what is a span?"}),
                   asio::detached);
  }
  service.join();
  models.join();
}
