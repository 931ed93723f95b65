#include "sdk/diagnostics.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
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
  std::deque<std::string> waiting;
  std::optional<std::uint64_t> delivering_in;  ///< The process whose thread calls the handler, if any does.
};

constinit std::atomic<DiagnosticLevel> told_level{DiagnosticLevel::info};

Diagnostics& diagnostics() {
  static constinit Immortal<Diagnostics> instance;
  return instance.get();
}

/// Whether there is room for a message in this minute. The lock is held.
bool admit(Diagnostics& state) {
  const auto now = std::chrono::steady_clock::now();
  if (state.said == 0 || now - state.minute_start >= std::chrono::minutes(1)) {
    state.minute_start = now;
    state.said = 0;
    if (state.left_out != 0) {
      state.waiting.push_back(std::to_string(std::exchange(state.left_out, 0)) +
                              " earlier messages were left out");
    }
  }
  if (++state.said <= Diagnostics::most_a_minute) return true;
  ++state.left_out;
  return false;
}

/// Calls the handler with all that waits, unless a thread is at it already, or this one is further up.
void deliver(Diagnostics& state, std::unique_lock<std::mutex>& lock) {
  if (std::exchange(state.delivering_in, fork_generation()) == fork_generation()) return;
  while (!state.waiting.empty()) {
    const std::string message = std::move(state.waiting.front());
    state.waiting.pop_front();
    const DiagnosticHandler handler = state.handler;
    lock.unlock();
    try {
      handler(message);
    } catch (...) {  // its own failure, of which the application must not hear through us
    }
    lock.lock();
  }
  state.delivering_in.reset();
}

}  // namespace

void diagnose(std::string_view message, DiagnosticLevel level) noexcept {
  if (level > told_level.load(std::memory_order_relaxed)) return;
  try {
    Diagnostics& state = diagnostics();
    std::unique_lock<std::mutex> lock(state.mutex);
    if (!admit(state)) return;
    state.waiting.emplace_back(message);
    deliver(state, lock);
  } catch (...) {
    return;  // no memory: there is nobody left to tell
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
  state.left_out = 0;
}

}  // namespace sonde::detail
