// A conversation of two turns, each printed as it arrives. The second is given up once enough has been read:
// its span says what had come by then, and is no error.

#include <sonde/genai/openai.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <cstdio>
#include <string>
#include <vector>

namespace {

namespace genai = sonde::genai;

/// Asks, prints what comes until that is `longest` characters, and adds the answer to the conversation.
bool ask(genai::Client& client, genai::ChatRequest& conversation, std::string question, std::size_t longest) {
  conversation.messages.push_back({.role = "user", .content = std::move(question)});
  genai::ChatStream stream = client.open_stream(conversation);
  std::size_t length = 0;
  for (const genai::ChatChunk& chunk : stream) {
    std::printf("%s", chunk.text.c_str());
    std::fflush(stdout);
    length += chunk.text.size();
    if (length >= longest) break;
  }
  const auto answer = stream.result();  // so far, if that was not all
  if (!answer) {
    std::fprintf(stderr, "%s: %s\n", answer.error().type.c_str(), answer.error().message.c_str());
    return false;
  }
  std::printf("\n");
  if (const auto tokens = answer->usage.output_tokens)
    std::printf("[%d tokens]\n", static_cast<int>(*tokens));
  conversation.messages.push_back(answer->choices.front().message);
  return true;
}

}  // namespace

int main() {
  auto telemetry = sonde::setup({.service_name = "streaming-chat"});
  auto span = sonde::get_tracer("example").start_as_current_span("conversation");

  sonde::openai::Client client;  // OPENAI_API_KEY, OPENAI_BASE_URL
  genai::ChatRequest conversation{.model = "gpt-4o-mini", .conversation_id = "conversation-7"};
  conversation.messages = {
      {.role = "system", .content = "[1] dogs.md\nDogs bark at night. They sleep all day."}};
  if (!ask(client, conversation, "When do dogs bark?", 1000)) return 1;
  if (!ask(client, conversation, "And when do they sleep?", 20)) return 1;
}
