#pragma once

// Ctrl-C and SIGTERM as something to wait for. Handlers run at any moment and may do next to nothing; a file
// descriptor is looked at when the program is ready to stop.

#include <csignal>

namespace sonde::cli {

/// While it lives, SIGINT and SIGTERM do not end the program but make fd() readable. Make it before any
/// thread is started, so that all of them inherit the blocked signals.
class StopSignals {
 public:
  StopSignals();
  /// Lets the signals through again, so that a second Ctrl-C ends a stop that hangs; one that already came
  /// is forgotten.
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Becomes readable when a signal has come, and stays so. For poll().
  [[nodiscard]] int fd() const noexcept { return fd_; }
  /// Whether a signal has come.
  [[nodiscard]] bool received() const noexcept;
  /// Blocks until a signal has come.
  void wait() const noexcept;

 private:
  sigset_t previous_mask_{};
  int fd_ = -1;
};

}  // namespace sonde::cli
