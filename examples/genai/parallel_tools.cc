// A model that asks for several tools at once gets them run at once. Their spans are side by side under the
// agent, whichever threads they run on; one that throws is an error of its own span, and the model is told.

#include <sonde/bind.hpp>
#include <sonde/genai/agent.hpp>
#include <sonde/genai/openai.hpp>
#include <sonde/genai/tool.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <cstdio>
#include <exception>
#include <future>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace genai = sonde::genai;

std::string call_tool(const std::string& name) {
  if (name == "weather") return "rain from six";
  if (name == "restaurants") return "a table at eight";
  throw std::runtime_error("the traffic service does not answer");
}

/// One tool, in whatever thread: the span is a child of what is current there.
std::string execute(const genai::ToolCall& call) {
  genai::ToolExecution execution({.name = call.name, .call_id = call.id, .arguments_json = call.arguments});
  try {
    return execution.run([&] { return call_tool(call.name); });
  } catch (const std::exception& error) {
    return std::string("error: ") + error.what();
  }
}

/// The answers to all calls, in their order.
std::vector<genai::ChatMessage> execute_all(const std::vector<genai::ToolCall>& calls) {
  std::vector<std::future<std::string>> running;
  running.reserve(calls.size());
  for (const genai::ToolCall& call : calls) {
    running.push_back(std::async(std::launch::async, sonde::bind_current([&call] { return execute(call); })));
  }
  std::vector<genai::ChatMessage> answers;
  answers.reserve(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    answers.push_back({.role = "tool", .content = running[i].get(), .tool_call_id = calls[i].id});
  }
  return answers;
}

}  // namespace

int main() {
  auto telemetry = sonde::setup({.service_name = "parallel-tools"});
  sonde::openai::Client client;

  genai::AgentInvocation invocation({.name = "concierge"});
  const auto scope = invocation.make_current();
  genai::ChatRequest request{
      .model = "gpt-4o-mini",
      .messages = {{.content = "How are the weather, the traffic and the restaurants tonight?"}},
      .tools = {{.name = "weather"}, {.name = "traffic"}, {.name = "restaurants"}}};
  auto answer = client.chat(request);
  while (answer && !answer->choices.front().message.tool_calls.empty()) {
    const genai::ChatMessage message = answer->choices.front().message;
    request.messages.push_back(message);
    for (genai::ChatMessage& result : execute_all(message.tool_calls)) {
      request.messages.push_back(std::move(result));
    }
    answer = client.chat(request);
  }
  if (!answer) {
    invocation.fail(answer.error().type, answer.error().message);
    return 1;
  }
  std::printf("%s\n", answer->text().c_str());
}
