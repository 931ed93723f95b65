#include "cli/reading_options.h"

#include <CLI/CLI.hpp>

#include <iostream>

#include "cli/commands.h"
#include "query/duration.h"

namespace sonde::cli {

void add_source_options(CLI::App& command, TraceSourceOptions& options) {
  command.add_option("--url", options.url, "Address of a running `sonde serve`")
      ->type_name("URL")
      ->envname("SONDE_URL")
      ->capture_default_str();
  command
      .add_option("--data", options.data_directory,
                  "Read this data directory instead, of a server that is stopped")
      ->type_name("DIR");
}

void add_duration_option(CLI::App& command, const std::string& name,
                         std::optional<std::uint64_t>& nanoseconds, const std::string& description) {
  const auto read = [&nanoseconds](const std::string& text) {
    nanoseconds = query::parse_duration(text);
    if (!nanoseconds)
      throw CLI::ValidationError("'" + text + "' is not a duration such as 200ms, 1.5s, 2h or 7d");
  };
  command.add_option_function<std::string>(name, read, description)->type_name("DURATION");
}

int report_failure(std::string_view command, const Error& error) {
  std::cerr << "sonde " << command << ": " << error.message << '\n';
  return exit_failure;
}

}  // namespace sonde::cli
