#pragma once

// The whole road in one command: starts a collector and, unless there is a real one, a mock model; runs the
// sample application; shows the trace that arrived.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/stop_signals.h"

namespace sonde::cli {

struct DemoOptions {
  std::string question;
  std::vector<std::string> documents;      ///< Files and folders; empty: the application's default.
  std::string application;                 ///< Path of rag_pipeline; empty: the one built beside this binary.
  std::string data_directory;              ///< Empty: a temporary one, removed at the end.
  std::optional<std::uint16_t> grpc_port;  ///< None: the usual one, or, if that is taken, a free one.
  std::optional<std::uint16_t> http_port;
  std::optional<std::uint16_t> page_port;
  bool once = false;  ///< Ends when the trace has been shown.
};

/// Runs the demonstration and returns the process's exit code: with `once`, success only if everything the
/// application recorded was seen in the store. Blocks until it is over, or a stop signal comes.
[[nodiscard]] int run_demo(const DemoOptions& options, const StopSignals& signals);

}  // namespace sonde::cli
