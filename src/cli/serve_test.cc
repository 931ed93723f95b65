// `sonde serve` as its users have it: a process of its own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/demo_process.h"
#include "transport/http_client.h"

namespace sonde::cli {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using testing::HasSubstr;

std::chrono::steady_clock::time_point deadline() { return std::chrono::steady_clock::now() + 30s; }

class ServeTest : public testing::Test {
 protected:
  ServeTest() {
    std::string name = testing::TempDir() + "sonde-serve-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~ServeTest() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string data() const { return directory_ / "data"; }

  Expected<ChildProcess> start(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"serve", "--json",      "--data", data(),      "--grpc-port",
                                          "0",     "--http-port", "0",      "--ui-port", "0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return ChildProcess::start({SONDE_BINARY, arguments, {}}, signals_);
  }

  /// What a command prints on stdout and stderr, and its exit code.
  std::pair<std::string, int> run(const std::string& arguments) {
    auto process = ChildProcess::start(
        {"/bin/sh", {"-c", "exec " SONDE_BINARY " " + arguments + " 2>&1"}, {}}, signals_);
    std::string output;
    for (auto line = process->read_line(deadline()); line; line = process->read_line(deadline())) {
      output += *line + "\n";
    }
    return {output, process->wait(deadline()).value_or(-1)};
  }

  static Json ready(ChildProcess& process) {
    const Expected<std::string> line = process.read_line(deadline());
    return line ? Json::parse(*line, nullptr, false) : Json(line.error().message);
  }

  static std::string post_span(const std::string& otlp_http) {
    transport::HttpClient client;
    const auto response = client.perform(
        {.method = "POST",
         .target = otlp_http + "/v1/traces",
         .headers = {{"Content-Type", "application/json"}},
         .body =
             R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":)"
             R"({"stringValue":"shop"}}]},"scopeSpans":[{"spans":[{"traceId":)"
             R"("4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","name":"checkout",)"
             R"("startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000001000000000"}]}]}]})"});
    return response ? std::to_string(response->status) + response->body : response.error().message;
  }

  static Json get(const std::string& url) {
    transport::HttpClient client;
    const auto response = client.perform({.method = "GET", .target = url, .headers = {}, .body = {}});
    return response ? Json::parse(response->body, nullptr, false) : Json(response.error().message);
  }

  StopSignals signals_;
  std::filesystem::path directory_;
};

TEST_F(ServeTest, SaysWhenItIsReadyServesAndStopsOnSigterm) {
  auto process = start();
  ASSERT_TRUE(process) << process.error().message;
  const Json line = ready(*process);
  ASSERT_EQ(line.value("event", ""), "ready") << line;
  EXPECT_THAT(line.value("otlpGrpc", ""), testing::MatchesRegex("127.0.0.1:[0-9]+"));
  EXPECT_EQ(post_span(line.value("otlpHttp", "")), "200{}");
  const Json traces = get(line.value("ui", "") + "/api/traces?service=shop");
  EXPECT_EQ(traces["data"][0]["traceID"], "4bf92f3577b34da6a3ce929d0e0e4736") << traces;
  const Json status = get(line.value("ui", "") + "/api/sonde/status");
  EXPECT_EQ(status["endpoints"]["otlpGrpc"], line["otlpGrpc"]);
  EXPECT_EQ(status["totals"]["spans"], 1);
  EXPECT_EQ(status["dataDirectory"], data());
  process->stop();
  EXPECT_EQ(process->wait(deadline()).value_or(-1), 0);
}

TEST_F(ServeTest, KeepsWhatItAcknowledgedEvenWhenKilled) {
  {
    auto process = start();
    ASSERT_TRUE(process);
    EXPECT_EQ(post_span(ready(*process).value("otlpHttp", "")), "200{}");
    process->stop(0ms);  // SIGKILL right after SIGTERM
  }
  auto process = start();
  ASSERT_TRUE(process);
  const Json traces = get(ready(*process).value("ui", "") + "/api/traces?service=shop");
  EXPECT_EQ(traces["data"].size(), 1U) << traces;
}

TEST_F(ServeTest, ShowsWhatItRefused) {
  auto process = start({"--max-request-size", "1KB"});
  ASSERT_TRUE(process);
  const Json line = ready(*process);
  transport::HttpClient client;
  const auto response = client.perform({.method = "POST",
                                        .target = line.value("otlpHttp", "") + "/v1/logs",
                                        .headers = {{"Content-Type", "application/json"}},
                                        .body = std::string(1'025, ' ')});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 413U);
  const Json status = get(line.value("ui", "") + "/api/sonde/status");
  EXPECT_EQ(status["refused"], Json::parse(R"([{"reason":"logs: requests over the size limit","count":1}])"));
}

TEST_F(ServeTest, MakesADataDirectoryThatIsTheUsersOwn) {
  auto process = start();
  ASSERT_TRUE(process);
  ready(*process);
  EXPECT_EQ(std::filesystem::status(data()).permissions(), std::filesystem::perms::owner_all);
}

TEST_F(ServeTest, NamesAPortInUseAndWhatToDo) {
  auto process = start();
  ASSERT_TRUE(process);
  const std::string address = ready(*process).value("otlpGrpc", "");
  const std::string port = address.substr(address.rfind(':') + 1);
  const auto [output, exit_code] = run("serve --data " + std::string(directory_ / "other") +
                                       " --http-port 0 --ui-port 0 --grpc-port " + port);
  EXPECT_EQ(exit_code, 1);
  EXPECT_THAT(output, HasSubstr("cannot listen on 127.0.0.1:" + port + ": Address already in use"));
  EXPECT_THAT(output, HasSubstr("--grpc-port"));
}

TEST_F(ServeTest, RefusesADirectoryThatAnotherServerHas) {
  auto process = start();
  ASSERT_TRUE(process);
  ready(*process);
  const auto [output, exit_code] = run("serve --data " + data() + " --http-port 0 --ui-port 0 --grpc-port 0");
  EXPECT_EQ(exit_code, 1);
  EXPECT_THAT(output, HasSubstr(data()));
}

TEST_F(ServeTest, RefusesADirectoryItCannotMake) {
  std::ofstream(directory_ / "file") << "in the way";
  const auto [output, exit_code] = run("serve --data " + std::string(directory_ / "file/data"));
  EXPECT_EQ(exit_code, 1);
  EXPECT_THAT(output, HasSubstr("cannot make the data directory"));
  EXPECT_THAT(output, HasSubstr("--data"));
}

TEST_F(ServeTest, TellsAPersonWhereItListens) {
  auto process = ChildProcess::start({"/bin/sh",
                                      {"-c", "exec " SONDE_BINARY " serve --data " + data() +
                                                 " --grpc-port 0 --http-port 0 --ui-port 0 2>&1"},
                                      {}},
                                     signals_);
  ASSERT_TRUE(process);
  std::string output;
  while (output.find("Ctrl-C") == std::string::npos) {
    const Expected<std::string> line = process->read_line(deadline());
    ASSERT_TRUE(line) << output << line.error().message;
    output += *line + "\n";
  }
  EXPECT_THAT(output, HasSubstr("OTLP/gRPC  127.0.0.1:"));
  EXPECT_THAT(output, HasSubstr("Page       http://127.0.0.1:"));
  EXPECT_THAT(output, HasSubstr(data()));
  EXPECT_THAT(output, testing::Not(HasSubstr("\x1b[")));  // a pipe gets no colours
}

TEST_F(ServeTest, ExitCodesTellUsageFromFailure) {
  EXPECT_EQ(run("--version"), (std::pair<std::string, int>("sonde " SONDE_VERSION "\n", 0)));
  EXPECT_EQ(run("--help").second, 0);
  EXPECT_THAT(run("serve --help").first, HasSubstr("Examples:"));
  EXPECT_EQ(run("").second, 2);
  EXPECT_EQ(run("serve --grpc-port 70000").second, 2);
  EXPECT_EQ(run("serve --max-memory plenty").second, 2);
  EXPECT_THAT(run("serve --max-memory 1MB").first, HasSubstr("must be at least 64MB"));
  const auto [output, exit_code] = run("sevre");
  EXPECT_EQ(exit_code, 2);
  EXPECT_EQ(output, "sonde: there is no command 'sevre'; did you mean `sonde serve`?\n");
}

}  // namespace
}  // namespace sonde::cli
