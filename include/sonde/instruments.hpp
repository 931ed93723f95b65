#pragma once

// Instruments take measurements, of integers (std::int64_t) or floating (double). They are made by a meter,
// once, and kept:
//
//     auto tokens = meter.create_counter("llm.tokens.total", {.unit = "{token}"});
//     tokens.add(usage.total_tokens, {{"gen_ai.request.model", model}});
//
// An instrument is a pointer: copy it freely, use it from any thread, keep it for as long as you like.
// Without a provider it does nothing, and costs next to nothing; one made before the provider records once
// there is one. Recording never throws, blocks or terminates, and allocates only when it sees a set of
// attributes for the first time. The order of attributes does not matter; of a repeated key the last value
// counts.
//
// In hot loops, bind the attributes once; recording then looks nothing up:
//
//     auto chat_tokens = tokens.bind({{"gen_ai.operation.name", "chat"}});
//     chat_tokens.add(1);
//
// Source: specification metrics/api.md.

#include <atomic>
#include <cstdint>

#include "sonde/aggregation.hpp"
#include "sonde/attribute.hpp"

namespace sonde {

class Meter;

namespace detail {

struct InstrumentCore;
struct BoundCore;
class Collection;

/// Where an instrument finds its provider's part; null while there is none. Slots are never freed.
struct InstrumentSlot {
  std::atomic<InstrumentCore*> core{nullptr};
};
inline constinit InstrumentSlot empty_instrument_slot;

struct BoundSlot {
  std::atomic<BoundCore*> core{nullptr};
};
inline constinit BoundSlot empty_bound_slot;

void record(InstrumentCore& core, std::int64_t value, Attributes attributes) noexcept;
void record(InstrumentCore& core, double value, Attributes attributes) noexcept;
void record(BoundCore& core, std::int64_t value) noexcept;
void record(BoundCore& core, double value) noexcept;
BoundSlot& bind(InstrumentSlot& instrument, Attributes attributes) noexcept;
void observe(Collection& collection, const InstrumentSlot& instrument, std::int64_t value,
             Attributes attributes) noexcept;
void observe(Collection& collection, const InstrumentSlot& instrument, double value,
             Attributes attributes) noexcept;

/// What the synchronous instruments have in common.
template <class T>
class Instrument {
 public:
  /// Whether measurements go anywhere: false without a provider, and if views drop them. It may change.
  [[nodiscard]] bool is_enabled() const noexcept {
    return slot_->core.load(std::memory_order_acquire) != nullptr;
  }

 protected:
  constexpr Instrument() noexcept = default;
  constexpr explicit Instrument(InstrumentSlot* slot) noexcept : slot_(slot) {}

  void record_value(T value, Attributes attributes) const noexcept {
    if (InstrumentCore* const core = slot_->core.load(std::memory_order_acquire); core != nullptr) {
      detail::record(*core, value, attributes);
    }
  }
  [[nodiscard]] BoundSlot* bound_slot(Attributes attributes) const noexcept {
    return &detail::bind(*slot_, attributes);
  }

 private:
  InstrumentSlot* slot_ = &empty_instrument_slot;
};

/// What the bound instruments have in common.
template <class T>
class BoundInstrument {
 public:
  [[nodiscard]] bool is_enabled() const noexcept {
    return slot_->core.load(std::memory_order_acquire) != nullptr;
  }

 protected:
  constexpr BoundInstrument() noexcept = default;
  constexpr explicit BoundInstrument(BoundSlot* slot) noexcept : slot_(slot) {}

  void record_value(T value) const noexcept {
    if (BoundCore* const core = slot_->core.load(std::memory_order_acquire); core != nullptr) {
      detail::record(*core, value);
    }
  }

 private:
  BoundSlot* slot_ = &empty_bound_slot;
};

}  // namespace detail

/// A counter whose attributes are fixed. A cheap value, as its counter is.
template <class T>
class BoundCounter : public detail::BoundInstrument<T> {
 public:
  constexpr BoundCounter() noexcept = default;
  void add(T value) const noexcept { this->record_value(value); }

 private:
  template <class U>
  friend class Counter;
  template <class U>
  friend class UpDownCounter;
  constexpr explicit BoundCounter(detail::BoundSlot* slot) noexcept : detail::BoundInstrument<T>(slot) {}
};

/// A histogram or a gauge whose attributes are fixed. A cheap value, as its instrument is.
template <class T>
class BoundRecorder : public detail::BoundInstrument<T> {
 public:
  constexpr BoundRecorder() noexcept = default;
  void record(T value) const noexcept { this->record_value(value); }

 private:
  template <class U>
  friend class Histogram;
  template <class U>
  friend class Gauge;
  constexpr explicit BoundRecorder(detail::BoundSlot* slot) noexcept : detail::BoundInstrument<T>(slot) {}
};

/// Counts what only grows: requests, tokens, bytes.
template <class T>
class Counter : public detail::Instrument<T> {
 public:
  constexpr Counter() noexcept = default;
  /// A negative or non-finite value is left out, and reported once.
  void add(T value, Attributes attributes = {}) const noexcept { this->record_value(value, attributes); }
  /// Takes a lock and remembers the attributes for good; do it once and keep the result. Beyond the
  /// instrument's cardinality limit, what is bound counts under the overflow attribute.
  [[nodiscard]] BoundCounter<T> bind(Attributes attributes) const noexcept {
    return BoundCounter<T>(this->bound_slot(attributes));
  }

 private:
  friend class Meter;
  constexpr explicit Counter(detail::InstrumentSlot* slot) noexcept : detail::Instrument<T>(slot) {}
};

/// Counts what comes and goes: requests under way, items in a queue.
template <class T>
class UpDownCounter : public detail::Instrument<T> {
 public:
  constexpr UpDownCounter() noexcept = default;
  void add(T value, Attributes attributes = {}) const noexcept { this->record_value(value, attributes); }
  /// As Counter::bind().
  [[nodiscard]] BoundCounter<T> bind(Attributes attributes) const noexcept {
    return BoundCounter<T>(this->bound_slot(attributes));
  }

 private:
  friend class Meter;
  constexpr explicit UpDownCounter(detail::InstrumentSlot* slot) noexcept : detail::Instrument<T>(slot) {}
};

/// Takes values whose distribution matters: durations, sizes. A non-finite value is left out.
template <class T>
class Histogram : public detail::Instrument<T> {
 public:
  constexpr Histogram() noexcept = default;
  void record(T value, Attributes attributes = {}) const noexcept { this->record_value(value, attributes); }
  /// As Counter::bind().
  [[nodiscard]] BoundRecorder<T> bind(Attributes attributes) const noexcept {
    return BoundRecorder<T>(this->bound_slot(attributes));
  }

 private:
  friend class Meter;
  constexpr explicit Histogram(detail::InstrumentSlot* slot) noexcept : detail::Instrument<T>(slot) {}
};

/// Takes values of which the latest matters: a temperature, a limit.
template <class T>
class Gauge : public detail::Instrument<T> {
 public:
  constexpr Gauge() noexcept = default;
  void record(T value, Attributes attributes = {}) const noexcept { this->record_value(value, attributes); }
  /// As Counter::bind().
  [[nodiscard]] BoundRecorder<T> bind(Attributes attributes) const noexcept {
    return BoundRecorder<T>(this->bound_slot(attributes));
  }

 private:
  friend class Meter;
  constexpr explicit Gauge(detail::InstrumentSlot* slot) noexcept : detail::Instrument<T>(slot) {}
};

/// An instrument that is asked for its values, by callbacks, when metrics are collected. A cheap value.
template <class T>
class ObservableInstrument {
 public:
  constexpr ObservableInstrument() noexcept = default;
  [[nodiscard]] bool is_enabled() const noexcept {
    return slot_->core.load(std::memory_order_acquire) != nullptr;
  }

 private:
  friend class Meter;
  friend class ObservableResults;
  friend class AnyObservable;
  constexpr explicit ObservableInstrument(detail::InstrumentSlot* slot) noexcept : slot_(slot) {}

  detail::InstrumentSlot* slot_ = &detail::empty_instrument_slot;
};

/// Observed as the sum so far, which only grows: CPU time.
template <class T>
class ObservableCounter : public ObservableInstrument<T> {
  friend class Meter;
  using ObservableInstrument<T>::ObservableInstrument;
};

/// Observed as the sum so far, which comes and goes: memory in use.
template <class T>
class ObservableUpDownCounter : public ObservableInstrument<T> {
  friend class Meter;
  using ObservableInstrument<T>::ObservableInstrument;
};

/// Observed as it is: a temperature.
template <class T>
class ObservableGauge : public ObservableInstrument<T> {
  friend class Meter;
  using ObservableInstrument<T>::ObservableInstrument;
};

/// An observable instrument of any kind and type, for listing those that a callback observes.
class AnyObservable {
 public:
  template <class T>
  AnyObservable(const ObservableInstrument<T>& instrument) noexcept  // NOLINT(google-explicit-constructor)
      : slot_(instrument.slot_) {}

 private:
  friend class Meter;
  detail::InstrumentSlot* slot_;
};

/// Where a callback of one instrument puts what it observed. Valid during the call.
template <class T>
class ObservableResult {
 public:
  ObservableResult(detail::Collection& collection, const detail::InstrumentSlot& instrument) noexcept
      : collection_(collection), instrument_(instrument) {}
  void observe(T value, Attributes attributes = {}) const noexcept {
    detail::observe(collection_, instrument_, value, attributes);
  }

 private:
  detail::Collection& collection_;
  const detail::InstrumentSlot& instrument_;
};

/// Where a callback of several instruments puts what it observed. Valid during the call. Values for an
/// instrument that the callback was not registered for are left out.
class ObservableResults {
 public:
  explicit ObservableResults(detail::Collection& collection) noexcept : collection_(collection) {}
  void observe(const ObservableInstrument<std::int64_t>& instrument, std::int64_t value,
               Attributes attributes = {}) const noexcept {
    detail::observe(collection_, *instrument.slot_, value, attributes);
  }
  void observe(const ObservableInstrument<double>& instrument, double value,
               Attributes attributes = {}) const noexcept {
    detail::observe(collection_, *instrument.slot_, value, attributes);
  }

 private:
  detail::Collection& collection_;
};

}  // namespace sonde
