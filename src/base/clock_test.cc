#include "base/clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace sonde::base {
namespace {

std::int64_t system_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// The thread may lose the processor between two readings, so an attempt that took long says nothing.
TEST(Clock, FollowsTheSystemClock) {
  constexpr std::int64_t tolerance = 20'000;
  int judged = 0;
  for (int attempt = 0; attempt < 10'000 && judged < 1'000; ++attempt) {
    const std::int64_t before = system_now();
    const auto time = static_cast<std::int64_t>(Clock::now());
    const std::int64_t after = system_now();
    if (after - before > tolerance) continue;
    ++judged;
    ASSERT_GT(time, before - tolerance);
    ASSERT_LT(time, after + tolerance);
  }
  EXPECT_GT(judged, 0);
}

TEST(Clock, KeepsThePaceOfTheSystemClock) {
  const std::int64_t system_start = system_now();
  const auto start = static_cast<std::int64_t>(Clock::now());
  while (system_now() - system_start < 200'000'000) {
  }
  const auto elapsed = static_cast<std::int64_t>(Clock::now()) - start;
  const std::int64_t system_elapsed = system_now() - system_start;
  EXPECT_NEAR(static_cast<double>(elapsed), static_cast<double>(system_elapsed), 5e6);
}

}  // namespace
}  // namespace sonde::base
