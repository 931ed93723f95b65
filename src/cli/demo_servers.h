#pragma once

// The servers a demonstration runs: this same binary as `sonde serve` and `sonde mock-llm`.

#include <cstdint>
#include <optional>
#include <string>

#include "cli/demo_process.h"
#include "cli/stop_signals.h"
#include "sonde/expected.hpp"

namespace sonde::cli {

/// 0: any free one.
struct DemoPorts {
  std::uint16_t grpc = 4317;
  std::uint16_t http = 4318;
  std::uint16_t page = 16686;
};

struct CollectingServer {
  ChildProcess process;
  std::string grpc_address;  ///< "127.0.0.1:4317"
  std::string http_url;      ///< "http://127.0.0.1:4318"
  std::string page_url;      ///< "http://127.0.0.1:16686"
};

struct ModelServer {
  ChildProcess process;
  std::string base_url;  ///< "http://127.0.0.1:8090/v1"
  std::string model;     ///< "mock-llm-1"
};

/// Starts `sonde serve` and waits until it is ready.
[[nodiscard]] Expected<CollectingServer> start_collecting(const std::string& binary,
                                                          const std::string& data_directory,
                                                          const DemoPorts& ports, const StopSignals& signals);

/// Starts `sonde mock-llm` at a free port and waits until it is ready.
[[nodiscard]] Expected<ModelServer> start_mock_llm(const std::string& binary, const StopSignals& signals);

/// Whether a server could listen at this port of 127.0.0.1 now.
[[nodiscard]] bool is_port_free(std::uint16_t port);

}  // namespace sonde::cli
