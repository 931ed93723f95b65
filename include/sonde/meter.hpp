#pragma once

// A meter makes the instruments of one instrumented library or component, whose name and version (the
// instrumentation scope) stand on all their metrics. Getting a meter or an instrument takes a lock; do it
// once and keep it. A meter is a pointer: copy it freely, use it from any thread.
//
//     auto meter = sonde::get_meter("my-llm-app");
//     auto duration = meter.create_histogram("llm.request.duration", {.unit = "ms"});
//
//     auto depth = meter.create_observable_gauge<std::int64_t>("queue.depth");
//     auto registration = meter.register_callback(
//         depth, [&queue](sonde::ObservableResult<std::int64_t>& result) { result.observe(queue.size()); });
//
// Source: specification metrics/api.md, Meter.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sonde/instruments.hpp"

namespace sonde {

/// What an instrument is, beyond its name.
struct InstrumentOptions {
  std::string_view unit = {};  ///< As UCUM writes it: "s", "By", "{token}". Case-sensitive.
  std::string_view description = {};

  // Advice, for when no view says otherwise.
  /// Of histograms: upper boundaries, inclusive, finite and increasing.
  std::optional<std::vector<double>> explicit_bucket_boundaries = {};
  std::optional<std::vector<std::string>> attribute_keys = {};  ///< The only ones kept.
};

namespace detail {

struct MeterSlot;

struct InstrumentRequest {
  std::string_view name;
  InstrumentKind kind;
  bool is_integer;
};
InstrumentSlot& create_instrument(MeterSlot* meter, const InstrumentRequest& request,
                                  const InstrumentOptions& options) noexcept;

/// A callback of any type.
class ObservableCallback {
 public:
  virtual ~ObservableCallback() = default;
  virtual void observe(Collection& collection) = 0;

 protected:
  ObservableCallback() = default;
  ObservableCallback(const ObservableCallback&) = default;
  ObservableCallback& operator=(const ObservableCallback&) = default;
};

template <class Function>
class ErasedCallback final : public ObservableCallback {
 public:
  explicit ErasedCallback(Function function) : function_(std::move(function)) {}
  void observe(Collection& collection) override { function_(collection); }

 private:
  Function function_;
};

template <class Function>
std::unique_ptr<ObservableCallback> erase_callback(Function function) {
  return std::make_unique<ErasedCallback<Function>>(std::move(function));
}

struct CallbackEntry;
/// Empty if `meter` is null or memory is exhausted.
std::shared_ptr<CallbackEntry> register_callback(MeterSlot* meter,
                                                 std::vector<const InstrumentSlot*> instruments,
                                                 std::unique_ptr<ObservableCallback> callback) noexcept;
void unregister_callback(CallbackEntry& entry) noexcept;

}  // namespace detail

/// A callback is asked for values as long as this lives. Its end waits for a call that is under way (but not
/// for its own), so what the callback refers to may be destroyed right after it.
class [[nodiscard]] CallbackRegistration {
 public:
  CallbackRegistration() noexcept = default;
  explicit CallbackRegistration(std::shared_ptr<detail::CallbackEntry> entry) noexcept
      : entry_(std::move(entry)) {}
  CallbackRegistration(CallbackRegistration&&) noexcept = default;
  CallbackRegistration& operator=(CallbackRegistration&& other) noexcept {
    if (this != &other) {
      unregister();
      entry_ = std::move(other.entry_);
    }
    return *this;
  }
  ~CallbackRegistration() { unregister(); }

  void unregister() noexcept {
    if (entry_ != nullptr) detail::unregister_callback(*entry_);
    entry_ = nullptr;
  }

 private:
  std::shared_ptr<detail::CallbackEntry> entry_;
};

class Meter {
 public:
  /// A meter whose instruments record nothing.
  constexpr Meter() noexcept = default;

  // Creating an instrument never fails. A name against the rules (a letter, then letters, digits, '_', '.',
  // '-' and '/', 255 at most), or one that is taken by a different instrument, is reported, and records all
  // the same. The same arguments give the same instrument.

  template <class T = std::int64_t>
  [[nodiscard]] Counter<T> create_counter(std::string_view name,
                                          const InstrumentOptions& options = {}) const noexcept {
    return create<Counter<T>, T>(name, InstrumentKind::counter, options);
  }
  template <class T = std::int64_t>
  [[nodiscard]] UpDownCounter<T> create_up_down_counter(
      std::string_view name, const InstrumentOptions& options = {}) const noexcept {
    return create<UpDownCounter<T>, T>(name, InstrumentKind::up_down_counter, options);
  }
  template <class T = double>
  [[nodiscard]] Histogram<T> create_histogram(std::string_view name,
                                              const InstrumentOptions& options = {}) const noexcept {
    return create<Histogram<T>, T>(name, InstrumentKind::histogram, options);
  }
  template <class T = double>
  [[nodiscard]] Gauge<T> create_gauge(std::string_view name,
                                      const InstrumentOptions& options = {}) const noexcept {
    return create<Gauge<T>, T>(name, InstrumentKind::gauge, options);
  }
  template <class T = std::int64_t>
  [[nodiscard]] ObservableCounter<T> create_observable_counter(
      std::string_view name, const InstrumentOptions& options = {}) const noexcept {
    return create<ObservableCounter<T>, T>(name, InstrumentKind::observable_counter, options);
  }
  template <class T = std::int64_t>
  [[nodiscard]] ObservableUpDownCounter<T> create_observable_up_down_counter(
      std::string_view name, const InstrumentOptions& options = {}) const noexcept {
    return create<ObservableUpDownCounter<T>, T>(name, InstrumentKind::observable_up_down_counter, options);
  }
  template <class T = double>
  [[nodiscard]] ObservableGauge<T> create_observable_gauge(
      std::string_view name, const InstrumentOptions& options = {}) const noexcept {
    return create<ObservableGauge<T>, T>(name, InstrumentKind::observable_gauge, options);
  }

  // A callback is called on the thread that collects, once a collection of each reader, never twice at a
  // time. It should be quick, and must neither collect nor flush. What it throws is caught and reported.

  /// For one instrument: callback(ObservableResult<T>&).
  template <class T, class Callback>
  CallbackRegistration register_callback(const ObservableInstrument<T>& instrument, Callback callback) const {
    const detail::InstrumentSlot* const slot = AnyObservable(instrument).slot_;
    auto call = [slot, callback = std::move(callback)](detail::Collection& collection) mutable {
      ObservableResult<T> result(collection, *slot);
      callback(result);
    };
    return CallbackRegistration(
        detail::register_callback(slot_, {slot}, detail::erase_callback(std::move(call))));
  }

  /// For several instruments of this meter: callback(ObservableResults&).
  template <class Callback>
  CallbackRegistration register_callback(std::initializer_list<AnyObservable> instruments,
                                         Callback callback) const {
    std::vector<const detail::InstrumentSlot*> slots;
    for (const AnyObservable& instrument : instruments) slots.push_back(instrument.slot_);
    auto call = [callback = std::move(callback)](detail::Collection& collection) mutable {
      ObservableResults results(collection);
      callback(results);
    };
    return CallbackRegistration(
        detail::register_callback(slot_, std::move(slots), detail::erase_callback(std::move(call))));
  }

 private:
  friend class MeterProvider;
  friend Meter get_meter(std::string_view name, std::string_view version, std::string_view schema_url,
                         Attributes attributes);
  constexpr explicit Meter(detail::MeterSlot* slot) noexcept : slot_(slot) {}

  template <class Handle, class T>
  [[nodiscard]] Handle create(std::string_view name, InstrumentKind kind,
                              const InstrumentOptions& options) const noexcept {
    static_assert(std::is_same_v<T, std::int64_t> || std::is_same_v<T, double>,
                  "instruments take std::int64_t or double");
    return Handle(&detail::create_instrument(slot_, {name, kind, std::is_same_v<T, std::int64_t>}, options));
  }

  detail::MeterSlot* slot_ = nullptr;
};

/// A meter of the global provider: its instruments record once there is one. Takes a lock; keep the meter.
[[nodiscard]] Meter get_meter(std::string_view name, std::string_view version = {},
                              std::string_view schema_url = {}, Attributes attributes = {});

}  // namespace sonde
