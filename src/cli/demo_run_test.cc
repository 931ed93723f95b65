// `sonde demo` as a user runs it: the real binary, its servers, the sample application, the embedded store.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "cli/demo_process.h"
#include "transport/http_client.h"

namespace sonde::cli {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

ChildProcess::Deadline soon() { return std::chrono::steady_clock::now() + 100s; }

/// A directory of this test's own, gone when it ends.
class TestDirectory {
 public:
  TestDirectory()
      : path_(testing::TempDir() + "demo_run_" + std::to_string(getpid()) + "_" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(path_);
  }
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class DemoRunTest : public testing::Test {
 protected:
  using Environment = std::vector<std::pair<std::string, std::string>>;

  /// `sonde demo` on free ports, away from whatever model this machine's environment names.
  ChildProcess start(std::vector<std::string> arguments,
                     Environment environment = {{"OPENAI_BASE_URL", ""}}) {
    arguments.insert(arguments.begin(), {"demo", "--grpc-port", "0", "--http-port", "0", "--ui-port", "0"});
    environment.insert(environment.end(), {{"OPENAI_API_KEY", ""}, {"OPENAI_MODEL", ""}});
    auto process =
        ChildProcess::start({SONDE_BINARY, std::move(arguments), std::move(environment)}, signals_);
    if (!process) ADD_FAILURE() << process.error().message;
    return *std::move(process);
  }

  /// What it prints until a line that holds `last`, or all of it.
  static std::string output_of(ChildProcess& process, const std::string& last = "\n") {
    std::string output;
    for (auto line = process.read_line(soon()); line; line = process.read_line(soon())) {
      output += *line + '\n';
      if (line->find(last) != std::string::npos) break;
    }
    return output;
  }

  /// The address of the page that the demo printed.
  static std::string page_of(const std::string& output) {
    const std::size_t start = output.find("http://", output.find("page "));
    return output.substr(start, output.find("/trace/", start) - start);
  }

  StopSignals signals_;
};

TEST_F(DemoRunTest, OnceShowsTheWholeTraceAndSucceeds) {
  ChildProcess process = start({"--once"});
  const std::string output = output_of(process);
  EXPECT_EQ(process.wait(soon()).value_or(-1), 0) << output;
  EXPECT_THAT(output,
              AllOf(HasSubstr("mock-llm: not a model"), HasSubstr("Sources:"), HasSubstr("ARCHITECTURE.md")));
  EXPECT_THAT(output, AllOf(HasSubstr("rag_pipeline"), HasSubstr("├─ retrieve_documents"),
                            HasSubstr("└─ generate_response"), HasSubstr("└─ chat mock-llm-1")));
  EXPECT_THAT(output, testing::ContainsRegex("page +http://127.0.0.1:[0-9]+/trace/[0-9a-f]{32}\n"));
}

TEST_F(DemoRunTest, OnceAnswersOtherQuestionsFromOtherDocuments) {
  const TestDirectory folder;
  const std::string documents = folder.path() + "/zebras.txt";
  std::ofstream(documents) << "Zebras graze at dawn.\n";
  ChildProcess process = start({"--once", "--docs", documents, "--question", "When do zebras graze?"});
  const std::string output = output_of(process);
  EXPECT_EQ(process.wait(soon()).value_or(-1), 0) << output;
  EXPECT_THAT(output, HasSubstr("Zebras graze at dawn. [1]"));
}

TEST_F(DemoRunTest, OnceFailsWhenTheModelDoesAndShowsWhere) {
  ChildProcess process = start({"--once"}, {{"OPENAI_BASE_URL", "http://127.0.0.1:1/v1"}});
  const std::string output = output_of(process);
  EXPECT_EQ(process.wait(soon()).value_or(-1), 1) << output;
  EXPECT_THAT(output, AllOf(HasSubstr("chat gpt-4o-mini"), HasSubstr("Couldn't connect")));
}

TEST_F(DemoRunTest, FailsIfThereIsNoApplication) {
  ChildProcess process = start({"--once", "--application", "/nowhere/rag_pipeline"});
  output_of(process);
  EXPECT_EQ(process.wait(soon()).value_or(-1), 1);
}

/// Whether this demo's server answers there: another may have got its port since.
bool is_serving(const std::string& page, const std::string& data) {
  transport::HttpClient client;
  const auto status = client.perform({"GET", page + "/api/sonde/status", {}, {}});
  return status && status->body.find(data) != std::string::npos;
}

TEST_F(DemoRunTest, ServesUntilItIsStopped) {
  const TestDirectory data;
  ChildProcess process = start({"--data", data.path()});
  const std::string output = output_of(process, "Serving until Ctrl-C.");
  const std::string page = page_of(output);
  EXPECT_TRUE(is_serving(page, data.path())) << output;
  transport::HttpClient client;
  const auto traces = client.perform({"GET", page + "/api/sonde/traces", {}, {}});
  ASSERT_TRUE(traces) << traces.error().message;
  EXPECT_THAT(traces->body, HasSubstr("rag_pipeline"));

  process.stop(60s);
  EXPECT_EQ(process.wait(soon()).value_or(-1), 0);
  EXPECT_FALSE(is_serving(page, data.path()));
}

TEST_F(DemoRunTest, KeepsTheTraceWhereItIsTold) {
  const TestDirectory data;
  for (const char* const traces : {"1", "2"}) {
    ChildProcess process = start({"--once", "--data", data.path()});
    const std::string output = output_of(process);
    EXPECT_EQ(process.wait(soon()).value_or(-1), 0) << output << "trace " << traces;
  }
  auto listing = ChildProcess::start({SONDE_BINARY, {"traces", "--data", data.path()}, {}}, signals_);
  ASSERT_TRUE(listing);
  const std::string output = output_of(*listing);
  const std::size_t first = output.find("rag_pipeline");
  EXPECT_NE(first, std::string::npos) << output;
  EXPECT_NE(output.find("rag_pipeline", first + 1), std::string::npos) << output;
}

TEST_F(DemoRunTest, LeavesNoServerBehindWhenItIsKilled) {
  const TestDirectory data;
  const std::string command =
      "echo $$; exec " SONDE_BINARY " demo --grpc-port 0 --http-port 0 --ui-port 0 --data " + data.path();
  auto process = ChildProcess::start(
      {"/bin/sh", {"-c", command}, {{"OPENAI_BASE_URL", ""}, {"OPENAI_API_KEY", ""}}}, signals_);
  ASSERT_TRUE(process);
  const pid_t demo = std::stoi(process->read_line(soon()).value_or("0"));
  ASSERT_GT(demo, 0);
  const std::string page = page_of(output_of(*process, "Serving until Ctrl-C."));
  ASSERT_EQ(kill(demo, SIGKILL), 0);
  const auto deadline = soon();
  while (is_serving(page, data.path())) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "the server lives on";
    std::this_thread::sleep_for(10ms);
  }
}

}  // namespace
}  // namespace sonde::cli
