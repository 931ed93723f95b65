#include "query/reader_pool.h"

#include <utility>

namespace sonde::query {

ReaderPool::ReaderPool(std::size_t threads, std::size_t max_waiting) : max_waiting_(max_waiting) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

ReaderPool::~ReaderPool() {
  std::deque<std::function<void()>> forgotten;  // destroyed without the lock: a task may own anything
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    forgotten.swap(waiting_);
  }
  wakes_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool ReaderPool::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() >= max_waiting_) return false;
    waiting_.push_back(std::move(task));
  }
  wakes_.notify_one();
  return true;
}

void ReaderPool::work() {
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      wakes_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      task = std::move(waiting_.front());
      waiting_.pop_front();
    }
    task();
  }
}

}  // namespace sonde::query
