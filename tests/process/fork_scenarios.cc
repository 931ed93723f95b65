#include <sys/wait.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/process/scenario.h"

namespace sonde::test {
namespace {

/// Runs `in_child` in a child that then leaves without the parent's clean-up. Waits for it.
template <class Action>
void in_child(Action action) {
  const pid_t child = fork();
  require(child >= 0, "fork works");
  if (child == 0) {
    action();
    _exit(0);
  }
  int status = 0;
  require(waitpid(child, &status, 0) == child, "the child can be waited for");
  require(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ends well");
}

/// What was recorded before the fork is the parent's to deliver.
void both_record(const Arguments& arguments) {
  Telemetry telemetry = setup_to_file(arguments);
  record("before");
  in_child([&] {
    record("child");
    require(telemetry.force_flush(), "the child flushes");
  });
  record("after");
}

void child_exits_normally(const Arguments& arguments) {
  const Telemetry telemetry = setup_to_file(arguments);
  record("before");
  const pid_t child = fork();
  if (child != 0) {
    int status = 0;
    waitpid(child, &status, 0);
    require(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ends well");
  }
  record(child == 0 ? "child" : "parent");
}  // each shuts down its own

void while_others_record(const Arguments& arguments) {
  Telemetry telemetry = setup_to_file(arguments);
  std::atomic<bool> is_done{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; !is_done.load() && i < 200'000; ++i) {
        const auto span = get_tracer("process").start_as_current_span("busy-" + std::to_string(getpid()));
        if (i % 64 == 0) std::this_thread::yield();
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    in_child([&] {
      for (int n = 0; n < 10; ++n) record("child");
      require(telemetry.force_flush(), "the child flushes");
    });
  }
  is_done = true;
  for (std::thread& thread : threads) thread.join();
}

void grandchild(const Arguments& arguments) {
  Telemetry telemetry = setup_to_file(arguments);
  record("parent");
  in_child([&] {
    record("child");
    in_child([&] {
      record("grandchild");
      require(telemetry.force_flush(), "the grandchild flushes");
    });
    require(telemetry.force_flush(), "the child flushes");
  });
}

/// A child that never records does not wait for a worker that it does not have.
void idle_child(const Arguments& arguments) {
  Telemetry telemetry = setup_to_file(arguments);
  record("parent");
  in_child([&] {
    require(telemetry.force_flush(), "there is nothing to flush");
    require(telemetry.shutdown(), "there is nothing to shut down");
  });
}

void open_span_ends_in_parent(const Arguments& arguments) {
  Telemetry telemetry = setup_to_file(arguments);
  auto span = get_tracer("process").start_as_current_span("open-" + std::to_string(getpid()));
  in_child([&] {
    record("child");  // of the open span
    require(telemetry.force_flush(), "the child flushes");
  });
}

}  // namespace

void add_fork_scenarios(std::vector<Scenario>& scenarios) {
  scenarios.insert(scenarios.end(), {{"fork_both_record", both_record},
                                     {"fork_child_exits_normally", child_exits_normally},
                                     {"fork_while_others_record", while_others_record},
                                     {"fork_grandchild", grandchild},
                                     {"fork_idle_child", idle_child},
                                     {"fork_open_span", open_span_ends_in_parent}});
}

}  // namespace sonde::test
