#pragma once

// Random ids, cheaply: wyrand (Wang Yi, 2019), a generator a thread. Its multiplications do not wait for each
// other, so three numbers cost little more than one. The key, a constant in the original, is random too, so
// the threads' sequences have 128 bits to be different in. Seeded by the operating system, and anew in a
// forked child.

#include <cstdint>

namespace sonde::detail {

class RandomGenerator {
 public:
  /// Never zero.
  [[nodiscard]] std::uint64_t next() noexcept {
    if (!is_seeded()) [[unlikely]]
      seed();
    return draw_but_zero();
  }

  // In steps, for whoever draws several numbers.

  /// False on a new thread and in a new process; then it must be seeded before it is drawn from.
  [[nodiscard]] bool is_seeded() const noexcept { return generation_ == fork_generation; }
  void seed() noexcept;
  [[nodiscard, gnu::always_inline]] std::uint64_t draw() noexcept {
    __extension__ using Wide = unsigned __int128;
    counter_ += 0xA0761D6478BD642F;
    const Wide product = static_cast<Wide>(counter_) * (counter_ ^ key_);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  [[nodiscard, gnu::always_inline]] std::uint64_t draw_but_zero() noexcept {
    const std::uint64_t result = draw();
    return result + static_cast<std::uint64_t>(result == 0);
  }

 private:
  /// Counts the forks this process descends from, from 1.
  static inline std::uint64_t fork_generation = 1;
  static const int registered;  ///< Before main(), while there is one thread.

  std::uint64_t counter_ = 0;
  std::uint64_t key_ = 0;
  std::uint64_t generation_ = 0;
};

}  // namespace sonde::detail
