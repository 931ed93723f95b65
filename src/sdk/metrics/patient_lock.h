#pragma once

#include <mutex>
#include <thread>

namespace sonde::detail {

/// Locks what others hold for moments only. Gives up after a while: in a forked child the holder may be a
/// thread that is no more.
class PatientLock {
 public:
  explicit PatientLock(std::mutex& mutex) noexcept : mutex_(mutex) {
    for (int i = 0; i < 1'000 && !owns_; ++i) {
      owns_ = mutex_.try_lock();
      if (!owns_) std::this_thread::yield();
    }
  }
  ~PatientLock() {
    if (owns_) mutex_.unlock();
  }
  PatientLock(const PatientLock&) = delete;
  PatientLock& operator=(const PatientLock&) = delete;
  [[nodiscard]] bool owns() const noexcept { return owns_; }

 private:
  std::mutex& mutex_;
  bool owns_ = false;
};

}  // namespace sonde::detail
