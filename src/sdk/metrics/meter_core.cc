#include "sdk/metrics/meter_core.h"

#include <algorithm>
#include <new>
#include <utility>

#include "sdk/configuration/environment.h"
#include "sdk/diagnostics.h"
#include "sdk/fork.h"
#include "sdk/metrics/thread_index.h"

namespace sonde::detail {
namespace {

/// Sets of attributes that may be bound to one instrument; more count under the overflow attribute.
constexpr std::size_t most_bound = 10'000;

/// What all meters share. The mutex guards the rest.
struct Metrics {
  Metrics() noexcept { hold_across_fork_while_making(recording_mutex(), ForkLockRank::processors); }

  ForkSafeMutex mutex{ForkLockRank::processors};
  std::condition_variable collection_step;
  std::vector<MeterPipeline*> pipelines;
  std::vector<std::string>
      problems;            ///< To be said when no lock is held: the handler may do anything, even measure.
  bool is_forked = false;  ///< And resume_after_fork() is due.
};
Metrics& metrics() noexcept {
  static constinit Immortal<Metrics> instance;
  return instance.get();
}

/// The metrics mutex is held.
void report_problem(std::string problem) noexcept {
  try {
    metrics().problems.push_back(std::move(problem));
  } catch (const std::bad_alloc&) {
    return;
  }
}

/// The fields that tell instruments apart.
bool is_identical(const InstrumentDescriptor& a, const InstrumentDescriptor& b) noexcept {
  return equals_ignoring_case(a.name, b.name) && a.kind == b.kind && a.is_integer == b.is_integer &&
         a.unit == b.unit && a.description == b.description;
}

void report_difference(const InstrumentDescriptor& first, const InstrumentDescriptor& later) {
  if (first.name != later.name) {
    report_problem("the instrument '" + later.name + "' was created before as '" + first.name +
                   "', and is the same: names do not depend on case");
  }
  if (first.explicit_bucket_boundaries != later.explicit_bucket_boundaries ||
      first.attribute_keys != later.attribute_keys) {
    report_problem("the instrument '" + first.name +
                   "' was created before with other advice; what was given first holds");
  }
}

void report_problems(InstrumentDescriptor& instrument) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_allowed = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-' || c == '/';
  };
  const std::string& name = instrument.name;
  if (name.empty() || name.size() > 255 || !is_letter(name.front()) ||
      !std::all_of(name.begin(), name.end(), is_allowed)) {
    report_problem(
        "the instrument name '" + name +
        "' is against the specification: it must begin with a letter and have at most 255 letters, "
        "digits and characters of _.-/");
  }
  if (instrument.explicit_bucket_boundaries && !are_boundaries(*instrument.explicit_bucket_boundaries)) {
    report_problem("the advice on buckets of the instrument '" + name +
                   "' is ignored: boundaries must be finite and increasing");
    instrument.explicit_bucket_boundaries.reset();
  }
}

}  // namespace

std::mutex& metrics_mutex() noexcept { return metrics().mutex; }

std::condition_variable& collection_step() noexcept { return metrics().collection_step; }

void say_problems() noexcept {
  std::vector<std::string> said;
  {
    const std::lock_guard lock(metrics_mutex());
    said.swap(metrics().problems);
  }
  for (const std::string& problem : said) diagnose(problem);
}

InstrumentCore::InstrumentCore(MeterCore& meter_core, const InstrumentDescriptor& instrument)
    : descriptor(instrument),
      meter(meter_core),
      is_counter(instrument.kind == InstrumentKind::counter),
      is_gauge(instrument.kind == InstrumentKind::gauge) {}

BoundCore& InstrumentCore::bind(Attributes attributes) {
  std::vector<std::unique_ptr<BoundSeries>> series;
  for (SyncMetricStorage* const storage : synchronous) {
    series.push_back(storage->bind(attributes));
    if (series.size() > 1) series[series.size() - 2]->next = series.back().get();
  }
  BoundSeries* const first_series = series.front().get();
  return bound_.emplace_back(BoundCore{this, first_series, std::move(series)});
}

void OwnedInstrumentSlot::connect(MeterCore* meter) {
  InstrumentCore* found = meter == nullptr ? nullptr : &meter->instrument(descriptor);
  if (found != nullptr && found->is_dropped()) found = nullptr;
  core.store(found, std::memory_order_release);
  for (Bound& one : bound) {
    one.slot.core.store(found == nullptr ? nullptr : &found->bind(one.attributes.view()),
                        std::memory_order_release);
  }
}

BoundSlot& OwnedInstrumentSlot::bind(Attributes attributes) {
  const std::vector<Attribute> list = without_repeated_keys(attributes);
  const auto find = [&](Attributes set) {
    return std::find_if(bound.begin(), bound.end(), [&](const Bound& one) { return one.set.matches(set); });
  };
  Attributes unique(list);
  auto found = find(unique);
  if (found == bound.end() && bound.size() >= most_bound) {
    unique = Attributes(&overflow_attribute, 1);
    found = find(unique);
  }
  if (found != bound.end()) return found->slot;
  Bound& made = bound.emplace_back(unique);
  if (InstrumentCore* const target = core.load(std::memory_order_relaxed); target != nullptr) {
    made.slot.core.store(&target->bind(unique), std::memory_order_release);
  }
  return made.slot;
}

void connect(MeterSlot& slot, MeterCore* core) noexcept {
  const std::lock_guard lock(metrics_mutex());
  try {
    if (MeterCore* const old = slot.core.load(std::memory_order_relaxed); old != nullptr) {
      std::erase(old->slots, &slot);
    }
    slot.core.store(core, std::memory_order_release);
    if (core != nullptr) core->slots.push_back(&slot);
    for (OwnedInstrumentSlot& instrument : slot.instruments) instrument.connect(core);
  } catch (const std::bad_alloc&) {
    report_problem("out of memory: some instruments will not record");
  }
}

OwnedInstrumentSlot& MeterSlot::instrument(InstrumentDescriptor descriptor) {
  report_problems(descriptor);
  const auto found = std::find_if(instruments.begin(), instruments.end(), [&](const auto& other) {
    return is_identical(other.descriptor, descriptor);
  });
  if (found != instruments.end()) {
    report_difference(found->descriptor, descriptor);
    return *found;
  }
  OwnedInstrumentSlot& made = instruments.emplace_back(std::move(descriptor));
  made.connect(core.load(std::memory_order_relaxed));
  return made;
}

MeterCore::MeterCore(MeterPipeline& meter_pipeline, const ScopeKey& scope_key)
    : ScopeCore(meter_pipeline.resource, scope_key), pipeline(&meter_pipeline) {
  const std::lock_guard lock(metrics_mutex());
  pipeline->meters.push_back(this);
}

InstrumentCore& MeterCore::instrument(const InstrumentDescriptor& descriptor) {
  const auto found = std::find_if(instruments.begin(), instruments.end(), [&](const InstrumentCore& other) {
    return is_identical(other.descriptor, descriptor);
  });
  if (found != instruments.end()) {
    report_difference(found->descriptor, descriptor);
    return *found;
  }
  InstrumentCore& made = instruments.emplace_back(*this, descriptor);
  make_storages(made);
  return made;
}

void MeterCore::make_storages(InstrumentCore& instrument) {
  struct Wanted {
    MetricStream stream;
    std::vector<StreamReader> readers;
  };
  std::vector<Wanted> wanted;
  std::vector<std::string> found;
  for (std::size_t i = 0; i < pipeline->readers.size(); ++i) {
    const MetricReader& reader = *pipeline->readers[i];
    const StreamReader stream_reader{i, reader.temporality(instrument.descriptor.kind)};
    for (auto& stream : streams_of(instrument.descriptor, key, pipeline->views, reader, found)) {
      auto same =
          std::find_if(wanted.begin(), wanted.end(), [&](const Wanted& one) { return one.stream == stream; });
      if (same == wanted.end()) same = wanted.insert(same, {std::move(stream), {}});
      if (same->readers.empty() || same->readers.back().reader != i) same->readers.push_back(stream_reader);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  for (std::string& problem : found) report_problem(std::move(problem));
  for (auto& [stream, readers] : wanted) {
    report_conflicts(stream);
    if (is_observable(stream.kind)) {
      auto storage = make_observable_storage(*this, stream, std::move(readers));
      instrument.observable.push_back(storage.get());
      storages.push_back(std::move(storage));
    } else {
      auto storage = make_sync_storage(*this, stream, std::move(readers), pipeline->exemplar_filter);
      if (instrument.first == nullptr) instrument.first = storage.get();
      if (!instrument.synchronous.empty()) instrument.synchronous.back()->next = storage.get();
      instrument.synchronous.push_back(storage.get());
      storages.push_back(std::move(storage));
    }
  }
}

void MeterCore::report_conflicts(const MetricStream& stream) const {
  const auto conflicts = [&](const auto& storage) {
    return equals_ignoring_case(storage->stream().name, stream.name);
  };
  const auto other = std::find_if(storages.begin(), storages.end(), conflicts);
  if (other == storages.end()) return;
  const MetricStream& first = (*other)->stream();
  // Readers that want the same metric with different aggregations are no conflict.
  if (first.kind == stream.kind && first.is_integer == stream.is_integer && first.unit == stream.unit &&
      first.description == stream.description && first.filter == stream.filter && pipeline->views.empty()) {
    return;
  }
  const bool only_description_differs =
      first.kind == stream.kind && first.is_integer == stream.is_integer && first.unit == stream.unit;
  report_problem(
      "the meter '" + key.name + "' makes two different metrics of the name '" + stream.name + "'; " +
      (only_description_differs ? "a view that sets their description or name"
                                : "a view that renames one of them, selected by its kind or unit,") +
      " would tell them apart");
}

namespace {

/// Comes after the first pipeline, so there is what it speaks of.
void note_fork() noexcept {
  metrics().is_forked = true;
  std::construct_at(&metrics().collection_step);  // those who wait for it are the parent's
  for (MeterPipeline* const pipeline : metrics().pipelines) {
    // Whatever another thread was collecting stays with the parent.
    pipeline->is_collecting = false;
    for (MeterCore* const meter : pipeline->meters) {
      for (MeterSlot* const slot : meter->slots) {
        for (const auto& callback : slot->callbacks) callback->running_on = {};
      }
    }
  }
  forget_thread_index(resume_after_fork);
}

}  // namespace

MeterPipeline::MeterPipeline() {
  const std::lock_guard lock(metrics_mutex());
  metrics().pipelines.push_back(this);
  call_after_fork(note_fork);
}

void resume_after_fork() noexcept {
  std::vector<std::shared_ptr<MetricReader>> readers;
  try {
    const std::lock_guard lock(metrics_mutex());
    if (!std::exchange(metrics().is_forked, false)) return;
    for (MeterPipeline* const pipeline : metrics().pipelines) {
      for (MeterCore* const meter : pipeline->meters) {
        for (const auto& storage : meter->storages) storage->reset();
      }
      std::fill(pipeline->previous_times.begin(), pipeline->previous_times.end(), 0);
      readers.insert(readers.end(), pipeline->readers.begin(), pipeline->readers.end());
    }
  } catch (const std::bad_alloc&) {
    diagnose("out of memory after fork(): metrics may be reported twice");
  }
  for (const auto& reader : readers) reader->on_attached();
}

}  // namespace sonde::detail
