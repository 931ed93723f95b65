// A service that holds many conversations at once, as coroutines of Boost.Asio. Whose they are travels as
// baggage, and stands on every span below: those of the conversation, of the model's calls and of their HTTP
// requests.

#include <sonde/baggage_processor.hpp>
#include <sonde/bridge/asio.hpp>
#include <sonde/bridge/asio_client.hpp>
#include <sonde/genai/agent.hpp>
#include <sonde/genai/openai.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace genai = sonde::genai;

asio::awaitable<void> converse(genai::Client* client, std::string session,
                               std::vector<std::string> questions) {
  genai::AgentInvocation conversation({.name = "assistant", .conversation_id = session});
  genai::ChatRequest request{.model = "gpt-4o-mini", .conversation_id = session};
  for (std::string& question : questions) {
    request.messages.push_back({.role = "user", .content = std::move(question)});
    const auto answer =
        co_await sonde::with_context(conversation.inside(), sonde::bridge::async_chat(*client, request));
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

  sonde::openai::Client client;  // one for all: its calls wait on a thread of its own
  asio::thread_pool service(2);
  for (int number = 0; number < 8; ++number) {
    const std::string session = "session-" + std::to_string(number);
    const auto whose =
        sonde::Baggage().set("user.id", std::to_string(40 + number)).set("session.id", session);
    asio::co_spawn(sonde::bridge::carry_context(service.get_executor(), sonde::Context().set_baggage(whose)),
                   converse(&client, session, {"What is a trace?", "And what is a span?"}), asio::detached);
  }
  service.join();
}
