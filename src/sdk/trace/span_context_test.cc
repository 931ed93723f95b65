#include "sonde/span_context.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sonde {
namespace {

constexpr std::string_view example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Traceparent, RoundTrips) {
  const SpanContext context = parse_traceparent(example, "vendor=opaque");
  EXPECT_TRUE(context.is_valid());
  EXPECT_TRUE(context.is_remote());
  EXPECT_TRUE(context.is_sampled());
  EXPECT_EQ(context.trace_state().header(), "vendor=opaque");
  EXPECT_EQ(traceparent(context), example);
}

TEST(Traceparent, OfAnInvalidContextIsEmpty) { EXPECT_EQ(traceparent(SpanContext()), ""); }

TEST(Traceparent, OfALaterVersionIsReadAsFarAsKnown) {
  EXPECT_TRUE(
      parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-is-new").is_valid());
  EXPECT_FALSE(parse_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what").is_valid());
}

class MalformedTraceparent : public ::testing::TestWithParam<const char*> {};

TEST_P(MalformedTraceparent, GivesTheInvalidContext) {
  EXPECT_FALSE(parse_traceparent(GetParam()).is_valid());
}

INSTANTIATE_TEST_SUITE_P(
    Traceparent, MalformedTraceparent,
    ::testing::Values("", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",   // version 0 ends there
                      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",    // forbidden version
                      "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",    // upper case
                      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",    // no trace
                      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",    // no span
                      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",    // not hexadecimal
                      "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));  // wrong separator

}  // namespace
}  // namespace sonde
