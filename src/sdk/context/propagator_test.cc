#include "sonde/propagator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sdk/context/propagator_round_trip.h"

namespace sonde {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

using Headers = std::map<std::string, std::string>;

constexpr std::string_view trace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view span = "00f067aa0ba902b7";

std::unique_ptr<TextMapPropagator> propagator(std::initializer_list<std::string> names) {
  auto made = make_propagator(std::vector<std::string>(names));
  EXPECT_TRUE(made) << made.error().message;
  return std::move(*made);
}

SpanContext context_of(std::uint8_t flags, std::string tracestate = {}) {
  TraceId trace_id;
  SpanId span_id;
  EXPECT_TRUE(TraceId::from_hex(trace, trace_id) && SpanId::from_hex(span, span_id));
  return SpanContext(trace_id, span_id, TraceFlags{flags}, true, TraceState(std::move(tracestate)));
}
const auto sampled = Context().set_span(context_of(TraceFlags::sampled));
const auto not_sampled = Context().set_span(context_of(0));

SpanContext extracted(const TextMapPropagator& propagator, const Headers& headers) {
  return propagator.extract(headers, Context()).span_context();
}
Headers injected(const TextMapPropagator& propagator, const Context& context) {
  Headers headers;
  propagator.inject(headers, context);
  return headers;
}

TEST(TraceContextPropagator, RoundTrips) {
  const auto w3c = propagator({"tracecontext"});
  const SpanContext context = context_of(TraceFlags::sampled | TraceFlags::random, "vendor=opaque");
  const Headers headers = injected(*w3c, Context().set_span(context));
  EXPECT_THAT(headers,
              ElementsAre(Pair("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03"),
                          Pair("tracestate", "vendor=opaque")));
  EXPECT_EQ(extracted(*w3c, headers), context);
  EXPECT_TRUE(extracted(*w3c, headers).is_remote());
  EXPECT_THAT(w3c->fields(), ElementsAre("traceparent", "tracestate"));
}

TEST(TraceContextPropagator, InjectsNothingOfAnInvalidSpan) {
  EXPECT_THAT(injected(*propagator({"tracecontext"}), Context()), IsEmpty());
}

TEST(TraceContextPropagator, KeepsTheContextWhereTheHeaderIsMalformed) {
  const Context context =
      propagator({"tracecontext"})->extract(Headers{{"traceparent", "00-0-0-0"}}, sampled);
  EXPECT_EQ(context.span_context(), sampled.span_context());
}

TEST(TraceContextPropagator, PassesOverTwoTraceparents) {
  const std::string header = "00-" + std::string(trace) + "-" + std::string(span) + "-01";
  const std::vector<std::pair<std::string, std::string>> twice = {{"traceparent", header},
                                                                  {"Traceparent", header}};
  EXPECT_FALSE(propagator({"tracecontext"})->extract(twice, Context()).span_context().is_valid());
}

TEST(BaggagePropagator, RoundTrips) {
  const auto w3c = propagator({"baggage"});
  const Baggage baggage = Baggage().set("user.id", "a b").set("n", "1", "p=q");
  const Headers headers = injected(*w3c, Context().set_baggage(baggage));
  EXPECT_THAT(headers, ElementsAre(Pair("baggage", "user.id=a%20b,n=1;p=q")));
  EXPECT_EQ(w3c->extract(headers, Context()).baggage(), baggage);
  EXPECT_THAT(injected(*w3c, Context()), IsEmpty());
}

TEST(BaggagePropagator, JoinsSeveralHeaders) {
  const std::vector<std::pair<std::string, std::string>> headers = {{"Baggage", "a=1"}, {"baggage", "b=2"}};
  EXPECT_EQ(propagator({"baggage"})->extract(headers, Context()).baggage(),
            Baggage().set("a", "1").set("b", "2"));
}

TEST(B3Propagator, InjectsOneHeader) {
  const auto b3 = propagator({"b3"});
  const std::string ids = std::string(trace) + "-" + std::string(span);
  EXPECT_THAT(injected(*b3, sampled), ElementsAre(Pair("b3", ids + "-1")));
  EXPECT_THAT(injected(*b3, not_sampled), ElementsAre(Pair("b3", ids + "-0")));
  EXPECT_THAT(injected(*b3, Context()), IsEmpty());
}

TEST(B3MultiPropagator, InjectsAHeaderEach) {
  EXPECT_THAT(injected(*propagator({"b3multi"}), sampled),
              UnorderedElementsAre(Pair("X-B3-TraceId", trace), Pair("X-B3-SpanId", span),
                                   Pair("X-B3-Sampled", "1")));
}

TEST(B3Propagators, ReadEitherForm) {
  const std::string ids = std::string(trace) + "-" + std::string(span);
  for (const char* const name : {"b3", "b3multi"}) {
    const auto b3 = propagator({name});
    EXPECT_EQ(extracted(*b3, {{"b3", ids + "-1"}}), sampled.span_context());
    EXPECT_EQ(extracted(*b3, {{"B3", ids + "-0-05e3ac9a4f6e3b90"}}), not_sampled.span_context());
    EXPECT_EQ(extracted(*b3, {{"b3", ids}}), not_sampled.span_context());
    EXPECT_EQ(extracted(*b3, {{"x-b3-traceid", std::string(trace)},
                              {"x-b3-spanid", std::string(span)},
                              {"x-b3-sampled", "true"}}),
              sampled.span_context());
  }
}

TEST(B3Propagators, TakeTheSingleHeaderFirst) {
  EXPECT_EQ(extracted(*propagator({"b3multi"}), {{"b3", std::string(trace) + "-" + std::string(span) + "-1"},
                                                 {"X-B3-TraceId", "00000000000000000000000000000001"},
                                                 {"X-B3-SpanId", "0000000000000001"}}),
            sampled.span_context());
}

TEST(B3Propagators, ReadTraceIdsOf64Bits) {
  const SpanContext context =
      extracted(*propagator({"b3"}), {{"b3", "a3ce929d0e0e4736-" + std::string(span) + "-1"}});
  EXPECT_EQ(context.trace_id().to_hex(), "0000000000000000a3ce929d0e0e4736");
}

TEST(B3Propagators, HandTheDebugFlagOn) {
  const std::string ids = std::string(trace) + "-" + std::string(span);
  for (const Headers& headers : {Headers{{"b3", ids + "-d"}}, Headers{{"X-B3-TraceId", std::string(trace)},
                                                                      {"X-B3-SpanId", std::string(span)},
                                                                      {"X-B3-Flags", "1"}}}) {
    const auto b3 = propagator({"b3"});
    const Context context = b3->extract(headers, Context());
    EXPECT_TRUE(context.span_context().is_sampled());
    EXPECT_EQ(injected(*b3, context).at("b3"), ids + "-d");
    EXPECT_EQ(injected(*propagator({"b3multi"}), context).at("X-B3-Flags"), "1");
    const Context next = b3->extract(Headers{{"b3", ids + "-1"}}, context);
    EXPECT_EQ(injected(*b3, next).at("b3"), ids + "-1");
  }
}

TEST(JaegerPropagator, RoundTrips) {
  const auto jaeger = propagator({"jaeger"});
  const Context context = sampled.set_baggage(Baggage().set("user.id", "a ü"));
  const Headers headers = injected(*jaeger, context);
  EXPECT_THAT(headers, UnorderedElementsAre(
                           Pair("uber-trace-id", std::string(trace) + ":" + std::string(span) + ":0:1"),
                           Pair("uberctx-user.id", "a%20%C3%BC")));
  const Context again = jaeger->extract(headers, Context());
  EXPECT_EQ(again.span_context(), context.span_context());
  EXPECT_EQ(again.baggage(), context.baggage());
}

TEST(JaegerPropagator, ReadsShortIdsAndEscapedColons) {
  const SpanContext context = extracted(*propagator({"jaeger"}), {{"Uber-Trace-Id", "1f%3A2%3A0%3A1"}});
  EXPECT_EQ(context.trace_id().to_hex(), "0000000000000000000000000000001f");
  EXPECT_EQ(context.span_id().to_hex(), "0000000000000002");
  EXPECT_TRUE(context.is_sampled());
}

TEST(JaegerPropagator, HandsTheDebugFlagOn) {
  const auto jaeger = propagator({"jaeger"});
  const Context context = jaeger->extract(Headers{{"uber-trace-id", "1:2:0:2"}}, Context());
  EXPECT_TRUE(context.span_context().is_sampled());
  EXPECT_THAT(injected(*jaeger, context).at("uber-trace-id"), ::testing::EndsWith(":0:3"));
}

TEST(JaegerPropagator, BoundsItsBaggage) {
  Headers headers;
  for (int i = 0; i < 300; ++i) headers["uberctx-k" + std::to_string(i)] = "v";
  EXPECT_EQ(propagator({"jaeger"})->extract(headers, Context()).baggage().size(), 180U);
  headers = {{"uberctx-giant", std::string(9000, 'x')}};
  EXPECT_TRUE(propagator({"jaeger"})->extract(headers, Context()).baggage().is_empty());
}

using Malformed = std::pair<const char*, Headers>;
class MalformedHeaders : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedHeaders, GiveTheContextAsItWas) {
  const auto& [name, headers] = GetParam();
  EXPECT_FALSE(extracted(*propagator({name}), headers).is_valid());
}

const std::string zeros = "00000000000000000000000000000000";
const std::string trace_id(trace);
INSTANTIATE_TEST_SUITE_P(
    Propagators, MalformedHeaders,
    ::testing::Values(Malformed("b3", {{"b3", "0"}}), Malformed("b3", {{"b3", "-"}}),
                      Malformed("b3", {{"b3", zeros + "-00f067aa0ba902b7-1"}}),
                      Malformed("b3", {{"b3", trace_id + "-0000000000000000-1"}}),
                      Malformed("b3", {{"b3", trace_id + "-f067aa0ba902b7-1"}}),
                      Malformed("b3", {{"b3", "g" + trace_id.substr(1) + "-00f067aa0ba902b7-1"}}),
                      Malformed("b3multi", {{"X-B3-TraceId", trace_id}}),
                      Malformed("b3multi",
                                {{"X-B3-TraceId", trace_id + "0"}, {"X-B3-SpanId", "00f067aa0ba902b7"}}),
                      Malformed("jaeger", {{"uber-trace-id", ""}}),
                      Malformed("jaeger", {{"uber-trace-id", ":::"}}),
                      Malformed("jaeger", {{"uber-trace-id", "0:1:0:1"}}),
                      Malformed("jaeger", {{"uber-trace-id", "1:1:0"}}),
                      Malformed("jaeger", {{"uber-trace-id", "1:1:0:1:1"}}),
                      Malformed("jaeger", {{"uber-trace-id", "1:1:0:100"}}),
                      Malformed("jaeger", {{"uber-trace-id", trace_id + "1:1:0:1"}})));

TEST(CompositePropagator, DoesWhatEachDoes) {
  const auto both = propagator({"tracecontext", "baggage", "tracecontext"});
  const Headers headers = injected(*both, sampled.set_baggage(Baggage().set("a", "1")));
  EXPECT_EQ(headers.size(), 2U);
  const Context context = both->extract(headers, Context());
  EXPECT_EQ(context.span_context(), sampled.span_context());
  EXPECT_EQ(context.baggage().get("a"), "1");
  EXPECT_THAT(both->fields(), ElementsAre("traceparent", "tracestate", "baggage"));
}

TEST(MakePropagator, OfNoneDoesNothing) {
  EXPECT_THAT(injected(*propagator({"none"}), sampled), IsEmpty());
  EXPECT_THAT(injected(*propagator({}), sampled), IsEmpty());
}

TEST(MakePropagator, RefusesWhatItDoesNotKnow) {
  const auto unknown = make_propagator(std::vector<std::string>{"tracecontext", "carrier-pigeon"});
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("'carrier-pigeon'"));
  EXPECT_FALSE(make_propagator(std::vector<std::string>{"none", "b3"}));
}

TEST(Carrier, MayBeAnyMapOrListOfStrings) {
  const auto w3c = propagator({"tracecontext"});
  std::unordered_map<std::string, std::string> map;
  std::vector<std::pair<std::string, std::string>> list = {{"Traceparent", "old"}, {"accept", "*/*"}};
  w3c->inject(map, sampled);
  w3c->inject(list, sampled);
  EXPECT_EQ(list.size(), 2U);  // what was there is replaced
  EXPECT_EQ(list.front().second, map.at("traceparent"));
  EXPECT_EQ(w3c->extract(map, Context()).span_context(), sampled.span_context());
  EXPECT_EQ(w3c->extract(list, Context()).span_context(), sampled.span_context());
}

TEST(Carrier, MayBeAFunction) {
  const auto w3c = propagator({"tracecontext"});
  std::vector<std::string> lines;
  w3c->inject([&](std::string_view key,
                  std::string_view value) { lines.push_back(std::string(key) + ": " + std::string(value)); },
              sampled);
  ASSERT_EQ(lines.size(), 1U);
  const std::string value = lines.front().substr(lines.front().find(' ') + 1);

  const auto as_string = [&](std::string_view key) { return key == "traceparent" ? value : ""; };
  const auto as_pointer = [&](std::string_view key) {
    return key == "traceparent" ? value.c_str() : nullptr;
  };
  const auto as_optional = [&](std::string_view key) {
    return key == "traceparent" ? std::optional<std::string_view>(value) : std::nullopt;
  };
  EXPECT_EQ(w3c->extract(as_string, Context()).span_context(), sampled.span_context());
  EXPECT_EQ(w3c->extract(as_pointer, Context()).span_context(), sampled.span_context());
  EXPECT_EQ(w3c->extract(as_optional, Context()).span_context(), sampled.span_context());
}

TEST(GlobalPropagator, DoesNothingUntilOneIsSet) {
  Headers headers;
  inject(headers, sampled);
  EXPECT_THAT(headers, IsEmpty());
  set_global_propagator(propagator({"tracecontext"}));
  inject(headers, sampled);
  EXPECT_EQ(headers.size(), 1U);
  EXPECT_EQ(extract(headers, Context()).span_context(), sampled.span_context());
  set_global_propagator(nullptr);
  EXPECT_FALSE(extract(headers, Context()).span_context().is_valid());
}

TEST(PropagatorFuzzSeeds, RoundTrip) {
  int count = 0;
  for (const auto& seed : std::filesystem::directory_iterator(SONDE_PROPAGATOR_SEEDS)) {
    std::ifstream file(seed.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    EXPECT_FALSE(input.empty());
    EXPECT_EQ(test::propagator_round_trip_fault(input), "") << seed.path();
    ++count;
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace sonde
