#include "sonde/trace_state.hpp"

#include <gtest/gtest.h>

#include <string>

#include "sonde/span_context.hpp"

namespace sonde {
namespace {

std::string members(int count) {
  std::string header;
  for (int i = 0; i < count; ++i) header += "k" + std::to_string(i) + "=v,";
  header.pop_back();
  return header;
}

TEST(TraceState, GivesTheValueOfAKey) {
  const TraceState state("rojo=00f067aa0ba902b7,tenant@vendor=t61rcWkgMzE,0digit=a b");
  EXPECT_EQ(state.get("rojo"), "00f067aa0ba902b7");
  EXPECT_EQ(state.get("tenant@vendor"), "t61rcWkgMzE");
  EXPECT_EQ(state.get("0digit"), "a b");
  EXPECT_EQ(state.get("roj"), "");
  EXPECT_EQ(TraceState().get("rojo"), "");
}

TEST(TraceState, HandsOnAHeaderWithoutItsPadding) {
  EXPECT_EQ(TraceState(" a=1 ,\t, b=2,").header(), "a=1,b=2");
  EXPECT_TRUE(TraceState(" , ").empty());
}

TEST(TraceState, PutsWhatIsSetInFrontAndLeavesTheOriginalAlone) {
  const TraceState before("a=1,b=2,c=3");
  EXPECT_EQ(before.set("b", "4").header(), "b=4,a=1,c=3");
  EXPECT_EQ(before.set("d", "5").header(), "d=5,a=1,b=2,c=3");
  EXPECT_EQ(TraceState().set("a", "1").header(), "a=1");
  EXPECT_EQ(before.header(), "a=1,b=2,c=3");
}

TEST(TraceState, DropsTheLastMemberWhereThereAreThirtyTwo) {
  const TraceState full(members(32));
  ASSERT_FALSE(full.empty());
  const TraceState changed = full.set("new", "1");
  EXPECT_EQ(changed.get("new"), "1");
  EXPECT_EQ(changed.get("k30"), "v");
  EXPECT_EQ(changed.get("k31"), "");
  EXPECT_EQ(full.set("k31", "2").get("k30"), "v");
}

TEST(TraceState, RemovesAKey) {
  const TraceState before("a=1,b=2,c=3");
  EXPECT_EQ(before.remove("b").header(), "a=1,c=3");
  EXPECT_EQ(before.remove("x"), before);
  EXPECT_TRUE(TraceState("a=1").remove("a").empty());
}

TEST(TraceState, SetRefusesWhatTheRulesForbid) {
  const TraceState before("a=1");
  for (const char* key : {"", "Upper", "_first", "sp ace", "eq=als"}) {
    EXPECT_EQ(before.set(key, "v"), before) << key;
  }
  for (const char* value : {"", "com,ma", "eq=als", "trailing ", "new\nline", "\x80"}) {
    EXPECT_EQ(before.set("key", value), before) << value;
  }
  EXPECT_EQ(before.set("key", std::string(257, 'v')), before);
  EXPECT_EQ(before.set(std::string(257, 'k'), "v"), before);
}

TEST(TraceState, CopiesShareTheirText) {
  const TraceState original("a=1");
  TraceState copy = original;
  EXPECT_EQ(copy.header().data(), original.header().data());
  const TraceState moved = std::move(copy);
  EXPECT_EQ(moved, original);
  EXPECT_EQ(TraceState("a=1"), original);
  EXPECT_NE(TraceState("a=2"), original);
}

class MalformedTraceState : public ::testing::TestWithParam<std::string> {};

TEST_P(MalformedTraceState, GivesTheEmptyState) { EXPECT_TRUE(TraceState(GetParam()).empty()); }

INSTANTIATE_TEST_SUITE_P(TraceState, MalformedTraceState,
                         ::testing::Values("a", "a=", "=1", "a=1,a=2", "A=1", "a =1", "a=1=2", "a=\x01",
                                           "@vendor=1", members(33), "a=" + std::string(257, 'x'),
                                           std::string(257, 'k') + "=1", "a=1;\xC3\xA4"));

TEST(SpanContext, EqualsWhatHasTheSameParts) {
  constexpr std::string_view header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(parse_traceparent(header, "a=1"), parse_traceparent(header, "a=1"));
  EXPECT_NE(parse_traceparent(header, "a=1"), parse_traceparent(header, "a=2"));
  EXPECT_NE(parse_traceparent(header), SpanContext());
  EXPECT_EQ(SpanContext(), SpanContext());
}

}  // namespace
}  // namespace sonde
