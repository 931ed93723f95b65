#pragma once

// Another program run as a part of this one: it is read from while it runs, stops when this one does, and
// does not outlive it even if this one is killed.

#include <sys/types.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "cli/stop_signals.h"
#include "sonde/expected.hpp"

namespace sonde::cli {

struct ChildCommand {
  std::string program;  ///< A path.
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;  ///< Added to this program's own.
};

/// Not thread-safe. What it waits for is also ended by a stop signal, with ErrorCode::cancelled.
class ChildProcess {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  /// Starts it with its stdout readable here, its stderr ours and nothing on its stdin. Must be called from
  /// the thread that lives longest: the child gets SIGTERM when that thread ends. `signals` must outlive the
  /// child. Fails if the program cannot be run.
  [[nodiscard]] static Expected<ChildProcess> start(const ChildCommand& command, const StopSignals& signals);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) = delete;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Stops it, as stop() does.
  ~ChildProcess();

  /// The next line of its stdout, without its end. Fails with not_found once stdout has ended,
  /// deadline_exceeded, or cancelled.
  [[nodiscard]] Expected<std::string> read_line(Deadline deadline);

  /// Waits until it has ended; its exit code, or 128 and the signal that ended it, as shells count.
  [[nodiscard]] Expected<int> wait(Deadline deadline);

  /// Asks it to stop (SIGTERM), and after `grace` makes it (SIGKILL). Idempotent.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(10)) noexcept;

  /// Becomes readable when it has ended. For poll().
  [[nodiscard]] int fd() const noexcept { return process_; }

 private:
  ChildProcess(pid_t id, int process, int output, const StopSignals& signals) noexcept
      : id_(id), process_(process), output_(output), signals_(&signals) {}

  void reap() noexcept;

  pid_t id_;
  int process_;  ///< A pidfd.
  int output_;
  const StopSignals* signals_;
  std::string buffer_;  ///< What was read after the last line.
  bool ended_ = false;
  int exit_code_ = 0;  ///< Once it has ended.
};

}  // namespace sonde::cli
