#include "cli/demo_servers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace sonde::cli {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds time_to_start{30};

struct Started {
  ChildProcess process;
  Json ready;  ///< The line it printed when it was ready.
};

Error start_failure(const std::string& name, const Error& error) {
  switch (error.code) {
    case ErrorCode::cancelled: return error;
    case ErrorCode::not_found: return {ErrorCode::unavailable, name + " did not start; it says why above"};
    default: return {error.code, name + " is not ready after 30 s: " + error.message};
  }
}

Expected<Started> start_server(const std::string& binary, std::vector<std::string> arguments,
                               const StopSignals& signals) {
  const std::string name = "`sonde " + arguments.front() + "`";
  auto process = ChildProcess::start({binary, std::move(arguments), {}}, signals);
  if (!process) return process.error();
  const auto deadline = std::chrono::steady_clock::now() + time_to_start;
  while (true) {
    const auto line = process->read_line(deadline);
    if (!line) return start_failure(name, line.error());
    Json json = Json::parse(*line, nullptr, /*allow_exceptions=*/false);
    if (json.is_object() && json.value("event", "") == "ready")
      return Started{*std::move(process), std::move(json)};
  }
}

}  // namespace

Expected<CollectingServer> start_collecting(const std::string& binary, const std::string& data_directory,
                                            const DemoPorts& ports, const StopSignals& signals) {
  auto started =
      start_server(binary,
                   {"serve", "--json", "--data", data_directory, "--grpc-port", std::to_string(ports.grpc),
                    "--http-port", std::to_string(ports.http), "--ui-port", std::to_string(ports.page)},
                   signals);
  if (!started) return started.error();
  const Json& ready = started->ready;
  return CollectingServer{std::move(started->process), ready.value("otlpGrpc", ""),
                          ready.value("otlpHttp", ""), ready.value("ui", "")};
}

Expected<ModelServer> start_mock_llm(const std::string& binary, const StopSignals& signals) {
  auto started = start_server(binary, {"mock-llm", "--json", "--port", "0"}, signals);
  if (!started) return started.error();
  return ModelServer{std::move(started->process), started->ready.value("baseUrl", ""),
                     started->ready.value("model", "")};
}

bool is_port_free(std::uint16_t port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes =
      1;  // so that connections that ended a moment ago are no obstacle, as they are none to a server
  setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free = bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(probe);
  return free;
}

}  // namespace sonde::cli
