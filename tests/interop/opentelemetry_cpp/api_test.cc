#include <gtest/gtest.h>
#include <opentelemetry/baggage/baggage_context.h>
#include <opentelemetry/context/propagation/text_map_propagator.h>
#include <opentelemetry/trace/propagation/http_trace_context.h>
#include <opentelemetry/trace/scope.h>

#include <array>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sdk/test_tracing.h"
#include "sonde/bridge/opentelemetry_api.hpp"
#include "sonde/context.hpp"

namespace sonde {
namespace {

namespace api = opentelemetry::trace;
using opentelemetry::context::RuntimeContext;
using opentelemetry::nostd::shared_ptr;
using test::find;
using Type = AttributeValue::Type;

/// A program whose libraries record through their API.
class OpenTelemetryApi : public testing::Test {
 protected:
  OpenTelemetryApi() {
    tracing_.provider->set_as_global();
    bridge::install_opentelemetry_api();
    library_ = api::Provider::GetTracerProvider()->GetTracer("library", "2.0", "https://schema.example/1");
  }

  /// The finished span of that name; its bytes live as long as the test.
  SpanView finished(std::string_view name) {
    return SpanView(kept_.emplace_back(tracing_.memory->find(name)));
  }

  test::TestTracing tracing_;
  shared_ptr<api::Tracer> library_;

 private:
  std::deque<std::string> kept_;
};

TEST_F(OpenTelemetryApi, RecordsASpanAsALibraryDescribesIt) {
  const auto start = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  api::StartSpanOptions options;
  options.kind = api::SpanKind::kClient;
  options.start_system_time = start;
  options.start_steady_time = std::chrono::steady_clock::time_point(std::chrono::seconds(100));
  const auto span = library_->StartSpan("first name", {{"at start", 1}}, options);
  EXPECT_TRUE(span->IsRecording());
  span->SetAttribute("later", "two");
  span->AddEvent("plain");
  span->AddEvent("timed", start + std::chrono::seconds(1));
  span->AddEvent("described", start + std::chrono::seconds(2), {{"size", 3}});
  span->AddEvent("described now", {{"size", 4}});
  span->SetStatus(api::StatusCode::kError, "too late");
  span->UpdateName("name");
  api::EndSpanOptions end;
  end.end_steady_time = std::chrono::steady_clock::time_point(std::chrono::milliseconds(100'250));
  span->End(end);
  EXPECT_FALSE(span->IsRecording());

  const SpanView view = finished("name");
  EXPECT_EQ(bridge::to_opentelemetry(view.trace_id()), span->GetContext().trace_id());
  EXPECT_EQ(bridge::to_opentelemetry(view.span_id()), span->GetContext().span_id());
  EXPECT_FALSE(view.parent_span_id().is_valid());
  EXPECT_EQ(view.kind(), SpanKind::client);
  EXPECT_EQ(view.start_time(), 1'700'000'000'000'000'000u);
  EXPECT_EQ(view.end_time() - view.start_time(), 250'000'000u);
  EXPECT_EQ(view.status(), StatusCode::error);
  EXPECT_EQ(view.status_message(), "too late");
  EXPECT_EQ(find(view.attributes(), "at start")->as_integer(), 1);
  EXPECT_EQ(find(view.attributes(), "later")->as_string(), "two");
  std::vector<std::string> events;
  for (const SpanEventView event : view.events()) events.emplace_back(event.name());
  EXPECT_EQ(events, (std::vector<std::string>{"plain", "timed", "described", "described now"}));
  auto event = ++view.events().begin();
  EXPECT_EQ((*event).time(), 1'700'000'001'000'000'000u);
  ++event;
  EXPECT_EQ(find((*event).attributes(), "size")->as_integer(), 3);
}

TEST_F(OpenTelemetryApi, CountsAnEndByTheSteadyClockFromNowIfTheStartWasNotGiven) {
  const auto span = library_->StartSpan("name");
  api::EndSpanOptions end;
  end.end_steady_time = std::chrono::steady_clock::now() + std::chrono::hours(1);
  span->End(end);
  const auto duration = std::chrono::nanoseconds(finished("name").end_time() - finished("name").start_time());
  EXPECT_GT(duration, std::chrono::minutes(59));
  EXPECT_LT(duration, std::chrono::minutes(61));
}

TEST_F(OpenTelemetryApi, KeepsAttributesOfEveryType) {
  using opentelemetry::nostd::string_view;
  const std::array<bool, 2> booleans = {true, false};
  const std::array<std::int32_t, 2> int32s = {-1, 2};
  const std::array<std::int64_t, 1> int64s = {1'000'000'000'000};
  const std::array<std::uint32_t, 1> uint32s = {4'000'000'000};
  const std::array<std::uint64_t, 1> uint64s = {5};
  const std::array<double, 1> doubles = {0.5};
  const std::array<string_view, 2> strings = {"a", "b"};
  const std::array<std::uint8_t, 2> bytes = {1, 2};
  const auto span = library_->StartSpan("name");
  span->SetAttribute("bool", true);
  span->SetAttribute("int32", std::int32_t{-7});
  span->SetAttribute("int64", std::int64_t{1} << 40);
  span->SetAttribute("uint32", std::uint32_t{4'000'000'000});
  span->SetAttribute("uint64", std::uint64_t{9});
  span->SetAttribute("double", 2.5);
  span->SetAttribute("c string", static_cast<const char*>("c"));
  span->SetAttribute("string", string_view("ab", 1));
  span->SetAttribute("bools", opentelemetry::nostd::span<const bool>(booleans));
  span->SetAttribute("int32s", opentelemetry::nostd::span<const std::int32_t>(int32s));
  span->SetAttribute("int64s", opentelemetry::nostd::span<const std::int64_t>(int64s));
  span->SetAttribute("uint32s", opentelemetry::nostd::span<const std::uint32_t>(uint32s));
  span->SetAttribute("uint64s", opentelemetry::nostd::span<const std::uint64_t>(uint64s));
  span->SetAttribute("doubles", opentelemetry::nostd::span<const double>(doubles));
  span->SetAttribute("strings", opentelemetry::nostd::span<const string_view>(strings));
  span->SetAttribute("bytes", opentelemetry::nostd::span<const std::uint8_t>(bytes));
  span->End();

  const SpanView view = finished("name");
  const auto value = [&](std::string_view key) {
    return find(view.attributes(), key).value_or(ValueView({}));
  };
  const auto first = [&](std::string_view key) { return *value(key).elements().begin(); };
  EXPECT_TRUE(value("bool").as_boolean());
  EXPECT_EQ(value("int32").as_integer(), -7);
  EXPECT_EQ(value("int64").as_integer(), std::int64_t{1} << 40);
  EXPECT_EQ(value("uint32").as_integer(), 4'000'000'000);
  EXPECT_EQ(value("uint64").as_integer(), 9);
  EXPECT_EQ(value("double").as_floating(), 2.5);
  EXPECT_EQ(value("c string").as_string(), "c");
  EXPECT_EQ(value("string").as_string(), "a");
  EXPECT_TRUE(first("bools").as_boolean());
  EXPECT_EQ(first("int32s").as_integer(), -1);
  EXPECT_EQ(first("int64s").as_integer(), 1'000'000'000'000);
  EXPECT_EQ(first("uint32s").as_integer(), 4'000'000'000);
  EXPECT_EQ(first("uint64s").as_integer(), 5);
  EXPECT_EQ(first("doubles").as_floating(), 0.5);
  EXPECT_EQ(first("strings").as_string(), "a");
  EXPECT_EQ(test::count(value("strings").elements()), 2);
  EXPECT_EQ(value("bytes").type(), Type::bytes);
  EXPECT_EQ(value("bytes").as_string(), "\x01\x02");
}

TEST_F(OpenTelemetryApi, KeepsLinks) {
  const auto other = library_->StartSpan("other");
  library_->StartSpan("name", {{"key", 1}}, {{other->GetContext(), {{"reason", "retry"}}}})->End();
  const SpanView view = finished("name");
  ASSERT_EQ(test::count(view.links()), 1);
  const SpanLinkView link = *view.links().begin();
  EXPECT_EQ(bridge::to_opentelemetry(link.span_id()), other->GetContext().span_id());
  EXPECT_EQ(find(link.attributes(), "reason")->as_string(), "retry");
}

#if OPENTELEMETRY_ABI_VERSION_NO >= 2
TEST_F(OpenTelemetryApi, KeepsLinksAddedLaterAndAttributesOfTheScope) {
  const auto scoped = api::Provider::GetTracerProvider()->GetTracer("scoped", "", "", {{"team", "search"}});
  const auto other = scoped->StartSpan("other");
  const auto span = scoped->StartSpan("name");
  span->AddLink(other->GetContext(), {{"reason", "retry"}});
  span->AddLinks({{other->GetContext(), {{"reason", "again"}}}});
  span->End();
  EXPECT_EQ(test::count(finished("name").links()), 2);
}
#endif

TEST_F(OpenTelemetryApi, TakesItsParentFromTheOptions) {
  const auto parent = library_->StartSpan("parent");
  api::StartSpanOptions by_span_context;
  by_span_context.parent = parent->GetContext();
  library_->StartSpan("by span context", by_span_context)->End();
  api::StartSpanOptions by_context;
  by_context.parent = opentelemetry::context::Context(api::kSpanKey, parent);
  library_->StartSpan("by context", by_context)->End();
  const api::Scope scope(parent);
  api::StartSpanOptions as_root;
  as_root.parent = opentelemetry::context::Context(api::kIsRootSpanKey, true);
  library_->StartSpan("as root", as_root)->End();
  api::StartSpanOptions by_empty_context;
  by_empty_context.parent = opentelemetry::context::Context();
  library_->StartSpan("by empty context", by_empty_context)->End();

  const auto parent_id = parent->GetContext().span_id();
  EXPECT_EQ(bridge::to_opentelemetry(finished("by span context").parent_span_id()), parent_id);
  EXPECT_EQ(bridge::to_opentelemetry(finished("by context").parent_span_id()), parent_id);
  EXPECT_EQ(bridge::to_opentelemetry(finished("by empty context").parent_span_id()), parent_id);
  EXPECT_FALSE(finished("as root").parent_span_id().is_valid());
}

TEST_F(OpenTelemetryApi, MakesTheSpanOfAScopeTheParentOfOurs) {
  EXPECT_FALSE(current_span_context().is_valid());
  {
    const auto theirs = library_->StartSpan("theirs");
    const api::Scope scope(theirs);
    EXPECT_EQ(bridge::to_opentelemetry(current_span_context().span_id()), theirs->GetContext().span_id());
    const auto ours = tracing_.tracer.start_as_current_span("ours");
    EXPECT_EQ(api::Tracer::GetCurrentSpan()->GetContext().span_id(),
              bridge::to_opentelemetry(ours.context().span_id()));
    const auto inner = library_->StartSpan("inner");
    const api::Scope inner_scope(inner);
    tracing_.tracer.start_span("innermost").end();
  }
  EXPECT_FALSE(current_span_context().is_valid());
  EXPECT_FALSE(api::Tracer::GetCurrentSpan()->GetContext().IsValid());

  EXPECT_EQ(finished("ours").parent_span_id(), finished("theirs").span_id());
  EXPECT_EQ(finished("inner").parent_span_id(), finished("ours").span_id());
  EXPECT_EQ(finished("innermost").parent_span_id(), finished("inner").span_id());
  EXPECT_EQ(finished("innermost").trace_id(), finished("theirs").trace_id());
}

TEST_F(OpenTelemetryApi, SeesOurCurrentSpanChangeWithoutAnythingOfItsOwnInBetween) {
  for (const char* name : {"first", "second"}) {
    const auto ours = tracing_.tracer.start_as_current_span(name);  // at the same address each time
    library_->StartSpan(std::string("child of ") + name)->End();
  }
  EXPECT_EQ(finished("child of first").parent_span_id(), finished("first").span_id());
  EXPECT_EQ(finished("child of second").parent_span_id(), finished("second").span_id());
}

TEST_F(OpenTelemetryApi, StillSeesOurCurrentSpanAfterAScopeOfItsOwn) {
  const auto ours = tracing_.tracer.start_as_current_span("ours");
  library_->StartSpan("before")->End();
  { const api::Scope scope(library_->StartSpan("theirs")); }
  library_->StartSpan("after")->End();
  EXPECT_EQ(api::Tracer::GetCurrentSpan()->GetContext().span_id(),
            bridge::to_opentelemetry(ours.context().span_id()));
  EXPECT_EQ(finished("after").parent_span_id(), ours.context().span_id());
}

TEST_F(OpenTelemetryApi, WritesToOurCurrentSpanWhileItIsCurrent) {
  shared_ptr<api::Span> seen;
  {
    const auto ours = tracing_.tracer.start_as_current_span("ours");
    seen = api::Tracer::GetCurrentSpan();
    EXPECT_TRUE(seen->IsRecording());
    seen->SetAttribute("by library", 1);
    const auto token = RuntimeContext::Attach(RuntimeContext::SetValue("own key", std::int64_t{1}));
    api::Tracer::GetCurrentSpan()->AddEvent("from a context of its own");
    seen->End();
    EXPECT_TRUE(ours.is_recording());
    std::thread([&] { seen->SetAttribute("elsewhere", 1); }).join();
  }
  EXPECT_FALSE(seen->IsRecording());
  seen->SetAttribute("too late", 1);

  const SpanView view = finished("ours");
  EXPECT_EQ(find(view.attributes(), "by library")->as_integer(), 1);
  EXPECT_FALSE(find(view.attributes(), "elsewhere"));
  EXPECT_FALSE(find(view.attributes(), "too late"));
  EXPECT_EQ(test::count(view.events()), 1);
}

TEST_F(OpenTelemetryApi, KeepsValuesOfItsContextsAcrossOurSpans) {
  const auto token = RuntimeContext::Attach(RuntimeContext::SetValue("key", std::int64_t{7}));
  const auto ours = tracing_.tracer.start_as_current_span("ours");
  EXPECT_EQ(opentelemetry::nostd::get<std::int64_t>(RuntimeContext::GetValue("key")), 7);
}

TEST_F(OpenTelemetryApi, SharesBaggageInBothDirections) {
  const ContextScope ours(Context::current().set_baggage(Baggage().set("user.id", "42", "since=1")));
  std::string value;
  EXPECT_TRUE(opentelemetry::baggage::GetBaggage(RuntimeContext::GetCurrent())->GetValue("user.id", value));
  EXPECT_EQ(value, "42;since=1");
  {
    auto context = RuntimeContext::GetCurrent();
    const auto more = opentelemetry::baggage::GetBaggage(context)->Set("session.id", "7");
    const auto token = RuntimeContext::Attach(opentelemetry::baggage::SetBaggage(context, more));
    EXPECT_EQ(Baggage::current().get("session.id"), "7");
    EXPECT_EQ(Baggage::current().get("user.id"), "42");
    EXPECT_EQ(baggage_header(Baggage::current().remove("session.id")), "user.id=42;since=1");
    const api::Scope scope(library_->StartSpan("theirs"));
    EXPECT_EQ(Baggage::current().get("session.id"), "7");
    const ContextScope root{Context()};
    EXPECT_FALSE(
        opentelemetry::baggage::GetBaggage(RuntimeContext::GetCurrent())->GetValue("user.id", value));
    EXPECT_FALSE(api::Tracer::GetCurrentSpan()->GetContext().IsValid());
  }
  EXPECT_FALSE(Baggage::current().get("session.id"));
  EXPECT_EQ(Baggage::current().get("user.id"), "42");
  const auto none = RuntimeContext::Attach(opentelemetry::context::Context());
  EXPECT_TRUE(Baggage::current().is_empty());
}

TEST_F(OpenTelemetryApi, DetachesOutOfOrderAsItDoesByItself) {
  const auto first = library_->StartSpan("first");
  const auto second = library_->StartSpan("second");
  auto outer = std::make_unique<api::Scope>(first);
  auto inner = std::make_unique<api::Scope>(second);
  outer.reset();  // takes the inner one along
  EXPECT_FALSE(current_span_context().is_valid());
  EXPECT_FALSE(api::Tracer::GetCurrentSpan()->GetContext().IsValid());
  inner.reset();
  EXPECT_FALSE(current_span_context().is_valid());
}

TEST_F(OpenTelemetryApi, LetsAScopeEndBeforeOurSpanThatBeganInIt) {
  auto scope = std::make_unique<api::Scope>(library_->StartSpan("theirs"));
  auto ours = std::make_unique<Span>(tracing_.tracer.start_span("ours"));
  auto made_current = std::make_unique<CurrentSpanScope>(*ours);
  scope.reset();
  EXPECT_EQ(current_span_context().span_id(), ours->context().span_id());
  made_current.reset();  // falls back to the scope's memory, which must still be there
  EXPECT_NO_FATAL_FAILURE(static_cast<void>(current_span_context()));
}

TEST_F(OpenTelemetryApi, DoesNotDetachWhatIsAttachedOnAnotherThread) {
  const auto span = library_->StartSpan("span");
  const auto token = RuntimeContext::Attach(opentelemetry::context::Context(api::kSpanKey, span));
  std::thread([&] {
    EXPECT_FALSE(RuntimeContext::Detach(*token));
    EXPECT_FALSE(current_span_context().is_valid());
  }).join();
  EXPECT_TRUE(current_span_context().is_valid());
}

class Headers : public opentelemetry::context::propagation::TextMapCarrier {
 public:
  opentelemetry::nostd::string_view Get(opentelemetry::nostd::string_view key) const noexcept override {
    const auto found = values.find(std::string(key));
    return found == values.end() ? "" : opentelemetry::nostd::string_view(found->second);
  }
  void Set(opentelemetry::nostd::string_view key, opentelemetry::nostd::string_view value) noexcept override {
    values[std::string(key)] = std::string(value);
  }
  std::map<std::string, std::string> values;
};

TEST_F(OpenTelemetryApi, ContinuesAndHandsOnARemoteTraceThroughItsPropagators) {
  Headers incoming;
  incoming.values = {{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
                     {"tracestate", "vendor=value"}};
  api::propagation::HttpTraceContext propagator;
  opentelemetry::context::Context none;
  const auto token = RuntimeContext::Attach(propagator.Extract(incoming, none));
  EXPECT_TRUE(current_span_context().is_remote());
  const auto ours = tracing_.tracer.start_as_current_span("ours");
  const auto theirs = library_->StartSpan("theirs");
  const api::Scope scope(theirs);
  Headers outgoing;
  propagator.Inject(outgoing, RuntimeContext::GetCurrent());

  EXPECT_EQ(ours.context().trace_id().to_hex(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(outgoing.values["tracestate"], "vendor=value");
  theirs->End();
  EXPECT_EQ(outgoing.values["traceparent"],
            "00-0af7651916cd43dd8448eb211c80319c-" + finished("theirs").span_id().to_hex() + "-01");
  EXPECT_EQ(finished("theirs").trace_state(), "vendor=value");
  EXPECT_EQ(finished("theirs").parent_span_id(), ours.context().span_id());
}

TEST_F(OpenTelemetryApi, DoesNotRecordBelowAParentThatIsNotSampled) {
  const api::SpanContext parent(bridge::to_opentelemetry(TraceId{{1}}), bridge::to_opentelemetry(SpanId{{1}}),
                                api::TraceFlags(0), true);
  api::StartSpanOptions options;
  options.parent = parent;
  const auto span = library_->StartSpan("span", options);
  EXPECT_FALSE(span->IsRecording());
  EXPECT_FALSE(span->GetContext().IsSampled());
  EXPECT_EQ(span->GetContext().trace_id(), parent.trace_id());
}

TEST_F(OpenTelemetryApi, LetsThreadsShareASpan) {
  const auto span = library_->StartSpan("shared");
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 100; ++i) {
        span->SetAttribute("thread " + std::to_string(thread), i);
        EXPECT_TRUE(span->IsRecording());
      }
      const api::Scope scope(span);
      library_->StartSpan("child")->End();
    });
  }
  for (std::thread& thread : threads) thread.join();
  span->End();
  for (int thread = 0; thread < 4; ++thread) {
    EXPECT_EQ(find(finished("shared").attributes(), "thread " + std::to_string(thread))->as_integer(), 99);
  }
  EXPECT_EQ(finished("child").parent_span_id(), finished("shared").span_id());
}

TEST_F(OpenTelemetryApi, RecordsWhatLibrariesGotTheirTracersForBeforeSetup) {
  const auto early = api::Provider::GetTracerProvider()->GetTracer("early");
  tracing_.provider->shutdown();
  early->StartSpan("lost")->End();
  test::TestTracing later;
  later.provider->set_as_global();
  early->StartSpan("kept")->End();
  EXPECT_EQ(later.memory->spans().size(), 1u);
}

}  // namespace
}  // namespace sonde
