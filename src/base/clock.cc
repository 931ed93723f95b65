#include "base/clock.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <ctime>
#include <limits>
#include <string_view>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace sonde::base {

constinit thread_local Clock::Anchor Clock::anchor_;

namespace {

std::uint64_t system_time() noexcept {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

#if defined(__x86_64__)

/// The counter can be trusted if it runs at one rate in every power state and the kernel itself keeps time by
/// it (the kernel has compared the cores' counters; we have not).
bool counter_is_trustworthy() noexcept {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  constexpr unsigned invariant_bit = 1u << 8;
  if (__get_cpuid(0x80000007, &a, &b, &c, &d) == 0 || (d & invariant_bit) == 0) return false;
  std::FILE* const file = std::fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "r");
  if (file == nullptr) return false;
  char name[16] = {};
  const std::size_t size = std::fread(name, 1, sizeof name - 1, file);
  std::fclose(file);
  const std::string_view source(name, size);
  return source.starts_with("tsc") || source.starts_with("kvm-clock");
}

struct Sample {
  std::uint64_t ticks;
  std::uint64_t time;
};

/// Both clocks at one moment: of a few tries, the one least disturbed in between.
Sample sample() noexcept {
  Sample best{};
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  for (int i = 0; i < 4; ++i) {
    const std::uint64_t before = __rdtsc();
    const std::uint64_t time = system_time();
    const std::uint64_t after = __rdtsc();
    if (after - before < least) {
      least = after - before;
      best = {before + (after - before) / 2, time};
    }
  }
  return best;
}

/// The rate between two samples, or 0 if the system clock was set in between.
std::uint64_t rate_between(const Sample& from, const Sample& to) noexcept {
  __extension__ using Wide = unsigned __int128;
  if (to.time <= from.time || to.ticks <= from.ticks) return 0;
  const Wide rate = (static_cast<Wide>(to.time - from.time) << 32) / (to.ticks - from.ticks);
  return rate < (Wide{1} << 40) ? static_cast<std::uint64_t>(rate) : 0;
}

#endif

}  // namespace

#if defined(__x86_64__)

/// What the threads' anchors are copies of. One thread at a time is at it; the others do without meanwhile.
struct Clock::SharedAnchor {
  enum class Trust : std::uint8_t { unknown, none, full };

  /// False if another thread is at it.
  [[nodiscard]] bool try_lock() noexcept { return !is_locked.test_and_set(std::memory_order_acquire); }
  void unlock() noexcept { is_locked.clear(std::memory_order_release); }
  void decide_trust() noexcept;
  void renew() noexcept;

  std::atomic<Trust> trust{Trust::unknown};
  std::atomic_flag is_locked;
  // Guarded by it.
  Anchor anchor;
  Sample baseline = {};  ///< The rate is measured from here.

  static SharedAnchor shared;
};
constinit Clock::SharedAnchor Clock::SharedAnchor::shared;

void Clock::SharedAnchor::decide_trust() noexcept {
  // A child may find the anchor locked, and half written, by a thread that it does not have.
  pthread_atfork(nullptr, nullptr, [] {
    shared.anchor = {};
    shared.baseline = {};
    shared.unlock();
  });
  trust = counter_is_trustworthy() ? Trust::full : Trust::none;
}

void Clock::SharedAnchor::renew() noexcept {
  const bool first = baseline.ticks == 0;
  if (first) baseline = sample();
  constexpr std::uint64_t first_measurement = 100'000;  // nanoseconds; the rate is then good to a few 1e-4
  Sample now = sample();
  while (first && now.time - baseline.time < first_measurement) now = sample();

  // A rate that jumps means that the system clock was set: measure anew from here.
  const std::uint64_t known = anchor.rate;
  std::uint64_t rate = rate_between(baseline, now);
  if (rate == 0 || (known != 0 && std::max(rate, known) - std::min(rate, known) > known / 1000)) {
    baseline = now;
    rate = known;
  }
  const std::uint64_t measured = now.ticks - baseline.ticks;
  // Until the error of the rate has shrunk the anchor is renewed each time the measurement has doubled.
  const std::uint64_t second = rate == 0 ? 0 : (std::uint64_t{1'000'000'000} << 32) / rate;
  anchor = {now.ticks, now.time, rate, std::clamp(measured, second / 10'000, second)};
  // Keep the baseline recent enough that a drifting counter is followed, old enough that its rate is exact.
  if (measured > 16 * second) baseline = {now.ticks - measured / 2, now.time - scale(measured / 2, rate)};
}

std::uint64_t Clock::now_slow() noexcept {
  SharedAnchor& shared = SharedAnchor::shared;
  if (shared.trust.load(std::memory_order_relaxed) != SharedAnchor::Trust::none && shared.try_lock()) {
    if (shared.trust == SharedAnchor::Trust::unknown) shared.decide_trust();
    if (shared.trust == SharedAnchor::Trust::full) {
      if (__rdtsc() - shared.anchor.ticks >= shared.anchor.lifetime) shared.renew();
      anchor_ = shared.anchor;
    }
    shared.unlock();
  }
  return system_time();
}

#else

std::uint64_t Clock::now_slow() noexcept { return system_time(); }

#endif

}  // namespace sonde::base
