// The `sonde` command: reads the command line and hands over to one subcommand.

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>
#include <vector>

#include "base/nearest.h"
#include "cli/commands.h"

namespace sonde::cli {
namespace {

void register_commands(CLI::App& app, int& exit_code) {
  register_serve(app, exit_code);
  register_traces(app, exit_code);
  register_show(app, exit_code);
  register_demo(app, exit_code);
  register_mock_llm(app, exit_code);
}

/// The hint for a command line that begins with a word which is no subcommand, or nothing.
std::string unknown_command(const CLI::App& app, int argument_count, char** arguments) {
  if (argument_count < 2 || arguments[1][0] == '-') return {};
  const std::string typed = arguments[1];
  std::vector<std::string> commands;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == typed) return {};
    commands.push_back(command->get_name());
  }
  const std::string meant = base::nearest(typed, commands);
  std::string message = "sonde: there is no command '" + typed + "'";
  message += meant.empty() ? "; `sonde --help` lists them" : "; did you mean `sonde " + meant + "`?";
  return message;
}

}  // namespace
}  // namespace sonde::cli

int main(int argument_count, char** arguments) {
  CLI::App app(
      "Sonde: OpenTelemetry for LLM applications. Collects, keeps and shows traces, logs and metrics.",
      "sonde");
  app.set_version_flag("--version", "sonde " SONDE_VERSION, "Print the version and exit");
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  sonde serve                 collect on 4317 (gRPC) and 4318 (HTTP), show on http://127.0.0.1:16686\n"
      "  sonde COMMAND --help        what a command does, its options and examples");
  int exit_code = sonde::cli::exit_success;
  sonde::cli::register_commands(app, exit_code);
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::Success& success) {  // --help and --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    if (argument_count == 1) {
      std::cerr << app.help();
    } else if (const std::string message = sonde::cli::unknown_command(app, argument_count, arguments);
               !message.empty()) {
      std::cerr << message << '\n';
    } else {
      app.exit(error);
    }
    return sonde::cli::exit_usage;
  }
  return exit_code;
}
