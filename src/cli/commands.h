#pragma once

// The subcommands of `sonde`, one file each. A command adds itself to the application with its options, help
// and examples; when the command line names it, its callback runs and leaves an exit code.

namespace CLI {
class App;
}

namespace sonde::cli {

/// What a command leaves in `exit_code`.
inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;  ///< The command could not do its work; the reason is on stderr.
inline constexpr int exit_usage = 2;    ///< The command line was wrong.

// Each adds one subcommand to `app`; `exit_code` must outlive it.
void register_serve(CLI::App& app, int& exit_code);
void register_traces(CLI::App& app, int& exit_code);
void register_show(CLI::App& app, int& exit_code);
void register_demo(CLI::App& app, int& exit_code);
void register_mock_llm(CLI::App& app, int& exit_code);

}  // namespace sonde::cli
