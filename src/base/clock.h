#pragma once

// Time for spans: nanoseconds since the Unix epoch for the price of reading the processor's time stamp
// counter, less than half of what std::chrono's clocks cost. The counter is tied to the system clock by an
// anchor (a pair of readings and a rate) that is renewed at growing intervals up to a second, so the time
// keeps following NTP. Each thread reads by its own copy of the anchor, so that a reading takes no more than
// a subtraction, a comparison and a multiplication. Where the counter is not invariant, or the kernel does
// not trust it, the system clock is read instead.

#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace sonde::base {

class Clock {
 public:
  /// Nanoseconds since the Unix epoch. Does not block or allocate; thread-safe. Two readings may differ by up
  /// to a microsecond in the wrong direction when an anchor was renewed between them, on one thread or two.
  [[nodiscard]] static std::uint64_t now() noexcept {
#if defined(__x86_64__)
    const Anchor& anchor = anchor_;
    const std::uint64_t elapsed = __rdtsc() - anchor.ticks;
    if (elapsed < anchor.lifetime) [[likely]]
      return anchor.time + scale(elapsed, anchor.rate);
#endif
    return now_slow();
  }

 private:
  struct Anchor {
    std::uint64_t ticks = 0;
    std::uint64_t time = 0;
    std::uint64_t rate = 0;      ///< Nanoseconds a tick, times 2^32.
    std::uint64_t lifetime = 0;  ///< In ticks; 0 before the first reading, and for good without a counter.
  };
  struct SharedAnchor;

  static std::uint64_t scale(std::uint64_t ticks, std::uint64_t rate) noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(ticks) * rate >> 32);
  }
  static std::uint64_t now_slow() noexcept;

  [[gnu::tls_model("initial-exec")]] static constinit thread_local Anchor anchor_;
};

}  // namespace sonde::base
