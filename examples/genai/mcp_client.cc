// A client of the Model Context Protocol, which starts a server (by default mcp_server beside it) and calls
// its tool. The trace and the baggage go along in params._meta, so that both programs' spans are one trace.

#include <sonde/genai/mcp.hpp>
#include <sonde/propagator.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

namespace genai = sonde::genai;
using Json = nlohmann::json;

/// A child process that answers a line of JSON with a line of JSON.
class ServerProcess {
 public:
  explicit ServerProcess(const std::string& program) {
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    if (pipe2(input.data(), O_CLOEXEC) != 0 || pipe2(output.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error("cannot make pipes");
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    std::string name = program;
    const std::array<char*, 2> arguments = {name.data(), nullptr};
    const int failure = posix_spawn(&process_, name.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(input[0]);
    close(output[1]);
    to_ = fdopen(input[1], "w");
    from_ = fdopen(output[0], "r");
    if (failure != 0) throw std::runtime_error("cannot start " + program);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess() {
    std::fclose(to_);  // which tells it to end
    std::fclose(from_);
    waitpid(process_, nullptr, 0);
  }

  Json ask(const Json& request) {
    std::fprintf(to_, "%s\n", request.dump().c_str());
    std::fflush(to_);
    std::string line;
    for (int next = std::fgetc(from_); next != '\n'; next = std::fgetc(from_)) {
      if (next == EOF) throw std::runtime_error("the server has ended");
      line += static_cast<char>(next);
    }
    return Json::parse(line);
  }

 private:
  pid_t process_ = 0;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

/// One request, as a span of kind client.
Json request(ServerProcess& server, const std::string& method, Json parameters) {
  static int last_id = 0;
  const std::string id = std::to_string(++last_id);
  const std::string tool = parameters.value("name", "");
  genai::McpClientRequest call(
      {.method = method, .tool_name = tool, .request_id = id, .network_transport = "pipe"});
  call.inject(
      [&](std::string_view key, std::string_view value) { parameters["_meta"][std::string(key)] = value; });
  return call.run([&] {
    Json answer =
        server.ask({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(parameters)}});
    if (answer.contains("error"))
      call.set_error(answer["error"]["code"], answer["error"].value("message", ""));
    if (answer.value("/result/isError"_json_pointer, false)) call.set_tool_error();
    return answer;
  });
}

std::string weather(ServerProcess& server, const std::string& city) {
  const Json answer =
      request(server, "tools/call", {{"name", "get_weather"}, {"arguments", {{"city", city}}}});
  return answer["result"]["content"][0]["text"];
}

}  // namespace

int main(int count, char** values) {
  auto telemetry = sonde::setup({.service_name = "mcp-client"});
  const auto beside = std::filesystem::path(values[0]).parent_path() / "mcp_server";
  ServerProcess server(count > 1 ? values[1] : beside.string());

  const sonde::ContextScope user(sonde::Context().set_baggage(sonde::Baggage().set("user.id", "42")));
  auto span = sonde::get_tracer("example").start_as_current_span("plan a trip");
  request(server, "initialize", {{"protocolVersion", "2025-06-18"}, {"capabilities", Json::object()}});
  std::printf("%s\n", weather(server, "Lisbon").c_str());
  std::printf("%s\n", weather(server, "Atlantis").c_str());
  std::printf("%s\n", request(server, "prompts/list", Json::object())["error"].dump().c_str());
}
