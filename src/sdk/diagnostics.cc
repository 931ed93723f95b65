#include "sdk/diagnostics.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "sdk/fork.h"

namespace sonde::detail {
namespace {

void write_to_stderr(std::string_view message) {
  std::fprintf(stderr, "sonde: %.*s\n", static_cast<int>(message.size()), message.data());
}

struct Diagnostics {
  static constexpr int most_a_minute = 10;

  ForkSafeMutex mutex{ForkLockRank::diagnostics};
  DiagnosticHandler handler = write_to_stderr;
  std::chrono::steady_clock::time_point minute_start;
  int said = 0;
  std::uint64_t left_out = 0;
};

constinit std::atomic<DiagnosticLevel> told_level{DiagnosticLevel::info};

Diagnostics& diagnostics() {
  static constinit Immortal<Diagnostics> instance;
  return instance.get([] { return new Diagnostics; });
}

}  // namespace

void diagnose(std::string_view message, DiagnosticLevel level) noexcept {
  if (level > told_level.load(std::memory_order_relaxed)) return;
  try {
    DiagnosticHandler handler;
    std::uint64_t left_out = 0;
    {
      Diagnostics& state = diagnostics();
      const std::lock_guard lock(state.mutex);
      const auto now = std::chrono::steady_clock::now();
      if (state.said == 0 || now - state.minute_start >= std::chrono::minutes(1)) {
        state.minute_start = now;
        state.said = 0;
        left_out = std::exchange(state.left_out, 0);
      }
      if (++state.said > Diagnostics::most_a_minute) {
        ++state.left_out;
        return;
      }
      handler = state.handler;
    }
    if (left_out != 0) handler(std::to_string(left_out) + " earlier messages were left out");
    handler(message);
  } catch (...) {
    return;  // the handler's own failure, or no memory: there is nobody left to tell
  }
}

void set_diagnostic_level(DiagnosticLevel level) noexcept {
  told_level.store(level, std::memory_order_relaxed);
}

void set_diagnostic_handler(DiagnosticHandler handler) {
  if (!handler) handler = write_to_stderr;
  Diagnostics& state = diagnostics();
  const std::lock_guard lock(state.mutex);
  state.handler = std::move(handler);
  state.said = 0;
}

}  // namespace sonde::detail
