#pragma once

// The unit of the SDK's benchmarks. Absolute times drift between machines, and on one machine by the minute,
// so every case also says what an iteration costs in readings of std::chrono::steady_clock, as measured right
// before it: the column `clocks`.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

namespace sonde::benchmarks {

inline double cpu_seconds(clockid_t clock) noexcept {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// What one reading of the clock costs now, in seconds: the median of a few series.
inline double clock_reading_seconds() noexcept {
  constexpr int readings = 20'000;
  std::array<double, 9> costs{};
  for (double& cost : costs) {
    const double start = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < readings; ++i) benchmark::DoNotOptimize(std::chrono::steady_clock::now());
    cost = (cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - start) / readings;
  }
  std::nth_element(costs.begin(), costs.begin() + costs.size() / 2, costs.end());
  return costs[costs.size() / 2];
}

/// Adds the column `clocks` to a case: make one right before the loop. Counts this thread's CPU time, or with
/// CLOCK_PROCESS_CPUTIME_ID that of all threads.
class InClocks {
 public:
  explicit InClocks(benchmark::State& state, clockid_t clock = CLOCK_THREAD_CPUTIME_ID) noexcept
      : state_(state), clock_(clock), reading_(clock_reading_seconds()), start_(cpu_seconds(clock)) {}
  InClocks(const InClocks&) = delete;
  InClocks& operator=(const InClocks&) = delete;
  ~InClocks() {
    const double spent = cpu_seconds(clock_) - start_ - paused_;
    state_.counters["clocks"] = benchmark::Counter(
        spent / static_cast<double>(state_.iterations()) / reading_, benchmark::Counter::kAvgThreads);
  }

  /// Does something that is not part of the work, off the clock.
  template <class Action>
  void pause(Action action) {
    state_.PauseTiming();
    const double start = cpu_seconds(clock_);
    action();
    paused_ += cpu_seconds(clock_) - start;
    state_.ResumeTiming();
  }

 private:
  benchmark::State& state_;
  clockid_t clock_;
  double reading_;
  double start_;
  double paused_ = 0;
};

}  // namespace sonde::benchmarks
