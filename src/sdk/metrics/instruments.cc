#include "sonde/instruments.hpp"

#include <cmath>
#include <limits>
#include <new>
#include <string>

#include "sdk/diagnostics.h"
#include "sdk/metrics/meter_core.h"

namespace sonde::detail {
namespace {

void complain(InstrumentCore& core) noexcept {
  if (core.has_complained.exchange(true, std::memory_order_relaxed)) return;
  try {
    diagnose("the instrument '" + core.descriptor.name + "' was given a value that it cannot take (" +
             (core.is_counter ? "a counter takes finite values from 0" : "only finite ones") +
             "); such values are left out");
  } catch (const std::bad_alloc&) {
    return;
  }
}

bool accepts(InstrumentCore& core, std::int64_t value) noexcept {
  if (value >= 0 || !core.is_counter) [[likely]]
    return true;
  complain(core);
  return false;
}

bool accepts(InstrumentCore& core, double value) noexcept {
  if (value >= 0 && value <= std::numeric_limits<double>::max()) [[likely]]
    return true;
  if (std::isfinite(value) ? !core.is_counter : core.is_gauge) return true;
  complain(core);
  return false;
}

template <class T>
void record_value(InstrumentCore& core, T value, Attributes attributes) noexcept {
  if (!accepts(core, value)) return;
  core.first->record(value, attributes);
}

template <class T>
void record_bound(BoundCore& core, T value) noexcept {
  if (!accepts(*core.instrument, value)) return;
  core.first->record(value);
}

}  // namespace

void record(InstrumentCore& core, std::int64_t value, Attributes attributes) noexcept {
  record_value(core, value, attributes);
}
void record(InstrumentCore& core, double value, Attributes attributes) noexcept {
  record_value(core, value, attributes);
}
void record(BoundCore& core, std::int64_t value) noexcept { record_bound(core, value); }
void record(BoundCore& core, double value) noexcept { record_bound(core, value); }

BoundSlot& bind(InstrumentSlot& instrument, Attributes attributes) noexcept {
  if (&instrument == &empty_instrument_slot) return empty_bound_slot;
  try {
    const std::lock_guard lock(metrics_mutex());
    return static_cast<OwnedInstrumentSlot&>(instrument).bind(attributes);
  } catch (const std::bad_alloc&) {
    diagnose("out of memory: a bound instrument will not record");
    return empty_bound_slot;
  }
}

InstrumentSlot& create_instrument(MeterSlot* meter, const InstrumentRequest& request,
                                  const InstrumentOptions& options) noexcept {
  if (meter == nullptr) return empty_instrument_slot;
  InstrumentSlot* created = &empty_instrument_slot;
  try {
    const std::lock_guard lock(metrics_mutex());
    created = &meter->instrument({.name = std::string(request.name),
                                  .unit = std::string(options.unit),
                                  .description = std::string(options.description),
                                  .kind = request.kind,
                                  .is_integer = request.is_integer,
                                  .explicit_bucket_boundaries = options.explicit_bucket_boundaries,
                                  .attribute_keys = options.attribute_keys});
  } catch (const std::bad_alloc&) {
    diagnose("out of memory: an instrument will not record");
  }
  say_problems();
  return *created;
}

}  // namespace sonde::detail
