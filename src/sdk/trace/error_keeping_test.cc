#include "sonde/error_keeping.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sdk/test_tracing.h"

namespace sonde {
namespace {

/// A provider that samples nothing but errors.
struct ErrorKeepingTracing {
  explicit ErrorKeepingTracing(std::unique_ptr<Sampler> sampler = std::make_unique<AlwaysOffSampler>(),
                               ErrorKeepingOptions keeping = {}) {
    auto owned = std::make_unique<ErrorKeepingSpanProcessor>(
        std::make_unique<SimpleSpanProcessor>(make_in_memory_exporter(memory)), keeping);
    processor = owned.get();
    TracerProviderOptions options;
    options.sampler = std::make_unique<ErrorKeepingSampler>(std::move(sampler));
    options.processors.push_back(std::move(owned));
    provider = std::make_unique<TracerProvider>(std::move(options));
    tracer = provider->get_tracer("test");
  }

  [[nodiscard]] std::multiset<std::string> exported() const {
    std::multiset<std::string> names;
    for (const std::string& span : memory->spans()) names.emplace(SpanView(span).name());
    return names;
  }

  std::shared_ptr<InMemorySpans> memory = std::make_shared<InMemorySpans>();
  std::unique_ptr<TracerProvider> provider;
  ErrorKeepingSpanProcessor* processor = nullptr;
  Tracer tracer;
};

using Names = std::multiset<std::string>;

TEST(ErrorKeeping, ForgetsATraceWithoutAnError) {
  const ErrorKeepingTracing tracing;
  {
    auto root = tracing.tracer.start_as_current_span("root");
    EXPECT_TRUE(root.is_recording());
    EXPECT_FALSE(root.context().is_sampled());
    const auto child = tracing.tracer.start_span("child");
  }
  EXPECT_EQ(tracing.exported(), Names{});
  EXPECT_EQ(tracing.processor->forgotten(), 2u);
  EXPECT_EQ(tracing.processor->kept(), 0u);
}

TEST(ErrorKeeping, ExportsTheWholeLocalPartWhereOneSpanFails) {
  const ErrorKeepingTracing tracing;
  {
    auto root = tracing.tracer.start_as_current_span("root");
    { const auto before = tracing.tracer.start_span("before"); }
    {
      auto failing = tracing.tracer.start_as_current_span("failing");
      failing.set_status(StatusCode::error, "no");
      { const auto within = tracing.tracer.start_span("within"); }
      EXPECT_EQ(tracing.exported(), Names{}) << "nothing has failed yet";
    }
    EXPECT_EQ(tracing.exported(), (Names{"before", "within", "failing"}));
    { const auto after = tracing.tracer.start_span("after"); }
    EXPECT_EQ(tracing.exported().count("after"), 1u);
  }
  EXPECT_EQ(tracing.exported(), (Names{"before", "within", "failing", "after", "root"}));
  EXPECT_EQ(tracing.processor->kept(), 5u);
  EXPECT_EQ(tracing.processor->forgotten(), 0u);
}

TEST(ErrorKeeping, WaitsForSpansThatOutliveTheLocalRoot) {
  const ErrorKeepingTracing tracing;
  Span detached;
  {
    auto root = tracing.tracer.start_as_current_span("root");
    detached = tracing.tracer.start_span("detached");
  }
  detached.set_status(StatusCode::error, "late");
  detached.end();
  EXPECT_EQ(tracing.exported(), (Names{"root", "detached"}));
}

TEST(ErrorKeeping, KeepsTracesApart) {
  const ErrorKeepingTracing tracing;
  Span good = tracing.tracer.start_span("good");
  Span bad = tracing.tracer.start_span("bad");
  bad.set_status(StatusCode::error);
  good.end();
  bad.end();
  EXPECT_EQ(tracing.exported(), Names{"bad"});
}

TEST(ErrorKeeping, KeepsWhatFailsHereOfACallersUnsampledTrace) {
  const ErrorKeepingTracing tracing(std::make_unique<ParentBasedSampler>(ParentBasedSampler::Delegates{}));
  const SpanContext remote = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02");
  for (const bool fails : {false, true}) {
    auto server = tracing.tracer.start_span("server", {.parent = remote});
    if (fails) server.set_status(StatusCode::error);
  }
  EXPECT_EQ(tracing.exported(), Names{"server"});
}

TEST(ErrorKeeping, PassesSampledTracesOnAtOnce) {
  const ErrorKeepingTracing tracing(std::make_unique<AlwaysOnSampler>());
  {
    auto root = tracing.tracer.start_as_current_span("root");
    EXPECT_TRUE(root.context().is_sampled());
    { const auto child = tracing.tracer.start_span("child"); }
    EXPECT_EQ(tracing.exported(), Names{"child"});
  }
  EXPECT_EQ(tracing.processor->kept(), 0u);
}

TEST(ErrorKeeping, IsBoundedInMemoryAndCountsWhatItLoses) {
  const ErrorKeepingTracing tracing(std::make_unique<AlwaysOffSampler>(), {.max_bytes = 4096});
  const std::string text(1000, 'x');
  for (int round = 0; round < 2; ++round) {  // what the first forgets, the second has again
    auto root = tracing.tracer.start_as_current_span("root");
    for (int i = 0; i < 10; ++i) {
      tracing.tracer.start_span("child").set_attribute("text", text);
    }
    EXPECT_EQ(tracing.processor->dropped(), 7u * static_cast<unsigned>(round + 1));
    if (round == 1) root.set_status(StatusCode::error);
  }
  EXPECT_EQ(tracing.exported(), (Names{"child", "child", "child", "root"}));
}

TEST(ErrorKeeping, OfManyThreadsLosesNothing) {
  const ErrorKeepingTracing tracing;
  constexpr unsigned threads = 4;
  constexpr unsigned traces = 200;
  std::vector<std::thread> pool;
  for (unsigned t = 0; t < threads; ++t) {
    pool.emplace_back([&tracing] {
      for (unsigned i = 0; i < traces; ++i) {
        auto root = tracing.tracer.start_as_current_span("root");
        auto child = tracing.tracer.start_span("child");
        if (i % 2 == 0) child.set_status(StatusCode::error);
      }
    });
  }
  for (std::thread& thread : pool) thread.join();
  EXPECT_EQ(tracing.memory->spans().size(), threads * traces);
  EXPECT_EQ(tracing.processor->kept(), threads * traces);
  EXPECT_EQ(tracing.processor->forgotten(), threads * traces);
}

/// What `action` returns in a forked child; 86 if it hangs there.
template <class Action>
int in_child(Action action) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(40);
    _exit(action());
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 86;
}

TEST(ErrorKeeping, LeavesToTheParentWhatItHeldBackBeforeAFork) {
  const ErrorKeepingTracing tracing;
  auto root = tracing.tracer.start_as_current_span("root");
  { const auto before = tracing.tracer.start_span("before"); }
  EXPECT_EQ(in_child([&] {
              tracing.tracer.start_span("of the child").set_status(StatusCode::error);
              return tracing.exported() == Names{"of the child"} && tracing.processor->kept() == 1 ? 0 : 1;
            }),
            0);
  root.set_status(StatusCode::error);
  root.end();
  EXPECT_EQ(tracing.exported(), (Names{"before", "root"}));
}

TEST(ErrorKeeping, NoLockOfABusyParentStaysLockedInItsChild) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer's own locks stay locked in such a child";
#endif
  const ErrorKeepingTracing tracing;
  const auto record = [&](unsigned traces) {
    for (unsigned i = 0; i < traces; ++i) tracing.tracer.start_span("root").end();
  };
  std::atomic<bool> is_stopping{false};
  std::vector<std::jthread> busy;
  for (int i = 0; i < 2; ++i) {
    busy.emplace_back([&] {
      while (!is_stopping.load()) record(100);
    });
  }
  int status = 0;
  constexpr unsigned enough = 200;  // for every lock to be taken
  for (int i = 0; i < 50 && status == 0; ++i) {
    status = in_child([&] {
      record(enough);
      return tracing.processor->forgotten() == enough ? 0 : 1;
    });
  }
  EXPECT_EQ(status, 0);
  is_stopping.store(true);
}

}  // namespace
}  // namespace sonde
