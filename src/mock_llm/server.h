#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "mock_llm/mock_llm.h"
#include "mock_llm/timer.h"
#include "sonde/expected.hpp"
#include "transport/http_server.h"

namespace sonde::mock_llm {

/// MockLlm on a port, with the latency it was asked for. Waiting replies hold no thread.
class MockLlmServer {
 public:
  /// Serves at `address`; port 0: the kernel picks.
  MockLlmServer(MockLlmOptions options, std::string address, std::uint16_t port);
  /// Stops, as stop() does.
  ~MockLlmServer() { stop(); }
  MockLlmServer(const MockLlmServer&) = delete;
  MockLlmServer& operator=(const MockLlmServer&) = delete;

  /// Listens and serves on threads of its own. Fails with a message naming the address and port.
  [[nodiscard]] Expected<void> start() { return server_.start(); }
  /// What OPENAI_BASE_URL must be to reach it, such as "http://127.0.0.1:8090/v1". Once started.
  [[nodiscard]] std::string base_url() const;
  /// Lets replies under way finish for at most `grace`, then drops them. Idempotent.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(5)) { server_.stop(grace); }

 private:
  void answer(std::shared_ptr<transport::HttpExchange> exchange);

  MockLlm mock_;
  std::string address_;
  Timer timer_;
  transport::HttpServer server_;  // last, so that it is gone before what its handlers use
};

}  // namespace sonde::mock_llm
