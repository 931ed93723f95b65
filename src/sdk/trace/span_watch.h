#pragma once

// How another thread may read a span while it is being recorded. Records are written without locks, for they
// have one owner; one that is watched has a lock beside it, which its owner takes for each recording call and
// the watcher while it copies the bytes.

#include <cstdint>
#include <mutex>
#include <utility>

#include "sdk/fork.h"
#include "sdk/trace/span_record.h"

namespace sonde::detail {

/// Belongs to the watcher, which keeps it for as long as it lives itself.
struct SpanWatch {
  virtual ~SpanWatch() = default;
  /// The span is ending: its record must not be touched any more once this returns. By the record's owner.
  virtual void stop() noexcept = 0;

  /// A child has no watcher, and the lock may stay locked there.
  [[nodiscard]] bool is_inherited() const noexcept { return generation != fork_generation(); }

  std::mutex mutex;  ///< Guards the record's bytes.
  std::uint64_t generation = fork_generation();
};

/// Keeps the watcher off the record for the time of one recording call. Meanwhile the record says that it is
/// not watched, so the call can be made again as if it were not.
class WatchPause {
 public:
  explicit WatchPause(SpanRecord& record) noexcept
      : record_(record), watch_(std::exchange(record.watch, nullptr)) {
    if (watch_->is_inherited())
      watch_ = nullptr;
    else
      watch_->mutex.lock();
  }
  ~WatchPause() {
    if (watch_ == nullptr) return;
    watch_->mutex.unlock();
    record_.watch = watch_;
  }
  WatchPause(const WatchPause&) = delete;
  WatchPause& operator=(const WatchPause&) = delete;

 private:
  SpanRecord& record_;
  SpanWatch* watch_;
};

/// Ends the watching for good.
inline void stop_watching(SpanRecord& record) noexcept {
  SpanWatch* const watch = std::exchange(record.watch, nullptr);
  if (!watch->is_inherited()) watch->stop();
}

}  // namespace sonde::detail
