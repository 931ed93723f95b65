// Real forks, of a parent with many threads in the midst of recording, flushing and exporting.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sdk/batch_worker_test.h"
#include "sdk/diagnostics.h"
#include "sdk/simple_worker.h"
#include "sdk/test_tracing.h"

namespace sonde::detail {
namespace {

using test::TestWorker;
using testing::ElementsAre;

/// Runs `child` in a forked child; its result is the exit status, and 86 means that it hung.
template <class Child>
int in_child(Child child) {
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(40);
    _exit(child());
  }
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 86;
}

TEST(Fork, TheChildExportsItsOwnItemsAndTheParentItsOwn) {
  const TestWorker test;
  test.add("of the parent");
  const int status = in_child([&] {
    test.add("of the child");
    if (!test.flush()) return 1;
    if (test.sink->items() != std::vector<std::string>{"of the child"}) return 2;
    if (test.sink->forks != 1) return 3;
    const ProcessorStatistics statistics = test.statistics();
    if (statistics.exported != 1 || statistics.dropped() != 0) return 4;
    std::thread([&] { test.add("of a thread of the child"); }).join();
    if (!test.shutdown()) return 5;
    return test.sink->items().size() == 2 ? 0 : 6;
  });
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(test.flush());
  EXPECT_THAT(test.sink->items(), ElementsAre("of the parent"));
  EXPECT_EQ(test.sink->forks, 0);
}

TEST(Fork, AChildThatRecordsNothingEndsAsItShould) {
  auto test = std::make_unique<TestWorker>();
  test->add(10);
  EXPECT_EQ(in_child([&] {
              if (!test->flush()) return 1;
              test.reset();  // destroys the worker, which has no thread here
              return 0;
            }),
            0);
  EXPECT_TRUE(test->flush());
  EXPECT_EQ(test->statistics().exported, 10u);
}

TEST(Fork, AChildOfAChildWorksToo) {
  const TestWorker test;
  test.add(1);
  EXPECT_EQ(in_child([&] {
              test.add(2);
              return in_child([&] {
                test.add(3);
                return test.flush() && test.statistics().exported == 3 ? 0 : 1;
              });
            }),
            0);
}

TEST(Fork, TheListOfOrphanedScopesIsNeverLeftLocked) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer's own locks stay locked in such a child";
#endif
  std::atomic<bool> is_stopping{false};
  std::atomic<bool> has_begun{false};
  std::jthread busy([&] {
    while (!is_stopping.load()) {
      drop_orphaned_scopes();
      has_begun.store(true);
    }
  });
  while (!has_begun.load()) std::this_thread::yield();
  int status = 0;
  for (int i = 0; i < 100 && status == 0; ++i) {
    status = in_child([] {
      drop_orphaned_scopes();
      return 0;
    });
  }
  EXPECT_EQ(status, 0);
  is_stopping.store(true);
}

TEST(Fork, NoLockOfABusyParentStaysLocked) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer's own locks stay locked in such a child";
#endif
  BatchOptions options{.schedule_delay = std::chrono::milliseconds(1)};
  options.max_export_batch_size = 8;
  const TestWorker test(options);
  static_cast<void>(TestWorker::scope());  // made before any fork: a child cannot wait for a parent's thread
  auto simple_sink = std::make_shared<test::TestSink>();
  SimpleWorker simple(simple_sink, "", test::test_names, "test_simple_processor");
  std::atomic<bool> is_stopping{false};
  set_diagnostic_handler([](std::string_view) {});
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!is_stopping.load()) {
        test.add(20);
        simple.add(TestWorker::scope(), "item");
        static_cast<void>(test.flush());
        static_cast<void>(test.statistics());
        diagnose("busy");
        std::thread([&] { test.add(1); }).join();
        static_cast<void>(get_tracer("busy"));
      }
    });
  }
  int status = 0;
  for (int i = 0; i < 30 && status == 0; ++i) {
    status = in_child([&] {
      // The sinks' own locks are like a user's exporter's: whatever state they are in, they are not used
      // again.
      BatchWorker worker(std::make_shared<test::TestSink>(), test::never_by_time(), test::test_names, "own");
      worker.add(TestWorker::scope(), "item");
      if (!worker.force_flush(test::in(std::chrono::seconds(30)))) return 1;
      static_cast<void>(get_tracer("child"));
      diagnose("child");
      return 0;
    });
  }
  EXPECT_EQ(status, 0);
  is_stopping.store(true);
  threads.clear();
  set_diagnostic_handler({});
  EXPECT_TRUE(test.shutdown());
  EXPECT_EQ(test.statistics().dropped() - test.statistics().after_shutdown, 0u);
}

}  // namespace
}  // namespace sonde::detail
