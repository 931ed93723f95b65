// How the SDK takes the turns of a process's life: forks, exits in every way, threads that end, plugins that
// go. Each scenario is played by a process of its own, because it may not survive what goes wrong; see
// scenario.h.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include "tests/process/span_lines.h"

extern char** environ;

namespace sonde::test {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr int killed = -1;  ///< A process that was still there at the deadline, or that a signal ended.

/// Waits for the process, and ends it if it hangs.
int wait_for(pid_t process) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  int status = 0;
  while (waitpid(process, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      kill(process, SIGKILL);
      waitpid(process, &status, 0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : killed;
}

class ProcessLife : public testing::Test {
 protected:
  ProcessLife()
      : path_(testing::TempDir() + "sonde-process-" + std::to_string(getpid()) + "-" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    clear();
  }
  ~ProcessLife() override { clear(); }

  /// Plays the scenario and returns its exit status.
  int play(const char* scenario, const char* program = PROCESS_LIFE,
           const char* plugin = PLUGIN_WITH_OWN_SDK) {
    std::vector<std::string> words{program, scenario, path_, plugin};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t process = 0;
    EXPECT_EQ(posix_spawn(&process, program, nullptr, nullptr, arguments.data(), environ), 0);
    const int status = wait_for(process);
    lines_ = read_span_lines(path_);
    return status;
  }

  /// Names of what was exported, without the ids of processes behind them.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const SpanLine& line : lines_)
      names.push_back(line.name.substr(0, line.name.find_last_not_of("-0123456789") + 1));
    return names;
  }
  [[nodiscard]] long count(const std::string& name) const {
    const auto all = names();
    return std::count(all.begin(), all.end(), name);
  }

  /// Nothing was delivered twice, no two spans have one id, and a process delivers what it recorded itself.
  void expect_each_once_by_its_own_process() const {
    std::set<std::string> ids;
    for (const SpanLine& line : lines_) {
      EXPECT_TRUE(ids.insert(line.span_id).second) << line.name << " twice";
      EXPECT_TRUE(line.name.ends_with("-" + line.process))
          << line.name << " was exported by " << line.process;
    }
  }

  [[nodiscard]] const std::vector<SpanLine>& lines() const { return lines_; }
  [[nodiscard]] std::vector<SpanLine> plugin_lines() const { return read_span_lines(path_ + ".plugin"); }

 private:
  void clear() const {
    std::remove(path_.c_str());
    std::remove((path_ + ".plugin").c_str());
  }

  std::string path_;
  std::vector<SpanLine> lines_;
};

#if !defined(__SANITIZE_THREAD__)  // which does not know threads that start after a fork
using Fork = ProcessLife;

TEST_F(Fork, ParentAndChildBothRecord) {
  EXPECT_EQ(play("fork_both_record"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("before", "child", "after"));
  expect_each_once_by_its_own_process();
}

TEST_F(Fork, AChildDeliversItsSpansWhenItExits) {
  EXPECT_EQ(play("fork_child_exits_normally"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("before", "child", "parent"));
  expect_each_once_by_its_own_process();
}

TEST_F(Fork, WorksWhileOtherThreadsRecord) {
  EXPECT_EQ(play("fork_while_others_record"), 0);
  EXPECT_EQ(count("child"), 200);
  EXPECT_GT(count("busy"), 0);
  expect_each_once_by_its_own_process();
}

TEST_F(Fork, WorksInAChildOfAChild) {
  EXPECT_EQ(play("fork_grandchild"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("parent", "child", "grandchild"));
  expect_each_once_by_its_own_process();
}

TEST_F(Fork, AChildThatRecordsNothingHasNothingToWaitFor) {
  EXPECT_EQ(play("fork_idle_child"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("parent"));
}

TEST_F(Fork, ASpanThatIsOpenStaysTheParents) {
  EXPECT_EQ(play("fork_open_span"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("open", "child"));
  expect_each_once_by_its_own_process();
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines()[0].trace_id, lines()[1].trace_id);
}
#endif

using Exit = ProcessLife;

TEST_F(Exit, AStaticDestructorMayRecordWhenTracingHasShutDown) {
  EXPECT_EQ(play("exit_static_destructor_after_shutdown"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("main"));
}

TEST_F(Exit, AStaticDestructorsSpanIsDeliveredWhileTracingLives) {
  EXPECT_EQ(play("exit_static_destructor_before_shutdown"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("main", "static"));
}

TEST_F(Exit, AStaticDestructorMayOutliveStaticTelemetry) {
  EXPECT_EQ(play("exit_static_destructor_with_static_telemetry_gone"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("main"));
}

TEST_F(Exit, AThreadLocalDestructorsSpansAreDelivered) {
  EXPECT_EQ(play("exit_thread_local_destructor"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("thread", "first", "second", "main"));
}

TEST_F(Exit, TheMainThreadsThreadLocalDestructorsSpanIsDelivered) {
  EXPECT_EQ(play("exit_main_thread_local_destructor"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("main", "local"));
}

TEST_F(Exit, AnExitHandlersSpanIsDeliveredUntilShutdown) {
  EXPECT_EQ(play("exit_atexit_handler"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("main", "atexit"));
}

TEST_F(Exit, ExitDoesNotWaitForAWorkerThatNobodyStopped) {
  EXPECT_EQ(play("exit_with_worker_alive"), 3);
  EXPECT_EQ(count("main"), 1);
}

TEST_F(Exit, AnyThreadMayExit) {
  EXPECT_EQ(play("exit_from_another_thread"), 3);
  EXPECT_THAT(names(), UnorderedElementsAre("main"));
}

TEST_F(Exit, UnderscoreExitIsImmediate) {
  EXPECT_EQ(play("exit_underscore"), 3);
  EXPECT_EQ(count("main"), 1);
}

TEST_F(Exit, QuickExitsHandlerMayRecordAndFlush) {
  EXPECT_EQ(play("exit_quick"), 3);
  EXPECT_THAT(names(), UnorderedElementsAre("main", "quick"));
}

TEST_F(Exit, SpansOfFramesThatAreNeverLeftDoNoHarm) {
  EXPECT_EQ(play("exit_with_open_spans"), 3);
  EXPECT_THAT(names(), UnorderedElementsAre("main"));
}

using Thread = ProcessLife;

TEST_F(Thread, WhatAThreadLeftQueuedIsDelivered) {
  EXPECT_EQ(play("thread_exits_with_queued_spans"), 0);
  EXPECT_EQ(count("queued"), 200);
}

TEST_F(Thread, ASpanMayMoveToAnotherThread) {
  EXPECT_EQ(play("thread_span_moves"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("moved"));
}

TEST_F(Thread, SpansMayEndWhereOthersBegan) {
  EXPECT_EQ(play("thread_spans_cross"), 0);
  EXPECT_EQ(count("crossed"), 400);
}

TEST_F(Thread, ASpanMayOutliveItsProvider) {
  EXPECT_EQ(play("thread_span_outlives_provider"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("in-time"));
}

using PluginLife = ProcessLife;

TEST_F(PluginLife, APluginThatShutsItsOwnSdkDownGoesWhole) {
  EXPECT_EQ(play("plugin_own_copy_is_unloaded"), 0);
  EXPECT_EQ(count("plugin"), 6);
}

TEST_F(PluginLife, APluginThatDoesNotShutDownLosesNothing) {
  EXPECT_EQ(play("plugin_own_copy_is_forgotten"), 0);
  EXPECT_EQ(count("plugin"), 6);
}

TEST_F(PluginLife, AThreadThatRecordedMayOutliveThePlugin) {
  EXPECT_EQ(play("plugin_own_copy_is_unloaded_before_thread_ends"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("thread"));
}

TEST_F(PluginLife, AWorkerThatNobodyStoppedKeepsItsCode) {
  EXPECT_EQ(play("plugin_own_copy_is_left_running"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("plugin"));
}

TEST_F(PluginLife, ASharedSdkOutlivesThePluginsThatUseIt) {
  EXPECT_EQ(play("plugin_shared_copy_is_kept", PROCESS_LIFE_WITH_SHARED_SDK, PLUGIN_WITH_SHARED_SDK), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("plugin", "application", "handed-over"));
}

TEST_F(PluginLife, TwoCopiesOfTheSdkKeepToThemselves) {
  EXPECT_EQ(play("plugin_two_copies"), 0);
  EXPECT_THAT(names(), UnorderedElementsAre("application", "child"));
  ASSERT_EQ(plugin_lines().size(), 1U);
  EXPECT_EQ(plugin_lines()[0].name, "plugin");
  EXPECT_NE(plugin_lines()[0].trace_id, lines()[0].trace_id);
}

}  // namespace
}  // namespace sonde::test
