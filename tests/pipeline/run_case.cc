// Runs one case against a server of its own: run_case SONDE_BINARY CASE_FILE. Exits 0 if every answer is as
// expected, 1 otherwise, having said where they differ.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "case_file.h"
#include "cli/demo_servers.h"
#include "cli/stop_signals.h"
#include "transport/http_client.h"

namespace sonde::pipeline {
namespace {

using nlohmann::json;

/// A folder that is gone when it is no longer needed.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "sonde-case-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

transport::HttpRequest request_of(const Step& step, const cli::CollectingServer& server) {
  transport::HttpRequest request;
  if (step.action == Step::Action::get) {
    request.target = server.page_url + step.target;
  } else {
    request.method = "POST";
    request.target = server.http_url + "/v1/" + step.target;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = step.body;
  }
  return request;
}

/// What is not as the step expects.
std::vector<std::string> check(const Step& step, const transport::HttpResponse& response) {
  std::vector<std::string> failures;
  if (response.status != step.status) {
    failures.push_back("expected status " + std::to_string(step.status) + ", got " +
                       std::to_string(response.status));
  }
  if (!step.expected) return failures;
  const json actual = json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  if (actual.is_discarded()) {
    failures.push_back("the answer is not JSON: " + response.body);
    return failures;
  }
  for (std::string& difference : differences(*step.expected, actual, step.match)) {
    failures.push_back(std::move(difference));
  }
  if (!failures.empty()) failures.push_back("the whole answer: " + actual.dump(2));
  return failures;
}

bool run(const std::vector<Step>& steps, const cli::CollectingServer& server, const std::string& file) {
  transport::HttpClient client;
  bool passed = true;
  for (const Step& step : steps) {
    const auto response = client.perform(request_of(step, server));
    const std::vector<std::string> failures =
        response ? check(step, *response) : std::vector<std::string>{response.error().message};
    if (failures.empty()) continue;
    passed = false;
    std::cout << file << ":" << step.line << ": " << (step.action == Step::Action::send ? "send " : "get ")
              << step.target << '\n';
    for (const std::string& failure : failures) std::cout << "  " << failure << '\n';
  }
  return passed;
}

int run_file(const std::string& binary, const std::string& file) {
  std::ifstream stream(file);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const Expected<std::vector<Step>> steps = parse_case(text);
  if (!steps) {
    std::cout << file << ": " << steps.error().message << '\n';
    return EXIT_FAILURE;
  }
  const TemporaryFolder data;
  const cli::StopSignals signals;
  const auto server = cli::start_collecting(binary, data.path(), {.grpc = 0, .http = 0, .page = 0}, signals);
  if (!server) {
    std::cout << server.error().message << '\n';
    return EXIT_FAILURE;
  }
  return run(*steps, *server, file) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace sonde::pipeline

int main(int argument_count, char** arguments) {
  if (argument_count != 3) {
    std::cerr << "usage: run_case SONDE_BINARY CASE_FILE\n";
    return 2;
  }
  return sonde::pipeline::run_file(arguments[1], arguments[2]);
}
