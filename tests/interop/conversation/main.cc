// Our side of the conversation that js/conversation.test.mjs has through the official client as well, step
// for step.
//
//     interop_conversation CHAT_URL RESPONSES_URL

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "sonde/genai/openai.hpp"
#include "sonde/setup.hpp"

namespace {

using sonde::genai::ChatChunk;
using sonde::genai::ChatMessage;
using sonde::genai::ChatRequest;
using sonde::genai::ClientOptions;

void expect(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "interop_conversation: " << what << '\n';
  std::exit(1);
}

template <class T>
const T& get(const sonde::genai::Result<T>& result) {
  expect(result.has_value(), result.has_value() ? "" : result.error().message);
  return *result;
}

ClientOptions at(const char* url) { return {.base_url = url, .api_key = "none", .max_retries = 0}; }

void chat(sonde::openai::Client& client) {
  get(client.chat({.model = "plain",
                   .messages = {{.role = "system", .content = "Be brief."}, {.content = "What is a span?"}},
                   .max_tokens = 100,
                   .temperature = 0.2,
                   .top_p = 0.9,
                   .stop_sequences = {"END"}}));
}

void call_tool(sonde::openai::Client& client) {
  ChatRequest request{
      .model = "with-tool",
      .messages = {{.content = "What is the weather in Paris?"}},
      .tools = {{.name = "get_weather",
                 .description = "The weather of a city",
                 .parameters_json =
                     R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})"}}};
  const auto asked = client.chat(request);
  const ChatMessage& answer = get(asked).choices.front().message;
  expect(answer.tool_calls.size() == 1, "the model called no tool");
  request.model = "with-tool-result";
  request.messages.push_back(answer);
  request.messages.push_back(
      {.role = "tool", .content = "rainy", .tool_call_id = answer.tool_calls.front().id});
  get(client.chat(request));
}

void stream(sonde::openai::Client& client) {
  std::size_t chunks = 0;
  get(client.stream_chat({.model = "streamed", .messages = {{.content = "What is a trace?"}}},
                         [&](const ChatChunk&) {
                           ++chunks;
                           return true;
                         }));
  expect(chunks > 1, "the stream came in one piece");
}

void be_refused(sonde::openai::Client& client) {
  const auto refused = client.chat({.model = "refused", .messages = {}});
  expect(!refused && refused.error().status == 400, "a request without messages was not refused");
}

void respond(const char* url) {
  sonde::openai::ResponsesClient client(at(url));
  get(client.chat({.model = "responses", .messages = {{.content = "What is a metric?"}}}));
}

}  // namespace

int main(int count, char** arguments) {
  expect(count == 3, "takes the URLs of chat completions and of Responses");
  const auto telemetry = sonde::setup({.service_name = "conversation-sonde"});
  sonde::openai::Client client(at(arguments[1]));
  chat(client);
  call_tool(client);
  stream(client);
  get(client.embed({.model = "embedded", .texts = {"one", "two"}}));
  be_refused(client);
  respond(arguments[2]);
}
