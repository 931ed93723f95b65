#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace sonde::mock_llm {

/// Runs tasks at their time, on one thread of its own. Thread-safe.
class Timer {
 public:
  using Task = std::function<void()>;

  Timer();
  /// Waits for the task that is running; those still to come are dropped.
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Runs `task` after `delay`, tasks of the same moment in the order given. The task must not block or
  /// throw.
  void run_after(std::chrono::milliseconds delay, Task task);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::chrono::steady_clock::time_point, Task> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sonde::mock_llm
