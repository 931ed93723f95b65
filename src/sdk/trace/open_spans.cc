#include "sdk/trace/open_spans.h"

#include <algorithm>
#include <new>

namespace sonde::detail {

OpenSpans::Shard& OpenSpans::shard_of_this_thread() noexcept {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
  return shards_[number % shard_count];
}

/// There is room for it in every list of the shard.
OpenSpans::Watch& OpenSpans::unused_watch(Shard& shard) {
  if (!shard.unused.empty()) {
    Watch& watch = *shard.unused.back();
    shard.unused.pop_back();
    return watch;
  }
  if (shard.all.size() == shard.open.capacity()) {
    const std::size_t more = std::max<std::size_t>(16, 2 * shard.all.size());
    shard.unused.reserve(more);
    shard.open.reserve(more);
  }
  Watch& watch = *shard.all.emplace_back(std::make_unique<Watch>());
  watch.shard = &shard;
  return watch;
}

bool OpenSpans::add(SpanRecord& record, std::uint64_t now) noexcept {
  Shard& shard = shard_of_this_thread();
  const std::lock_guard lock(shard.mutex);
  try {
    Watch& watch = unused_watch(shard);
    watch.place = shard.open.size();
    watch.is_open = true;
    watch.next_look = now + first_look_;
    watch.interval = first_look_;
    shard.open.push_back(&watch);
    record.watch = &watch;
    const std::lock_guard record_lock(watch.mutex);
    watch.record = &record;
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void OpenSpans::Watch::stop() noexcept {
  {
    const std::lock_guard lock(mutex);
    record = nullptr;
  }
  const std::lock_guard lock(shard->mutex);
  shard->open[place] = shard->open.back();
  shard->open[place]->place = place;
  shard->open.pop_back();
  is_open = false;
  if (!is_looked_at) shard->unused.push_back(this);
}

std::size_t OpenSpans::take_due(Shard& shard, std::uint64_t now) {
  due_.clear();
  const std::lock_guard lock(shard.mutex);
  due_.reserve(shard.open.size());
  for (Watch* const watch : shard.open) {
    if (watch->next_look > now) continue;
    due_.push_back(watch);
    watch->is_looked_at = true;
    watch->next_look = now + watch->interval;
    watch->interval = std::min(2 * watch->interval, longest_interval_);
  }
  return shard.open.size();
}

void OpenSpans::give_back_due(Shard& shard) noexcept {
  if (due_.empty()) return;
  const std::lock_guard lock(shard.mutex);
  for (Watch* const watch : due_) {
    watch->is_looked_at = false;
    if (!watch->is_open) shard.unused.push_back(watch);
  }
}

}  // namespace sonde::detail
