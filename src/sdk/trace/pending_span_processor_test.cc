#include "sonde/pending_span_processor.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sdk/test_tracing.h"

namespace sonde {
namespace {

using test::count;
using test::find;

constexpr std::chrono::milliseconds soon{5};

struct PendingTracing {
  explicit PendingTracing(PendingSpanOptions options = {.first_snapshot = soon, .longest_interval = soon},
                          std::unique_ptr<Sampler> sampler = {}) {
    auto owned = std::make_unique<PendingSpanProcessor>(
        std::make_unique<SimpleSpanProcessor>(make_in_memory_exporter(memory)), options);
    processor = owned.get();
    TracerProviderOptions provider_options;
    provider_options.sampler = std::move(sampler);
    provider_options.processors.push_back(std::move(owned));
    provider = std::make_unique<TracerProvider>(std::move(provider_options));
    tracer = provider->get_tracer("test");
  }

  /// The last snapshot of that name for which `holds`; waits for it.
  template <class Condition>
  std::string snapshot(std::string_view name, Condition holds) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < deadline) {
      std::string otlp = memory->find(name);
      if (!otlp.empty() && holds(SpanView(otlp))) return otlp;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ADD_FAILURE() << "no such snapshot of " << name;
    return {};
  }
  std::string snapshot(std::string_view name) const {
    return snapshot(name, [](const SpanView&) { return true; });
  }

  std::shared_ptr<InMemorySpans> memory = std::make_shared<InMemorySpans>();
  std::unique_ptr<TracerProvider> provider;
  PendingSpanProcessor* processor = nullptr;
  Tracer tracer;
};

TEST(PendingSpans, AreShownAsFarAsTheyAreRecorded) {
  const PendingTracing tracing;
  Span span = tracing.tracer.start_span("agent", {.kind = SpanKind::client});
  span.set_attribute("step", 1);
  span.add_event("thought");
  const std::string otlp =
      tracing.snapshot("agent", [](const SpanView& view) { return count(view.events()) == 1; });
  const SpanView view(otlp);
  EXPECT_EQ(view.trace_id(), span.context().trace_id());
  EXPECT_EQ(view.span_id(), span.context().span_id());
  EXPECT_EQ(view.kind(), SpanKind::client);
  EXPECT_NE(view.start_time(), 0u);
  EXPECT_EQ(view.end_time(), 0u);
  EXPECT_EQ(find(view.attributes(), "step")->as_integer(), 1);
  EXPECT_TRUE(find(view.attributes(), "sonde.span.pending")->as_boolean());
  EXPECT_GE(find(view.attributes(), "sonde.span.snapshot_time")->as_integer(),
            static_cast<std::int64_t>(view.start_time()));
}

TEST(PendingSpans, AreShownAgainWithWhatHasComeSince) {
  const PendingTracing tracing;
  Span span = tracing.tracer.start_span("agent");
  static_cast<void>(tracing.snapshot("agent"));
  span.update_name("agent, thinking");
  span.set_status(StatusCode::error, "so far");
  const std::string otlp = tracing.snapshot(
      "agent, thinking", [](const SpanView& view) { return view.status() == StatusCode::error; });
  EXPECT_EQ(SpanView(otlp).status_message(), "so far");
}

TEST(PendingSpans, EndAsSpansThatWereNeverPending) {
  const PendingTracing tracing;
  Span span = tracing.tracer.start_span("agent");
  static_cast<void>(tracing.snapshot("agent"));
  span.end();
  const std::string otlp =
      tracing.snapshot("agent", [](const SpanView& view) { return view.end_time() != 0; });
  EXPECT_FALSE(find(SpanView(otlp).attributes(), "sonde.span.pending").has_value());
  const std::size_t spans = tracing.memory->spans().size();
  Span other = tracing.tracer.start_span("other");
  static_cast<void>(tracing.snapshot("other"));
  EXPECT_EQ(SpanView(tracing.memory->spans()[spans]).name(), "other")
      << "an ended span has no more snapshots";
}

TEST(PendingSpans, ThatEndSoonHaveNoSnapshot) {
  const PendingTracing tracing({.first_snapshot = std::chrono::hours(1)});
  for (int i = 0; i < 100; ++i) const Span span = tracing.tracer.start_span("short");
  EXPECT_EQ(tracing.memory->spans().size(), 100u);
  EXPECT_EQ(tracing.processor->snapshots(), 0u);
}

TEST(PendingSpans, ThatAreNotSampledAreNotShown) {
  class RecordOnly final : public Sampler {
    SamplingResult should_sample(const SamplingParameters& parameters) noexcept override {
      return {.decision = parameters.name == "shown" ? SamplingDecision::record_and_sample
                                                     : SamplingDecision::record_only};
    }
    std::string description() const override { return "RecordOnly"; }
  };
  const PendingTracing tracing({.first_snapshot = soon, .longest_interval = soon},
                               std::make_unique<RecordOnly>());
  const Span hidden = tracing.tracer.start_span("hidden", {.parent = Parent::none()});
  const Span shown = tracing.tracer.start_span("shown", {.parent = Parent::none()});
  static_cast<void>(tracing.snapshot("shown"));
  EXPECT_EQ(tracing.memory->find("hidden"), "");
}

TEST(PendingSpans, KeepTheirDataWhileOthersLook) {
  const PendingTracing tracing(
      {.first_snapshot = std::chrono::milliseconds(1), .longest_interval = std::chrono::milliseconds(1)});
  std::atomic<bool> is_done{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      while (!is_done) {
        auto span = tracing.tracer.start_as_current_span("busy");
        for (int i = 0; i < 2'000; ++i) {
          span.set_attribute("round", i);
          span.set_attribute("text", std::string(static_cast<std::size_t>(i % 50), 'x'));
        }
        span.set_attribute("last", true);
      }
    });
  }
  for (int seen = 0; seen < 20; ++seen) {
    tracing.memory->clear();
    const std::string otlp =
        tracing.snapshot("busy", [](const SpanView& view) { return view.end_time() == 0; });
    const auto text = find(SpanView(otlp).attributes(), "text");
    if (text) {
      EXPECT_EQ(text->as_string().find_first_not_of('x'), std::string_view::npos);
    }
    EXPECT_TRUE(find(SpanView(otlp).attributes(), "sonde.span.pending").has_value());
  }
  is_done = true;
  for (std::thread& thread : threads) thread.join();
  for (const std::string& otlp : tracing.memory->spans()) {
    const SpanView view(otlp);
    if (view.end_time() == 0) continue;
    EXPECT_EQ(find(view.attributes(), "round")->as_integer(), 1'999);
    EXPECT_TRUE(find(view.attributes(), "last")->as_boolean());
  }
}

TEST(PendingSpans, MayOutliveTheShutdown) {
  Span span;
  {
    const PendingTracing tracing;
    span = tracing.tracer.start_span("agent");
    static_cast<void>(tracing.snapshot("agent"));
  }
  span.set_attribute("still", "safe");
  span.end();
}

/// Notes that it was passed a snapshot of one name; without a lock, which a fork could catch locked.
class SnapshotProbe final : public SpanProcessor {
 public:
  explicit SnapshotProbe(std::string_view name) : name_(name) {}
  Interest interest() const noexcept override { return {false, false}; }
  void on_end(const FinishedSpan& span) noexcept override {
    if (span.view().end_time() == 0 && span.view().name() == name_) has_seen_it_ = true;
  }
  bool force_flush(Deadline) noexcept override { return true; }
  bool shutdown(Deadline) noexcept override { return true; }

  bool wait() const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!has_seen_it_ && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(soon);
    return has_seen_it_;
  }

 private:
  const std::string_view name_;
  std::atomic<bool> has_seen_it_{false};
};

TEST(PendingSpans, OfAForkedChildAreShownByTheChild) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "it does not know threads that start after a fork";
#endif
  auto owned = std::make_unique<SnapshotProbe>("after the fork");
  const SnapshotProbe& probe = *owned;
  TracerProviderOptions options;
  options.processors.push_back(std::make_unique<PendingSpanProcessor>(
      std::move(owned), PendingSpanOptions{.first_snapshot = soon, .longest_interval = soon}));
  TracerProvider provider(std::move(options));
  const Tracer tracer = provider.get_tracer("test");
  Span before = tracer.start_span("before the fork");
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);  // a child that hangs is a failure
    before.set_attribute("recorded by", "the child");
    before.end();
    const Span after = tracer.start_span("after the fork");
    _exit(probe.wait() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace sonde
