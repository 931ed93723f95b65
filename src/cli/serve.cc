#include <CLI/CLI.hpp>

#include <iostream>

#include "cli/commands.h"

namespace sonde::cli {

void register_serve(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("serve", "Collect, keep and show telemetry");
  command->callback([&exit_code] {
    std::cerr << "sonde serve: not built yet\n";
    exit_code = exit_failure;
  });
}

}  // namespace sonde::cli
