#include "sdk/trace/random.h"

#include <pthread.h>
#include <sys/random.h>
#include <unistd.h>

#include <ctime>

namespace sonde::detail {

/// The generation is only written in a child that has no other thread yet.
const int RandomGenerator::registered = pthread_atfork(nullptr, nullptr, [] { ++fork_generation; });

void RandomGenerator::seed() noexcept {
  std::uint64_t bits[2] = {};
  if (getrandom(bits, sizeof bits, 0) != sizeof bits) {
    // No entropy from the system: ids that differ between threads and runs are the best that is left.
    timespec time{};
    clock_gettime(CLOCK_REALTIME, &time);
    bits[0] = static_cast<std::uint64_t>(time.tv_nsec) ^ static_cast<std::uint64_t>(time.tv_sec) << 32;
    bits[1] =
        reinterpret_cast<std::uintptr_t>(this) * 0x9E3779B97F4A7C15 ^ static_cast<std::uint64_t>(getpid());
  }
  counter_ = bits[0];
  key_ = bits[1];
  generation_ = fork_generation;
}

}  // namespace sonde::detail
