#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/trace_source.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace sonde::cli {

/// Adds --url and --data, by which every reading command is told where from.
void add_source_options(CLI::App& command, TraceSourceOptions& options);

/// Adds an option that takes a duration such as 200ms, 1.5s or 7d, in nanoseconds.
void add_duration_option(CLI::App& command, const std::string& name,
                         std::optional<std::uint64_t>& nanoseconds, const std::string& description);

/// Writes "sonde COMMAND: message" to stderr and gives exit_failure.
[[nodiscard]] int report_failure(std::string_view command, const Error& error);

}  // namespace sonde::cli
