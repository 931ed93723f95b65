#pragma once

// What stands behind meters and instruments. A handle points at a slot. A slot belongs to a meter of a
// provider or to one of the global meters, which follow whichever provider is global; it leads to a core, the
// provider's own part, with the storages that the instrument's measurements go to. Slots and cores are
// immortal, as tracers' are.
//
// Everything here that is not said to be otherwise is guarded by the metrics mutex, recording apart.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sdk/metrics/attribute_copy.h"
#include "sdk/metrics/attribute_set.h"
#include "sdk/metrics/metric_storage.h"
#include "sdk/metrics/view_matching.h"
#include "sdk/scope_core.h"
#include "sonde/meter_provider.hpp"

namespace sonde::detail {

struct MeterCore;
struct MeterPipeline;
struct MeterSlot;

/// Guards meters, instruments, callbacks and what collections read. Taken before the recording mutex.
std::mutex& metrics_mutex() noexcept;

/// Notified when a collection has ended, or a callback has returned.
std::condition_variable& collection_step() noexcept;

/// Tells the diagnostics what was noticed under locks. None may be held, for the handler may do anything.
void say_problems() noexcept;

struct BoundCore {
  InstrumentCore* instrument;
  BoundSeries* first;                                ///< Of those below, which are linked.
  std::vector<std::unique_ptr<BoundSeries>> series;  ///< One for each of the instrument's storages.
};

struct InstrumentCore {
  InstrumentCore(MeterCore& meter_core, const InstrumentDescriptor& instrument);

  /// Throws std::bad_alloc.
  [[nodiscard]] BoundCore& bind(Attributes attributes);
  [[nodiscard]] bool is_dropped() const noexcept { return synchronous.empty() && observable.empty(); }

  const InstrumentDescriptor descriptor;
  MeterCore& meter;
  const bool is_counter;  ///< Takes no negative values.
  const bool is_gauge;    ///< Takes values that are not finite.

  // Recording reads these, which do not change.
  SyncMetricStorage* first = nullptr;  ///< Of those below, which are linked.
  std::vector<SyncMetricStorage*> synchronous;
  std::vector<ObservableMetricStorage*> observable;
  std::atomic<bool> has_complained{false};

 private:
  std::deque<BoundCore> bound_;
};

/// An instrument that was given out.
struct OwnedInstrumentSlot : InstrumentSlot {
  struct Bound {
    explicit Bound(Attributes unique) : set(unique), attributes(unique) {}
    const AttributeSet set;
    const AttributeCopy attributes;
    BoundSlot slot;
  };

  explicit OwnedInstrumentSlot(InstrumentDescriptor instrument) : descriptor(std::move(instrument)) {}
  /// Throws std::bad_alloc.
  void connect(MeterCore* meter);
  [[nodiscard]] BoundSlot& bind(Attributes attributes);

  const InstrumentDescriptor descriptor;
  std::deque<Bound> bound;
};

struct CallbackEntry {
  std::unique_ptr<ObservableCallback> callback;
  std::vector<const InstrumentSlot*> instruments;
  MeterSlot* meter = nullptr;  ///< Null: unregistered.
  std::thread::id running_on;  ///< The thread that it is being called on.
};

struct MeterSlot {
  /// The one of that description; throws std::bad_alloc.
  [[nodiscard]] OwnedInstrumentSlot& instrument(InstrumentDescriptor descriptor);

  std::atomic<MeterCore*> core{nullptr};
  std::deque<OwnedInstrumentSlot> instruments;
  std::vector<std::shared_ptr<CallbackEntry>> callbacks;
};

/// Lets a meter's instruments lead to those of a core, or to nothing. Takes the metrics mutex.
void connect(MeterSlot& slot, MeterCore* core) noexcept;

struct MeterCore : ScopeCore {
  MeterCore(MeterPipeline& meter_pipeline, const ScopeKey& scope_key);

  /// The one of that description; throws std::bad_alloc.
  [[nodiscard]] InstrumentCore& instrument(const InstrumentDescriptor& descriptor);
  /// A storage for each metric that any reader wants of the instrument.
  void make_storages(InstrumentCore& instrument);

  MeterPipeline* pipeline;
  MeterSlot slot;                 ///< What the provider's own meters point at.
  std::vector<MeterSlot*> slots;  ///< Those that lead here.
  std::deque<InstrumentCore> instruments;
  std::vector<std::unique_ptr<MetricStorage>> storages;

 private:
  void report_conflicts(const MetricStream& stream) const;
};

struct MeterPipeline {
  MeterPipeline();

  ResourceCore resource;
  std::vector<View> views;
  ExemplarFilter exemplar_filter = ExemplarFilter::trace_based;
  std::vector<ScopeRule> scope_rules;
  std::vector<std::shared_ptr<MetricReader>> readers;  ///< None once shut down.

  std::vector<MeterCore*> meters;
  std::vector<std::uint64_t> previous_times;  ///< Of each reader's last collection.
  std::uint64_t collections = 0;
  bool is_shut_down = false;
  bool is_collecting = false;
};

/// One reader's way to its provider. Thread-safe.
class MetricCollector {
 public:
  MetricCollector(MeterPipeline& pipeline, std::size_t reader) noexcept
      : pipeline_(pipeline), reader_(reader) {}

  [[nodiscard]] std::vector<MetricRequest> collect(const MetricRequestLimits& limits) noexcept;

  /// Where it is recorded how long collections take, in seconds. Thread-safe.
  void record_durations(const BoundRecorder<double>& recorder) noexcept;

 private:
  /// Releases the lock at the end.
  [[nodiscard]] std::vector<MetricRequest> collect_now(const MetricRequestLimits& limits,
                                                       std::unique_lock<std::mutex>& lock) noexcept;
  void call_callbacks(std::unique_lock<std::mutex>& lock);
  void encode(MetricWriter& writer);

  MeterPipeline& pipeline_;
  const std::size_t reader_;
  BoundRecorder<double> durations_;  ///< Guarded by metrics_mutex().
};

/// What a callback's results are for.
class Collection {
 public:
  Collection(MeterPipeline& pipeline, std::size_t reader, const CallbackEntry& callback) noexcept
      : pipeline_(pipeline), reader_(reader), callback_(callback) {}
  template <class T>
  void observe(const InstrumentSlot& instrument, T value, Attributes attributes) noexcept;

 private:
  MeterPipeline& pipeline_;
  const std::size_t reader_;
  const CallbackEntry& callback_;
};

/// In a forked child, once: what was measured before the fork is the parent's to report, and readers need new
/// threads. Called where a thread records or collects for the first time.
void resume_after_fork() noexcept;

}  // namespace sonde::detail
