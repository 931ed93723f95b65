#include "cli/serve.h"

#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>

#include "base/json_writer.h"
#include "cli/commands.h"
#include "cli/stop_signals.h"
#include "cli/terminal.h"

namespace sonde::cli {
namespace {

/// ${XDG_DATA_HOME:-~/.local/share}/sonde (XDG Base Directory Specification), or empty without a home.
std::filesystem::path default_data_directory() {
  if (const char* const data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/') {
    return std::filesystem::path(data) / "sonde";
  }
  const char* const home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  return std::filesystem::path(home) / ".local/share/sonde";
}

/// Every connection takes a file descriptor, and 1024 is little for a server.
void allow_many_connections() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// What telemetry holds (prompts, answers) is nobody else's business, so a new directory is the user's own.
Expected<void> make_private_directory(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::create_directories(directory, error)) {
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  }
  if (!error) return {};
  return Error{ErrorCode::permission_denied, "cannot make the data directory " + directory.string() + ": " +
                                                 error.message() + ". Choose another with --data"};
}

void print_ready_json(const query::Endpoints& endpoints) {
  std::string line;
  base::JsonWriter json(line);
  json.begin_object();
  json.key("event").string("ready");
  json.key("otlpGrpc").string(endpoints.otlp_grpc);
  json.key("otlpHttp").string(endpoints.otlp_http);
  json.key("ui").string(endpoints.ui);
  json.end_object();
  std::cout << line << std::endl;  // flushed: who started us waits for it
}

bool is_loopback(const std::string& host) {
  return host.starts_with("127.") || host == "::1" || host == "localhost";
}

/// For a person, so on stderr, as all that is not the answer to a question.
void print_ready(const ServeOptions& options, const query::Endpoints& endpoints) {
  const Terminal terminal = describe_terminal(STDERR_FILENO);
  const auto line = [&](std::string_view name, const std::string& value) {
    std::cerr << "  " << name << terminal.styled(value, Style::bold) << '\n';
  };
  std::cerr << terminal.styled("Sonde " SONDE_VERSION, Style::bold) << " is ready.\n\n";
  line("OTLP/gRPC  ", endpoints.otlp_grpc);
  line("OTLP/HTTP  ", endpoints.otlp_http);
  line("Page       ", endpoints.ui);
  line("Data       ", options.data_directory.string());
  std::cerr << "\nSend it traces:  OTEL_EXPORTER_OTLP_ENDPOINT=" << endpoints.otlp_http
            << "\nStop it:         Ctrl-C\n";
  if (!is_loopback(options.host)) {
    std::cerr << terminal.styled("\nWhoever can reach " + options.host + " can send to it and read it.\n",
                                 Style::yellow);
  }
  std::cerr << std::flush;
}

int serve(const ServeOptions& options, bool prints_json) {
  const auto fail = [](const Error& error) {
    std::cerr << "sonde serve: " << error.message << '\n';
    return exit_failure;
  };
  if (options.data_directory.empty()) {
    return fail(
        {ErrorCode::invalid_argument, "there is no home directory to keep data in; name one with --data"});
  }
  std::signal(SIGPIPE, SIG_IGN);  // that nobody reads our stderr any more is no reason to end without closing
  allow_many_connections();
  if (const Expected<void> made = make_private_directory(options.data_directory); !made) {
    return fail(made.error());
  }
  std::unique_ptr<Server> server;
  {
    const StopSignals signals;  // before the server's threads, which inherit the mask
    Expected<std::unique_ptr<Server>> started = Server::start(options);
    if (!started) return fail(started.error());
    server = *std::move(started);
    if (prints_json) {
      print_ready_json(server->endpoints());
    } else {
      print_ready(options, server->endpoints());
    }
    signals.wait();
  }  // a second signal now ends the program at once
  if (!prints_json)
    std::cerr << "\nStopping: what was received is being written. Ctrl-C again does not wait.\n";
  server->stop();
  return exit_success;
}

/// Lets the option take a size such as "512MB", as bytes, of at least `least`.
void take_size(CLI::Option& option, const std::string& shown_default, std::uint64_t least,
               std::string least_shown) {
  CLI::Validator to_bytes = CLI::AsSizeValue(false);
  to_bytes.description("");
  const auto check = [least, least_shown = std::move(least_shown)](const std::string& bytes) {
    return std::strtoull(bytes.c_str(), nullptr, 10) < least ? "must be at least " + least_shown
                                                             : std::string();
  };
  option.transform(to_bytes)->check(CLI::Validator(check, ""))->type_name("SIZE")->default_str(shown_default);
}

void add_options(CLI::App& command, ServeOptions& options) {
  command.add_option("-d,--data", options.data_directory, "Directory to keep telemetry in")
      ->default_str(default_data_directory().string());
  command.add_option("--host", options.host, "Address to listen on; 0.0.0.0 lets other machines in")
      ->capture_default_str();
  command.add_option("--grpc-port", options.grpc_port, "Port of OTLP/gRPC; 0 takes a free one")
      ->capture_default_str();
  command.add_option("--http-port", options.http_port, "Port of OTLP/HTTP")->capture_default_str();
  command.add_option("--ui-port", options.ui_port, "Port of the page and the query APIs")
      ->capture_default_str();
  command
      .add_option("--cors-origin", options.cors_origins,
                  "Also let web pages of this origin send, as https://*.example.com; may be repeated")
      ->type_name("ORIGIN");
  take_size(*command.add_option("--max-memory", options.max_memory,
                                "Memory for storing and for what waits to be stored"),
            "1GB", std::uint64_t{64} << 20, "64MB");
  take_size(*command.add_option("--max-request-size", options.max_request_size,
                                "Largest request taken, decompressed; larger ones are refused for good"),
            "20MB", 1'024, "1KB");
}

}  // namespace

void register_serve(CLI::App& app, int& exit_code) {
  CLI::App* const command = app.add_subcommand("serve", "Collect, keep and show telemetry");
  const auto options = std::make_shared<ServeOptions>();
  const auto prints_json = std::make_shared<bool>(false);
  options->data_directory = default_data_directory();
  add_options(*command, *options);
  command->add_flag("--json", *prints_json, "Say on stdout, in one line of JSON, when it is ready and where");
  command->footer(
      "Examples:\n"
      "  sonde serve\n"
      "  sonde serve --data ./telemetry --grpc-port 0 --http-port 0 --ui-port 0 --json\n"
      "  sonde serve --host 0.0.0.0 --cors-origin 'https://*.example.com'\n"
      "\n"
      "Exits with 0 when stopped (Ctrl-C or SIGTERM), 1 when it cannot start, 2 for a wrong command line.");
  command->callback([options, prints_json, &exit_code] { exit_code = serve(*options, *prints_json); });
}

}  // namespace sonde::cli
