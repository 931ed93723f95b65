#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/json_writer.h"
#include "cli/commands.h"
#include "cli/stop_signals.h"
#include "mock_llm/completion.h"
#include "mock_llm/server.h"

namespace sonde::cli {
namespace {

constexpr std::uint16_t default_port = 8090;

struct MockLlmCommand {
  mock_llm::MockLlmOptions options;
  std::string host = "127.0.0.1";
  std::uint16_t port = default_port;
  std::int64_t latency_ms = 0;
  std::int64_t latency_per_token_ms = 0;
  bool json = false;
};

void print_ready(const MockLlmCommand& command, const std::string& base_url) {
  if (command.json) {
    std::string line;
    base::JsonWriter json(line);
    json.begin_object();
    json.key("event").string("ready");
    json.key("baseUrl").string(base_url);
    json.key("model").string(mock_llm::chat_model);
    json.end_object();
    std::cout << line << std::endl;
    return;
  }
  const std::string& key = command.options.api_key;
  std::cout << "mock-llm speaks OpenAI's API at " << base_url
            << ". It is no model: it quotes the documents it\n"
            << "is sent. Point a program at it with\n\n"
            << "  export OPENAI_BASE_URL=" << base_url << " OPENAI_API_KEY=" << (key.empty() ? "unused" : key)
            << "\n\nCtrl-C stops it." << std::endl;
}

int run(MockLlmCommand command) {
  using std::chrono::milliseconds;
  command.options.latency = milliseconds(command.latency_ms);
  command.options.latency_per_token = milliseconds(command.latency_per_token_ms);
  std::optional<StopSignals> signals(std::in_place);  // before the server's threads, which inherit the mask
  mock_llm::MockLlmServer server(command.options, command.host, command.port);
  if (const Expected<void> started = server.start(); !started) {
    std::cerr << "sonde mock-llm: " << started.error().message << '\n';
    return exit_failure;
  }
  print_ready(command, server.base_url());
  signals->wait();
  signals.reset();  // a second Ctrl-C now ends the program at once
  server.stop();
  return exit_success;
}

}  // namespace

void register_mock_llm(CLI::App& app, int& exit_code) {
  CLI::App* const command =
      app.add_subcommand("mock-llm", "Serve OpenAI's API without a model, for demonstrations and tests");
  const auto values = std::make_shared<MockLlmCommand>();
  command->add_option("--port", values->port, "Port to listen on; 0 picks a free one")->capture_default_str();
  command->add_option("--host", values->host, "Address to listen on")->capture_default_str();
  command
      ->add_option("--latency-ms", values->latency_ms,
                   "Milliseconds from a request to the answer's first token")
      ->check(CLI::Range(0, 3'600'000))
      ->capture_default_str();
  command
      ->add_option("--latency-per-token-ms", values->latency_per_token_ms,
                   "Milliseconds from one token to the next")
      ->check(CLI::Range(0, 60'000))
      ->capture_default_str();
  command
      ->add_option("--error-rate", values->options.error_rate,
                   "Share of requests that fail, evenly spread: 0.25 fails every fourth")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command
      ->add_option("--error-status", values->options.error_status,
                   "HTTP status of those; 429 and 503 come with Retry-After")
      ->check(CLI::Range(400, 599))
      ->capture_default_str();
  command->add_option("--api-key", values->options.api_key,
                      "Answer 401 to requests without this bearer token");
  command->add_flag("--json", values->json, "Say when it is ready as one line of JSON");
  command->footer(
      "Serves POST /v1/chat/completions (streamed or not, tools, JSON), POST /v1/embeddings and GET "
      "/v1/models.\n"
      "Any model name is accepted; every answer says that it came from mock-llm-1.\n\n"
      "Examples:\n"
      "  sonde mock-llm --latency-ms 400 --latency-per-token-ms 20\n"
      "  sonde mock-llm --port 0 --error-rate 0.1 --error-status 429");
  command->callback([values, &exit_code] { exit_code = run(*values); });
}

}  // namespace sonde::cli
