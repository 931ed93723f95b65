#include <optional>
#include <thread>
#include <vector>

#include "tests/process/scenario.h"

namespace sonde::test {
namespace {

/// The threads are gone before their spans are exported.
void exits_with_queued_spans(const Arguments& arguments) {
  const Telemetry telemetry = setup_to_file(arguments);
  for (int t = 0; t < 20; ++t) {
    std::thread([] {
      for (int i = 0; i < 10; ++i) record("queued");
    }).join();
  }
}

void span_moves(const Arguments& arguments) {
  const Telemetry telemetry = setup_to_file(arguments);
  std::optional<Span> span;
  std::thread([&] {
    span.emplace(get_tracer("process").start_span("moved"));
    span->set_attribute("first", 1);
  }).join();
  std::thread([moved = std::move(*span)]() mutable {
    moved.set_attribute("second", 2);
    moved.end();
  }).join();
}

/// Every thread's records end on another thread, in both directions at once.
void spans_cross(const Arguments& arguments) {
  const Telemetry telemetry = setup_to_file(arguments);
  for (int round = 0; round < 20; ++round) {
    std::vector<Span> left;
    std::vector<Span> right;
    const auto start = [](std::vector<Span>& spans) {
      for (int i = 0; i < 10; ++i) spans.push_back(get_tracer("process").start_span("crossed"));
    };
    std::thread a([&] { start(left); });
    std::thread b([&] { start(right); });
    a.join();
    b.join();
    std::thread c([&] { right.clear(); });
    std::thread d([&] { left.clear(); });
    c.join();
    d.join();
  }
}

void span_outlives_provider(const Arguments& arguments) {
  std::optional<Span> span;
  Tracer tracer;
  {
    TracerProviderOptions options;
    options.processors.push_back(
        std::make_unique<BatchSpanProcessor>(std::make_unique<LineExporter>(arguments.path)));
    TracerProvider provider(std::move(options));
    tracer = provider.get_tracer("process");
    tracer.start_span("in-time").end();
    span.emplace(tracer.start_span("late"));
  }
  require(!tracer.is_enabled(), "a tracer without its provider is off");
  span->set_attribute("key", std::string(10'000, 'x'));
  span->end();
  std::thread([&] { static_cast<void>(tracer.start_span("later")); }).join();
}

}  // namespace

void add_thread_scenarios(std::vector<Scenario>& scenarios) {
  scenarios.insert(scenarios.end(), {{"thread_exits_with_queued_spans", exits_with_queued_spans},
                                     {"thread_span_moves", span_moves},
                                     {"thread_spans_cross", spans_cross},
                                     {"thread_span_outlives_provider", span_outlives_provider}});
}

}  // namespace sonde::test
