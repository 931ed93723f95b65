#include "cli/demo.h"

#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>

#include "cli/commands.h"
#include "cli/demo_check.h"
#include "cli/demo_process.h"
#include "cli/demo_servers.h"
#include "cli/http_trace_source.h"
#include "cli/terminal.h"
#include "cli/trace_tree.h"

namespace sonde::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr const char* default_question = "When is a span acknowledged, and does it survive a crash?";
constexpr std::chrono::seconds time_to_answer{180};  ///< For the application, a real model's pace included.
constexpr std::chrono::seconds time_to_arrive{10};   ///< For its spans, once it has ended.

using Environment = std::vector<std::pair<std::string, std::string>>;

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// A directory that is gone when this is.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_(fs::temp_directory_path() / "sonde-demo-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// What the application left behind.
struct Outcome {
  int exit_code = 0;
  std::string trace_id;
};

class Demo {
 public:
  Demo(const DemoOptions& options, const StopSignals& signals)
      : options_(options), signals_(signals), terminal_(describe_terminal(STDOUT_FILENO)) {}

  Expected<void> run() {
    if (const auto found = find_programs(); !found) return found.error();
    if (const auto started = start_servers(); !started) return started.error();
    const Expected<Outcome> outcome = ask();
    if (!outcome) return outcome.error();
    const Expected<void> shown = show(*outcome);
    if (!shown) {
      if (options_.once || shown.error().code == ErrorCode::cancelled) return shown.error();
      std::cerr << "sonde demo: " << shown.error().message << '\n';
    }
    return options_.once ? shown : keep_serving();
  }

 private:
  Expected<void> find_programs() {
    std::error_code failure;
    binary_ = fs::read_symlink("/proc/self/exe", failure).string();
    if (failure) return Error{ErrorCode::internal, "cannot tell where this program is: " + failure.message()};
    application_ = options_.application;
    if (application_.empty()) application_ = fs::path(binary_).parent_path() / "examples" / "rag_pipeline";
    if (access(application_.c_str(), X_OK) == 0) return {};
    return Error{ErrorCode::not_found,
                 "the sample application is not at " + application_ +
                     "; build the target rag_pipeline, or name the program with --application"};
  }

  Expected<void> start_servers() {
    if (options_.data_directory.empty() && temporary_data_.emplace().path().empty()) {
      return Error{ErrorCode::internal, "cannot make a temporary directory; name one with --data"};
    }
    const std::string& data = temporary_data_ ? temporary_data_->path() : options_.data_directory;
    auto collecting = start_collecting(binary_, data, choose_ports(), signals_);
    if (!collecting) return collecting.error();
    collecting_.emplace(*std::move(collecting));
    print_fact("collecting",
               "OTLP over gRPC at " + collecting_->grpc_address + ", over HTTP at " + collecting_->http_url);
    print_fact("keeping", temporary_data_ ? "in " + data + " until the end; --data DIR keeps it for longer"
                                          : "in " + data);
    if (!environment("OPENAI_BASE_URL").empty() || !environment("OPENAI_API_KEY").empty()) {
      print_fact("model", "the one that OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL name");
      return {};
    }
    auto model = start_mock_llm(binary_, signals_);
    if (!model) return model.error();
    model_.emplace(*std::move(model));
    print_fact("model",
               "sonde mock-llm at " + model_->base_url + ", which is none: it quotes the documents it is");
    print_fact("", "sent. Set OPENAI_API_KEY or OPENAI_BASE_URL to ask a real one");
    return {};
  }

  /// The usual ports, and free ones in place of those that are taken.
  DemoPorts choose_ports() {
    DemoPorts ports;
    const auto choose = [this](std::uint16_t& port, const std::optional<std::uint16_t>& wanted,
                               const char* option) {
      if (wanted) {
        port = *wanted;
      } else if (!is_port_free(port)) {
        print_fact("note", "port " + std::to_string(port) + " is taken, so another is used; " + option +
                               " names one");
        port = 0;
      }
    };
    choose(ports.grpc, options_.grpc_port, "--grpc-port");
    choose(ports.http, options_.http_port, "--http-port");
    choose(ports.page, options_.page_port, "--ui-port");
    return ports;
  }

  /// Runs the application, passing its output on.
  Expected<Outcome> ask() {
    std::vector<std::string> arguments;
    for (const std::string& documents : options_.documents)
      arguments.insert(arguments.end(), {"--docs", documents});
    arguments.push_back(options_.question);
    print_fact("asking", application_ + " \"" + options_.question + "\"");
    std::cout << std::endl;
    auto process =
        ChildProcess::start({application_, std::move(arguments), application_environment()}, signals_);
    if (!process) return process.error();
    const auto deadline = steady_clock::now() + time_to_answer;
    Outcome outcome;
    Expected<std::string> line = process->read_line(deadline);
    for (; line; line = process->read_line(deadline)) {
      constexpr std::string_view trace_prefix = "Trace: ";
      if (line->starts_with(trace_prefix)) {
        outcome.trace_id = line->substr(trace_prefix.size());
      } else {
        std::cout << *line << std::endl;
      }
    }
    if (line.error().code != ErrorCode::not_found) return line.error();
    const auto exit_code = process->wait(deadline);
    if (!exit_code) return exit_code.error();
    outcome.exit_code = *exit_code;
    return outcome;
  }

  [[nodiscard]] Environment application_environment() const {
    Environment added = {{"OTEL_SDK_DISABLED", "false"},
                         {"OTEL_TRACES_EXPORTER", "otlp"},
                         {"OTEL_TRACES_SAMPLER", "always_on"},
                         {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"},
                         {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", collecting_->http_url + "/v1/traces"}};
    if (!model_) return added;
    added.insert(added.end(), {{"OPENAI_BASE_URL", model_->base_url},
                               {"OPENAI_MODEL", model_->model},
                               // Nothing private is said here, and the page has more to show.
                               {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true"},
                               {"no_proxy", environment("no_proxy") + ",127.0.0.1"}});
    return added;
  }

  /// Prints the trace; an error if any of it is not in the store.
  Expected<void> show(const Outcome& outcome) {
    if (outcome.trace_id.empty()) {
      return Error{ErrorCode::internal, "the sample application recorded no trace (exit code " +
                                            std::to_string(outcome.exit_code) + ")"};
    }
    std::vector<std::string> findings;
    const auto trace = wait_for_trace(outcome, findings);
    if (!trace) return trace.error();
    std::cout << render_trace_tree(**trace, {.terminal = terminal_}) << '\n';
    print_fact("page", collecting_->page_url + "/trace/" + outcome.trace_id);
    std::cout << std::flush;
    if (outcome.exit_code != 0) {
      return Error{ErrorCode::unavailable, "the sample application failed (exit code " +
                                               std::to_string(outcome.exit_code) +
                                               "); its trace shows where"};
    }
    if (findings.empty()) return {};
    std::string message = "not everything that was recorded is in the store:";
    for (const std::string& finding : findings) message += "\n  " + finding;
    return Error{ErrorCode::internal, message};
  }

  /// The trace once all of it is in the store, or what there is of it when the time is up or the application
  /// failed, which did not get to record all of it.
  Expected<std::shared_ptr<const otlp::TraceBatch>> wait_for_trace(const Outcome& outcome,
                                                                   std::vector<std::string>& findings) {
    HttpTraceSource source(collecting_->page_url);
    const auto deadline = steady_clock::now() + time_to_arrive;
    while (true) {
      auto trace = source.trace(outcome.trace_id);
      if (trace) findings = check_demo_trace(**trace);
      if (trace && (findings.empty() || outcome.exit_code != 0)) return trace;
      if (!trace && trace.error().code != ErrorCode::not_found) return trace;
      if (steady_clock::now() > deadline) return trace;
      if (signals_.received()) return Error{ErrorCode::cancelled, "asked to stop"};
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  /// Until a stop signal comes, or a server ends that should not.
  Expected<void> keep_serving() {
    std::cout << "\nServing until Ctrl-C." << std::endl;
    std::array<pollfd, 3> states{
        {{.fd = signals_.fd(), .events = POLLIN, .revents = 0},
         {.fd = collecting_->process.fd(), .events = POLLIN, .revents = 0},
         {.fd = model_ ? model_->process.fd() : -1, .events = POLLIN, .revents = 0}}};
    while (poll(states.data(), states.size(), -1) < 0 && errno == EINTR) {
    }
    if (states[0].revents != 0) {
      std::cout << "\nStopping." << std::endl;
      return {};
    }
    return Error{ErrorCode::internal,
                 std::string(states[1].revents != 0 ? "`sonde serve`" : "`sonde mock-llm`") +
                     " has ended; what it said is above"};
  }

  void print_fact(std::string_view name, std::string_view text) const {
    constexpr std::size_t column = 12;
    std::string padded(name);
    padded.resize(column, ' ');
    std::cout << terminal_.styled(padded, Style::dim) << text << std::endl;
  }

  const DemoOptions& options_;
  const StopSignals& signals_;
  Terminal terminal_;
  std::string binary_;
  std::string application_;
  // In this order, so that the directory goes after the server that writes to it.
  std::optional<TemporaryDirectory> temporary_data_;
  std::optional<CollectingServer> collecting_;
  std::optional<ModelServer> model_;
};

}  // namespace

int run_demo(const DemoOptions& options, const StopSignals& signals) {
  // A reader that has seen enough (`sonde demo | head`) must not keep the servers from being stopped.
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  const Expected<void> result = Demo(options, signals).run();
  if (result) return exit_success;
  if (result.error().code == ErrorCode::cancelled) return 128 + SIGINT;
  std::cerr << "sonde demo: " << result.error().message << '\n';
  return exit_failure;
}

void register_demo(CLI::App& app, int& exit_code) {
  CLI::App* const command =
      app.add_subcommand("demo", "Run a sample application against a model and show its trace");
  const auto options = std::make_shared<DemoOptions>();
  options->question = default_question;
  command->add_option("--question", options->question, "What to ask")->capture_default_str();
  command
      ->add_option("--docs", options->documents,
                   "File or folder to answer from, may be repeated; by default Sonde's own documentation")
      ->allow_extra_args(false)
      ->type_name("PATH");
  command->add_flag("--once", options->once,
                    "Exit when the trace has been shown: with 0 if everything was seen in the store");
  command
      ->add_option("-d,--data", options->data_directory,
                   "Directory that keeps the trace; by default one that is removed at the end")
      ->type_name("DIR");
  command
      ->add_option("--application", options->application,
                   "The program to run in place of the rag_pipeline beside this binary")
      ->type_name("PROGRAM");
  command->add_option("--grpc-port", options->grpc_port, "Port of OTLP over gRPC; 0 picks a free one [4317]");
  command->add_option("--http-port", options->http_port, "Port of OTLP over HTTP; 0 picks a free one [4318]");
  command->add_option("--ui-port", options->page_port, "Port of the page; 0 picks a free one [16686]");
  command->footer(
      "Starts `sonde serve`, and `sonde mock-llm` unless OPENAI_BASE_URL or OPENAI_API_KEY is set; runs the "
      "sample\n"
      "application (examples/rag_pipeline), which answers a question from documents; prints the trace it "
      "sent.\n\n"
      "Examples:\n"
      "  sonde demo\n"
      "  sonde demo --once --question \"Which ports are there?\"\n"
      "  OPENAI_API_KEY=... sonde demo --docs ~/notes --question \"What did I plan for May?\"");
  command->callback([options, &exit_code] {
    const StopSignals signals;
    exit_code = run_demo(*options, signals);
  });
}

}  // namespace sonde::cli
