#include "sonde/bind.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>

#include "sdk/test_tracing.h"

namespace sonde {
namespace {

using test::TestTracing;

TEST(BindCurrent, CarriesTheContextIntoAThread) {
  TestTracing tracing;
  std::thread thread;
  SpanId parent;
  {
    const ScopedSpan span = tracing.tracer.start_as_current_span("request");
    parent = span.context().span_id();
    thread = std::thread(bind_current([&] { tracing.tracer.start_span("job").end(); }));
  }
  thread.join();
  EXPECT_EQ(SpanView(tracing.memory->find("job")).parent_span_id(), parent);
}

TEST(BindCurrent, CarriesBaggageIntoStdAsync) {
  const ContextScope scope(Context::current().set_baggage(Baggage().set("user.id", "42")));
  auto answer = std::async(std::launch::async,
                           bind_current([] { return std::string(*Baggage::current().get("user.id")); }));
  EXPECT_EQ(answer.get(), "42");
}

TEST(BindCurrent, RestoresTheCallersContextAlsoAfterAnException) {
  TestTracing tracing;
  auto callback = [&] {
    const ScopedSpan span = tracing.tracer.start_as_current_span("registered");
    return bind_current([](bool fails) {
      if (fails) throw std::runtime_error("no");
      return current_span_context().span_id();
    });
  }();
  const ScopedSpan here = tracing.tracer.start_as_current_span("here");
  EXPECT_EQ(callback(false), SpanView(tracing.memory->find("registered")).span_id());
  EXPECT_THROW(callback(true), std::runtime_error);
  EXPECT_EQ(current_span_context().span_id(), here.context().span_id());
}

TEST(BindCurrent, PassesArgumentsAndResultsThrough) {
  struct Store {
    int& slot(int index) { return slots[index]; }
    int slots[2] = {1, 2};
  } store;
  auto slot = bind_current(&Store::slot);
  static_assert(std::is_same_v<decltype(slot(store, 1)), int&>);
  EXPECT_EQ(&slot(store, 1), &store.slots[1]);

  auto consume = bind_current([own = std::make_unique<int>(3)](std::unique_ptr<int> given) {
    *given += *own;
    return given;
  });
  EXPECT_EQ(*std::move(consume)(std::make_unique<int>(4)), 7);

  const std::function<int(int)> twice = bind_current([](int value) { return 2 * value; });
  EXPECT_EQ(twice(4), 8);
}

TEST(BindContext, RunsWithTheGivenContext) {
  const Context context = Context().set_baggage(Baggage().set("a", "1"));
  const auto read = bind_context(context, [] { return Baggage::current().size(); });
  EXPECT_EQ(read(), 1U);
  EXPECT_TRUE(Baggage::current().is_empty());
}

}  // namespace
}  // namespace sonde
