// An agent that plans a trip with the help of another agent. Each run of an agent is one span, with its model
// calls and tools as children; an agent that is called as a tool stands below that tool.

#include <sonde/genai/agent.hpp>
#include <sonde/genai/openai.hpp>
#include <sonde/genai/tool.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace genai = sonde::genai;

/// What the model is told of a tool, and what it does with the arguments that the model wrote.
struct AgentTool {
  genai::Tool description;
  std::function<std::string(const std::string& arguments)> run;
};

class Agent {
 public:
  Agent(std::string name, std::string instructions, std::vector<AgentTool> tools)
      : name_(std::move(name)), instructions_(std::move(instructions)), tools_(std::move(tools)) {}

  /// From a task to an answer, with as many tools in between as the model wants.
  std::string run(genai::Client& client, const std::string& task) const {
    genai::AgentInvocation invocation({.name = name_});
    const auto scope = invocation.make_current();
    genai::ChatRequest request{.model = "gpt-4o-mini",
                               .messages = {{.role = "system", .content = instructions_}, {.content = task}}};
    for (const AgentTool& tool : tools_) request.tools.push_back(tool.description);
    for (int turn = 0; turn < most_turns; ++turn) {
      const auto answer = client.chat(request);
      if (!answer) {
        invocation.fail(answer.error().type, answer.error().message);
        return "(no answer)";
      }
      const genai::ChatMessage& message = answer->choices.front().message;
      if (message.tool_calls.empty()) return message.content;
      request.messages.push_back(message);
      for (const genai::ToolCall& call : message.tool_calls) {
        request.messages.push_back({.role = "tool", .content = execute(call), .tool_call_id = call.id});
      }
    }
    invocation.fail("too_many_turns");
    return "(no answer)";
  }

 private:
  static constexpr int most_turns = 5;

  [[nodiscard]] std::string execute(const genai::ToolCall& call) const {
    genai::ToolExecution execution({.name = call.name, .call_id = call.id, .arguments_json = call.arguments});
    for (const AgentTool& tool : tools_) {
      if (tool.description.name != call.name) continue;
      std::string result = execution.run([&] { return tool.run(call.arguments); });
      execution.record_result(result);
      return result;
    }
    execution.fail("unknown_tool");
    return "there is no such tool";
  }

  std::string name_;
  std::string instructions_;
  std::vector<AgentTool> tools_;
};

}  // namespace

int main() {
  auto telemetry = sonde::setup({.service_name = "trip-planner"});
  sonde::openai::Client client;

  const std::string question = R"({"type":"object","properties":{"question":{"type":"string"}},
                                   "required":["question"]})";
  const Agent expert("weather_expert", "You know the weather.",
                     {{{.name = "forecast", .description = "The forecast for a city"},
                       [](const std::string&) { return "sunny, 21 degrees"; }}});
  const Agent planner(
      "trip_planner", "You plan trips.",
      {{{.name = "weather_expert", .description = "Knows the weather", .parameters_json = question},
        [&](const std::string&) { return expert.run(client, "What is the forecast for Lisbon?"); }}});

  std::printf("%s\n", planner.run(client, "Ask the weather expert whether I need an umbrella.").c_str());
}
