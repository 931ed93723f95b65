#pragma once

// Random ids: xoshiro256++ (Blackman and Vigna, 2019), a generator a thread, seeded by the operating system
// with as many bits as it has state, and seeded anew in a forked child.

#include <bit>
#include <cstdint>

namespace sonde::detail {

class RandomGenerator {
 public:
  /// Never zero: a zero id means none.
  [[nodiscard]] std::uint64_t next() noexcept {
    if (generation_ != fork_generation) [[unlikely]]
      seed();
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result != 0 ? result : 1;
  }

 private:
  void seed() noexcept;

  /// Counts the forks this process descends from, from 1.
  static inline std::uint64_t fork_generation = 1;

  std::uint64_t state_[4] = {};
  std::uint64_t generation_ = 0;
};

}  // namespace sonde::detail
