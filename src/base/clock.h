#pragma once

// Time for spans: nanoseconds since the Unix epoch for the price of reading the processor's time stamp
// counter, less than half of what std::chrono's clocks cost. The counter is tied to the system clock by an
// anchor (a pair of readings and a rate) that is renewed at growing intervals up to a second, so the time
// keeps following NTP. Where the counter is not invariant, or the kernel does not trust it, the system clock
// is read instead.

#include <atomic>
#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace sonde::base {

class Clock {
 public:
  /// Nanoseconds since the Unix epoch. Does not block or allocate; thread-safe. Two readings on one thread
  /// may differ by up to a microsecond in the wrong direction across a renewal of the anchor.
  [[nodiscard]] static std::uint64_t now() noexcept {
#if defined(__x86_64__)
    const std::uint64_t ticks = __rdtsc();
    if (ticks < anchor_.expires.load(std::memory_order_relaxed)) [[likely]] {
      const std::uint32_t version = anchor_.version.load(std::memory_order_acquire);
      const std::uint64_t from_ticks = anchor_.ticks.load(std::memory_order_acquire);
      const std::uint64_t from_time = anchor_.time.load(std::memory_order_acquire);
      const std::uint64_t rate = anchor_.rate.load(std::memory_order_acquire);
      if (version == anchor_.version.load(std::memory_order_relaxed) && version % 2 == 0 &&
          ticks >= from_ticks) [[likely]] {
        return from_time + scale(ticks - from_ticks, rate);
      }
    }
#endif
    return now_slow();
  }

 private:
  /// A sequence lock: the version is odd while the rest is being changed, by one thread at a time. Every
  /// field is released and acquired, so whoever sees a new one sees the odd version too.
  struct Anchor {
    std::atomic<std::uint32_t> version{0};
    std::atomic<std::uint64_t> expires{
        0};  ///< In ticks; 0 until the first reading, and for good without a counter.
    std::atomic<std::uint64_t> ticks{0};
    std::atomic<std::uint64_t> time{0};
    std::atomic<std::uint64_t> rate{0};  ///< Nanoseconds a tick, times 2^32.
  };

  static std::uint64_t scale(std::uint64_t ticks, std::uint64_t rate) noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(ticks) * rate >> 32);
  }
  static std::uint64_t now_slow() noexcept;
  static void renew() noexcept;

  static Anchor anchor_;
};

}  // namespace sonde::base
