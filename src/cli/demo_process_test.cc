#include "cli/demo_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>

namespace sonde::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

ChildProcess::Deadline soon() { return std::chrono::steady_clock::now() + 30s; }

class ChildProcessTest : public testing::Test {
 protected:
  /// A shell that runs `script`.
  ChildProcess start(const std::string& script,
                     std::vector<std::pair<std::string, std::string>> environment = {}) {
    auto process = ChildProcess::start({"/bin/sh", {"-c", script}, std::move(environment)}, signals_);
    if (!process) ADD_FAILURE() << process.error().message;
    return *std::move(process);
  }

  StopSignals signals_;
};

TEST_F(ChildProcessTest, GivesItsOutputLineByLineAndThenItsExitCode) {
  ChildProcess process = start("printf 'one\\n\\ntwo'; exit 3");
  EXPECT_EQ(process.read_line(soon()).value_or("failed"), "one");
  EXPECT_EQ(process.read_line(soon()).value_or("failed"), "");
  EXPECT_EQ(process.read_line(soon()).value_or("failed"), "two") << "the last line needs no end";
  const auto end = process.read_line(soon());
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, ErrorCode::not_found);
  EXPECT_EQ(process.wait(soon()).value_or(-1), 3);
  EXPECT_EQ(process.wait(soon()).value_or(-1), 3) << "the exit code stays";
}

TEST_F(ChildProcessTest, ReadsLongLines) {
  ChildProcess process = start("head -c 100000 /dev/zero | tr '\\0' x; echo; echo end");
  EXPECT_EQ(process.read_line(soon()).value_or("").size(), 100'000U);
  EXPECT_EQ(process.read_line(soon()).value_or(""), "end");
}

TEST_F(ChildProcessTest, AddsToTheEnvironmentAndReplacesInIt) {
  ASSERT_EQ(setenv("DEMO_PROCESS_OLD", "old", 1), 0);
  ASSERT_EQ(setenv("DEMO_PROCESS_KEPT", "kept", 1), 0);
  ChildProcess process = start("echo $DEMO_PROCESS_KEPT $DEMO_PROCESS_OLD $DEMO_PROCESS_NEW",
                               {{"DEMO_PROCESS_OLD", "replaced"}, {"DEMO_PROCESS_NEW", "added"}});
  EXPECT_EQ(process.read_line(soon()).value_or(""), "kept replaced added");
}

TEST_F(ChildProcessTest, SaysWhyAProgramCannotBeRun) {
  const auto process = ChildProcess::start({"/nowhere/program", {}, {}}, signals_);
  ASSERT_FALSE(process);
  EXPECT_THAT(process.error().message, HasSubstr("/nowhere/program: No such file"));
}

TEST_F(ChildProcessTest, StopsGracefullyIfTheChildDoes) {
  ChildProcess process = start("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done");
  ASSERT_EQ(process.read_line(soon()).value_or(""), "ready");
  process.stop(30s);
  EXPECT_EQ(process.wait(soon()).value_or(-1), 7);
}

TEST_F(ChildProcessTest, MakesAChildStopThatWillNot) {
  ChildProcess process = start("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  ASSERT_EQ(process.read_line(soon()).value_or(""), "ready");
  process.stop(50ms);
  EXPECT_EQ(process.wait(soon()).value_or(-1), 128 + SIGKILL);
}

TEST_F(ChildProcessTest, GivesUpAtTheDeadline) {
  ChildProcess process = start("exec sleep 60");
  const auto line = process.read_line(std::chrono::steady_clock::now() + 20ms);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code, ErrorCode::deadline_exceeded);
  const auto exit_code = process.wait(std::chrono::steady_clock::now() + 20ms);
  ASSERT_FALSE(exit_code);
  EXPECT_EQ(exit_code.error().code, ErrorCode::deadline_exceeded);
}

TEST_F(ChildProcessTest, IsInterruptedByAStopSignal) {
  ChildProcess process = start("exec sleep 60");
  EXPECT_FALSE(signals_.received());
  ASSERT_EQ(kill(getpid(), SIGTERM), 0);
  const auto line = process.read_line(soon());
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code, ErrorCode::cancelled);
  EXPECT_TRUE(signals_.received());
}

TEST_F(ChildProcessTest, LetsTheChildTakeSignalsThatAreBlockedHere) {
  ChildProcess process = start("kill -INT $$; echo alive");
  EXPECT_EQ(process.wait(soon()).value_or(-1), 128 + SIGINT);
}

TEST_F(ChildProcessTest, DoesNotOutliveAParentThatIsKilled) {
  // The parent is a shell's child, so that its own child can be watched from here through a pipe it holds
  // open.
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t parent = fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    close(ends[0]);
    auto child = ChildProcess::start({"/bin/sh", {"-c", "echo ready; exec sleep 600"}, {}}, signals_);
    if (!child || child->read_line(soon()).value_or("") != "ready") _exit(1);
    static_cast<void>(write(ends[1], "r", 1));
    pause();
    _exit(0);
  }
  close(ends[1]);
  char ready = 0;
  ASSERT_EQ(read(ends[0], &ready, 1), 1);
  ASSERT_EQ(kill(parent, SIGKILL), 0);
  // The pipe ends only when all that hold its writing end are gone: the parent and its child.
  pollfd state{.fd = ends[0], .events = POLLIN, .revents = 0};
  ASSERT_EQ(poll(&state, 1, 30'000), 1) << "the child lives on";
  EXPECT_EQ(read(ends[0], &ready, 1), 0);
  close(ends[0]);
}

}  // namespace
}  // namespace sonde::cli
