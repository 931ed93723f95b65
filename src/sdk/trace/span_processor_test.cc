#include "sonde/span_processor.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sdk/test_tracing.h"

namespace sonde {
namespace {

using test::find;
using test::TestTracing;

/// Does at each call what the test says.
class ProbeProcessor final : public SpanProcessor {
 public:
  void on_start(RecordingSpan& span, const Parent& parent) noexcept override { start(span, parent); }
  void on_ending(RecordingSpan& span) noexcept override { ending(span); }
  void on_end(const FinishedSpan& span) noexcept override { end(span); }
  bool force_flush(Deadline) noexcept override { return true; }
  bool shutdown(Deadline) noexcept override { return true; }

  std::function<void(RecordingSpan&, const Parent&)> start = [](auto&, auto&) {};
  std::function<void(RecordingSpan&)> ending = [](auto&) {};
  std::function<void(const FinishedSpan&)> end = [](auto&) {};
};

TEST(SpanProcessor, SeesWhatASpanStartsWithAndItsParent) {
  auto owned = std::make_unique<ProbeProcessor>();
  ProbeProcessor& probe = *owned;
  const TestTracing tracing(std::move(owned));
  const SpanContext remote = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  int calls = 0;
  probe.start = [&](RecordingSpan& span, const Parent& parent) {
    ++calls;
    ASSERT_NE(parent.resolve(), nullptr);
    EXPECT_EQ(parent.resolve()->span_id(), remote.span_id());
    EXPECT_TRUE(span.is_recording());
    EXPECT_TRUE(span.is_sampled());
    EXPECT_EQ(span.view().name(), "server");
    EXPECT_EQ(span.view().kind(), SpanKind::server);
    EXPECT_EQ(span.view().trace_id(), remote.trace_id());
    EXPECT_EQ(span.view().start_time(), 7u);
    EXPECT_EQ(span.view().end_time(), 0u);
    EXPECT_EQ(find(span.view().attributes(), "given")->as_integer(), 1);
    EXPECT_EQ(test::count(span.view().links()), 1);
    EXPECT_EQ(span.scope().name, "test");
    EXPECT_EQ(span.resource().string("service.name"), "test");
  };
  {
    const SpanLink link = {remote};
    const auto span = tracing.tracer.start_span("server", {.parent = remote,
                                                           .kind = SpanKind::server,
                                                           .attributes = {{"given", 1}},
                                                           .links = {&link, 1},
                                                           .start_time = 7});
  }
  EXPECT_EQ(calls, 1);
}

TEST(SpanProcessor, SeesTheParentThatIsCurrentWhenAScopedSpanStarts) {
  auto owned = std::make_unique<ProbeProcessor>();
  ProbeProcessor& probe = *owned;
  const TestTracing tracing(std::move(owned));
  const auto outer = tracing.tracer.start_as_current_span("outer");
  SpanId parent_id;
  probe.start = [&](RecordingSpan&, const Parent& parent) { parent_id = parent.resolve()->span_id(); };
  const auto inner = tracing.tracer.start_as_current_span("inner");
  EXPECT_EQ(parent_id, outer.context().span_id());
}

TEST(SpanProcessor, ChangesASpanAsItStartsAndAsItEnds) {
  auto owned = std::make_unique<ProbeProcessor>();
  ProbeProcessor& probe = *owned;
  const TestTracing tracing(std::move(owned));
  probe.start = [](RecordingSpan& span, const Parent&) { span.set_attribute("request_id", "r-1"); };
  probe.ending = [](RecordingSpan& span) {
    EXPECT_EQ(span.view().end_time(), 9u);
    const auto tokens = find(span.view().attributes(), "tokens");
    ASSERT_TRUE(tokens.has_value());
    span.set_attribute("cost", static_cast<double>(tokens->as_integer()) / 1000);
    span.set_attribute("tokens", 2'000'000);
    span.update_name("renamed at the end");
    span.set_status(StatusCode::error, "too expensive");
    span.add_event("priced");
  };
  {
    auto span = tracing.tracer.start_span("chat", {.start_time = 1});
    span.set_attribute("tokens", 500);
    span.end(9);
  }
  const std::string otlp = tracing.memory->find("renamed at the end");
  const SpanView view(otlp);
  EXPECT_EQ(view.end_time(), 9u);
  EXPECT_EQ(find(view.attributes(), "request_id")->as_string(), "r-1");
  EXPECT_EQ(find(view.attributes(), "cost")->as_floating(), 0.5);
  EXPECT_EQ(find(view.attributes(), "tokens")->as_integer(), 2'000'000);
  EXPECT_EQ(view.status_message(), "too expensive");
  EXPECT_EQ(test::count(view.events()), 1);
}

TEST(SpanProcessor, IsCalledInOrder) {
  std::vector<std::string> calls;
  TracerProviderOptions options;
  for (const char* name : {"first", "second"}) {
    auto probe = std::make_unique<ProbeProcessor>();
    probe->start = [&calls, name](auto&, auto&) { calls.push_back(std::string(name) + " start"); };
    probe->ending = [&calls, name](auto&) { calls.push_back(std::string(name) + " ending"); };
    probe->end = [&calls, name](auto&) { calls.push_back(std::string(name) + " end"); };
    options.processors.push_back(std::move(probe));
  }
  const TestTracing tracing(std::move(options));
  { const auto span = tracing.tracer.start_span("ordered"); }
  EXPECT_EQ(calls, (std::vector<std::string>{"first start", "second start", "first ending", "second ending",
                                             "first end", "second end"}));
}

TEST(SpanProcessor, ThatExportsSkipsWhatIsNotSampled) {
  const auto memory = std::make_shared<InMemorySpans>();
  SimpleSpanProcessor simple(make_in_memory_exporter(memory));
  BatchSpanProcessor batch(make_in_memory_exporter(memory));
  auto owned = std::make_unique<ProbeProcessor>();
  owned->end = [&](const FinishedSpan& span) {
    simple.on_end(FinishedSpan(span.core(), span.otlp(), false));
    batch.on_end(FinishedSpan(span.core(), span.otlp(), false));
    EXPECT_EQ(span.scope().version, "1.0");
    EXPECT_EQ(span.resource().string("service.name"), "test");
  };
  const TestTracing tracing(std::move(owned));
  { const auto span = tracing.tracer.start_span("recorded only"); }
  EXPECT_TRUE(batch.force_flush(std::chrono::steady_clock::now() + std::chrono::seconds(10)));
  EXPECT_TRUE(memory->spans().empty());
  EXPECT_EQ(tracing.memory->spans().size(), 1u);
}

}  // namespace
}  // namespace sonde
