#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <string>

#include "base/clock.h"
#include "sdk/diagnostics.h"
#include "sdk/metrics/meter_core.h"

namespace sonde::detail {
namespace {

/// Whether this thread is in a callback, from where it cannot wait for the collection to end.
constinit thread_local bool is_in_callback = false;

void call(CallbackEntry& entry, Collection& collection) noexcept {
  is_in_callback = true;
  try {
    entry.callback->observe(collection);
  } catch (const std::exception& exception) {
    diagnose(std::string("a callback of an observable instrument failed: ") + exception.what());
  } catch (...) {
    diagnose("a callback of an observable instrument failed");
  }
  is_in_callback = false;
}

}  // namespace

std::vector<MetricRequest> MetricCollector::collect(const MetricRequestLimits& limits) noexcept {
  if (is_in_callback) {
    diagnose("metrics cannot be collected from a callback of an observable instrument");
    return {};
  }
  resume_after_fork();
  std::unique_lock lock(metrics_mutex());
  collection_step().wait(lock, [this] { return !pipeline_.is_collecting; });
  if (pipeline_.is_shut_down) return {};
  const BoundRecorder<double> durations = durations_;
  const auto start = std::chrono::steady_clock::now();
  std::vector<MetricRequest> requests = collect_now(limits, lock);
  durations.record(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  return requests;
}

void MetricCollector::record_durations(const BoundRecorder<double>& recorder) noexcept {
  const std::lock_guard lock(metrics_mutex());
  durations_ = recorder;
}

std::vector<MetricRequest> MetricCollector::collect_now(const MetricRequestLimits& limits,
                                                        std::unique_lock<std::mutex>& lock) noexcept {
  pipeline_.is_collecting = true;
  ++pipeline_.collections;
  std::vector<MetricRequest> requests;
  bool is_complete = true;
  try {
    call_callbacks(lock);
    MetricWriter writer(limits);
    encode(writer);
    requests = writer.finish();
  } catch (const std::bad_alloc&) {
    is_complete = false;
  }
  pipeline_.is_collecting = false;
  collection_step().notify_all();
  lock.unlock();
  if (!is_complete) diagnose("out of memory while collecting metrics: some were left out");
  return requests;
}

void MetricCollector::call_callbacks(std::unique_lock<std::mutex>& lock) {
  std::vector<std::shared_ptr<CallbackEntry>> entries;
  for (const MeterCore* const meter : pipeline_.meters) {
    for (const MeterSlot* const slot : meter->slots) {
      entries.insert(entries.end(), slot->callbacks.begin(), slot->callbacks.end());
    }
  }
  for (const auto& entry : entries) {
    if (entry->meter == nullptr) continue;  // unregistered meanwhile
    // Of another provider's collection; that one does not wait for this one.
    collection_step().wait(lock, [&] { return entry->running_on == std::thread::id(); });
    if (entry->meter == nullptr) continue;
    entry->running_on = std::this_thread::get_id();
    lock.unlock();
    Collection collection(pipeline_, reader_, *entry);
    call(*entry, collection);
    lock.lock();
    entry->running_on = {};
    collection_step().notify_all();
  }
}

void MetricCollector::encode(MetricWriter& writer) {
  std::uint64_t& previous = pipeline_.previous_times[reader_];
  const CollectionContext context{.reader = reader_,
                                  .number = pipeline_.collections,
                                  .time = std::max(base::Clock::now(), previous + 1),
                                  .previous_time = previous};
  for (const MeterCore* const meter : pipeline_.meters) {
    for (const auto& storage : meter->storages) storage->collect(context, writer);
  }
  previous = context.time;
}

template <class T>
void Collection::observe(const InstrumentSlot& instrument, T value, Attributes attributes) noexcept {
  const auto& registered = callback_.instruments;
  if (std::find(registered.begin(), registered.end(), &instrument) == registered.end()) {
    diagnose("a callback observed an instrument that it is not registered for; the value is left out");
    return;
  }
  try {
    const std::lock_guard lock(metrics_mutex());
    const InstrumentCore* const core = instrument.core.load(std::memory_order_relaxed);
    if (core == nullptr || core->meter.pipeline != &pipeline_) return;
    for (ObservableMetricStorage* const storage : core->observable) {
      if (storage->serves(reader_)) storage->observe(value, attributes, pipeline_.collections);
    }
  } catch (const std::bad_alloc&) {
    diagnose("out of memory: an observed value is left out");
  }
}

void observe(Collection& collection, const InstrumentSlot& instrument, std::int64_t value,
             Attributes attributes) noexcept {
  collection.observe(instrument, value, attributes);
}

void observe(Collection& collection, const InstrumentSlot& instrument, double value,
             Attributes attributes) noexcept {
  collection.observe(instrument, value, attributes);
}

std::shared_ptr<CallbackEntry> register_callback(MeterSlot* meter,
                                                 std::vector<const InstrumentSlot*> instruments,
                                                 std::unique_ptr<ObservableCallback> callback) noexcept {
  if (meter == nullptr) return nullptr;
  try {
    auto entry = std::make_shared<CallbackEntry>();
    entry->callback = std::move(callback);
    entry->instruments = std::move(instruments);
    const std::lock_guard lock(metrics_mutex());
    meter->callbacks.push_back(entry);
    entry->meter = meter;
    return entry;
  } catch (const std::bad_alloc&) {
    diagnose("out of memory: a callback of an observable instrument is not registered");
    return nullptr;
  }
}

void unregister_callback(CallbackEntry& entry) noexcept {
  std::unique_lock lock(metrics_mutex());
  MeterSlot* const meter = std::exchange(entry.meter, nullptr);
  if (meter == nullptr) return;
  std::erase_if(meter->callbacks, [&](const auto& other) { return other.get() == &entry; });
  if (entry.running_on == std::this_thread::get_id()) return;
  collection_step().wait(lock, [&] { return entry.running_on == std::thread::id(); });
}

}  // namespace sonde::detail
