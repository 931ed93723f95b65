#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sonde::query {

/// A few threads that wait for the store, so that the server's threads never do. The waiting line is bounded:
/// when readers ask faster than the store answers, the newest are turned away rather than all made late.
class ReaderPool {
 public:
  ReaderPool(std::size_t threads, std::size_t max_waiting);
  /// Finishes what is under way, forgets what waits.
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  /// False, and the task not taken, when too many wait. Thread-safe; does not block.
  [[nodiscard]] bool post(std::function<void()> task);

 private:
  void work();

  const std::size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  std::deque<std::function<void()>> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // last, so that all the rest is there when they start
};

}  // namespace sonde::query
