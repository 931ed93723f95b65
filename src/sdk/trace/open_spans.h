#pragma once

// The spans that are running at the moment, for whoever wants to look at them from outside.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "sdk/trace/span_watch.h"

namespace sonde::detail {

/// Thread-safe. Outlives the spans in it.
class OpenSpans {
 public:
  /// When to look at a span for the first time, and how long the intervals between looks may become.
  OpenSpans(std::uint64_t first_look, std::uint64_t longest_interval) noexcept
      : first_look_(first_look), longest_interval_(longest_interval) {}
  OpenSpans(const OpenSpans&) = delete;
  OpenSpans& operator=(const OpenSpans&) = delete;

  /// Watches the record from now on. False if that is not possible for want of memory.
  bool add(SpanRecord& record, std::uint64_t now) noexcept;

  /// Calls look(const SpanRecord&) for every span whose time has come, while its owner is kept from changing
  /// it, and looked() afterwards; neither may throw. How many spans there are. From one thread at a time; may
  /// run out of memory.
  template <class Look, class Looked>
  std::size_t look_at_due(std::uint64_t now, Look look, Looked looked) {
    std::size_t open = 0;
    for (Shard& shard : shards_) {
      open += take_due(shard, now);
      for (Watch* const watch : due_) {
        if (look_at(*watch, look)) looked();
      }
      give_back_due(shard);
    }
    return open;
  }

 private:
  struct Shard;
  struct Watch final : SpanWatch {
    void stop() noexcept override;

    Shard* shard = nullptr;
    SpanRecord* record = nullptr;  ///< Null: the span has ended. Guarded by `mutex`.
    // Guarded by the shard's mutex.
    std::size_t place = 0;  ///< In the shard's list of open ones.
    bool is_open = false;
    bool is_looked_at = false;
    std::uint64_t next_look = 0;
    std::uint64_t interval = 0;
  };
  /// Threads are spread over these, so that they seldom meet.
  struct Shard {
    std::mutex mutex;
    std::vector<std::unique_ptr<Watch>> all;
    std::vector<Watch*> open;
    std::vector<Watch*> unused;
  };

  static constexpr std::size_t shard_count = 16;

  /// False if the span has ended meanwhile.
  template <class Look>
  static bool look_at(Watch& watch, Look& look) {
    const std::lock_guard lock(watch.mutex);
    if (watch.record == nullptr) return false;
    look(*watch.record);
    return true;
  }

  [[nodiscard]] Shard& shard_of_this_thread() noexcept;
  [[nodiscard]] static Watch& unused_watch(Shard& shard);
  std::size_t take_due(Shard& shard, std::uint64_t now);
  void give_back_due(Shard& shard) noexcept;

  const std::uint64_t first_look_;
  const std::uint64_t longest_interval_;
  std::array<Shard, shard_count> shards_;
  std::vector<Watch*> due_;  ///< The looking thread's.
};

}  // namespace sonde::detail
