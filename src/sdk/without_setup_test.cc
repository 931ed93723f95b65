// A program that never sets the SDK up: every call is there, and does nothing.

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "sonde/baggage.hpp"
#include "sonde/context.hpp"
#include "sonde/meter.hpp"
#include "sonde/meter_provider.hpp"
#include "sonde/propagator.hpp"
#include "sonde/sonde.hpp"

namespace sonde {
namespace {

TEST(WithoutSetup, TracingRecordsNothing) {
  const Tracer tracer = get_tracer("library", "1.0", "https://schema.example/1", {{"key", 1}});
  EXPECT_FALSE(tracer.is_enabled());
  auto span = tracer.start_as_current_span("span", {.kind = SpanKind::client, .attributes = {{"key", 1}}});
  span.set_attribute("key", "value");
  span.add_event("event", {{"key", 1}});
  span.add_link(SpanContext());
  span.record_exception(std::exception());
  span.set_status(StatusCode::error, "message");
  span.update_name("other");
  EXPECT_FALSE(span.is_recording());
  EXPECT_FALSE(span.context().is_valid());
  EXPECT_FALSE(current_span_context().is_valid());
  span.end();
}

TEST(WithoutSetup, ASpanStandsForItsRemoteParent) {
  const SpanContext remote(TraceId{{1}}, SpanId{{2}}, TraceFlags{TraceFlags::sampled}, true);
  const Span span = get_tracer("library").start_span("span", {.parent = remote});
  EXPECT_EQ(span.context().trace_id(), remote.trace_id());
  EXPECT_EQ(span.context().span_id(), remote.span_id()) << "what it calls continues the trace it came from";
}

TEST(WithoutSetup, InstrumentsRecordNothing) {
  const Meter meter = get_meter("library");
  const auto counter = meter.create_counter("counter");
  counter.add(1, {{"key", 1}});
  counter.bind({{"key", 1}}).add(1);
  meter.create_up_down_counter("up and down").add(-1);
  meter.create_histogram("histogram").record(1);
  meter.create_gauge("gauge").record(1);
  const auto observable = meter.create_observable_counter("observable");
  bool was_called = false;
  const auto registration = meter.register_callback(
      observable, [&](ObservableResult<std::int64_t>& /*result*/) { was_called = true; });
  EXPECT_FALSE(counter.is_enabled());
  EXPECT_FALSE(observable.is_enabled());
  EXPECT_FALSE(was_called);
}

TEST(WithoutSetup, BaggageIsCarriedButPropagatedNowhere) {
  const ContextScope scope(Context::current().set_baggage(Baggage().set("key", "value")));
  EXPECT_EQ(Baggage::current().get("key"), "value");
  std::map<std::string, std::string> headers;
  inject(headers);
  EXPECT_TRUE(headers.empty());
  headers["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_FALSE(extract(headers, Context()).span_context().is_valid());
}

}  // namespace
}  // namespace sonde
