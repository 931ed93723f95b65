#include "sdk/metrics/exemplar_reservoir.h"

#include <new>
#include <utility>

#include "base/clock.h"
#include "otlp/writer.h"
#include "sdk/metrics/point_writer.h"
#include "sdk/trace/random.h"
#include "sonde/span.hpp"

namespace sonde::detail {
namespace {

namespace fields = otlp::fields;

constinit thread_local RandomGenerator random_generator;

}  // namespace

std::uint32_t random_below(std::uint32_t bound) noexcept {
  return static_cast<std::uint32_t>((random_generator.next() >> 32) * bound >> 32);
}

void encode_exemplar(const Exemplar& exemplar, std::uint32_t field, std::string& out) {
  std::string content = exemplar.filtered_attributes;
  PointWriter writer(content);
  writer.fixed(fields::exemplar::time_unix_nano, exemplar.time);
  writer.number(exemplar.value, fields::exemplar::as_int, fields::exemplar::as_double);
  if (exemplar.span_id.is_valid()) {
    const auto text = [](const auto& id) {
      return std::string_view(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
    };
    writer.delimited(fields::exemplar::span_id, text(exemplar.span_id));
    writer.delimited(fields::exemplar::trace_id, text(exemplar.trace_id));
  }
  PointWriter(out).delimited(field, content);
}

ExemplarReservoir::ExemplarReservoir(Kind kind, std::size_t size)
    : kind_(kind), seen_(kind == Kind::fixed_size ? 1 : size), slots_(size) {}

void ExemplarReservoir::offer(NumberView value, std::size_t bucket, const DroppedAttributes& dropped,
                              std::uint64_t epoch) noexcept {
  if (std::exchange(epoch_, epoch) != epoch) {
    for (auto& seen : seen_) seen.store(0, std::memory_order_relaxed);
  }
  auto& counter = seen_[kind_ == Kind::fixed_size ? 0 : bucket];
  const std::uint32_t before = counter.load(std::memory_order_relaxed);
  if (before == UINT32_MAX) return;
  counter.store(before + 1, std::memory_order_relaxed);
  const std::uint32_t chosen = random_below(before + 1);
  if (kind_ == Kind::a_bucket_each) {
    if (chosen == 0) keep(slots_[bucket], value, dropped);
  } else {
    const std::uint32_t slot = before < slots_.size() ? before : chosen;
    if (slot < slots_.size()) keep(slots_[slot], value, dropped);
  }
}

void ExemplarReservoir::keep(Exemplar& slot, NumberView value, const DroppedAttributes& dropped) noexcept {
  const std::lock_guard lock(mutex_);
  slot.value = value;
  slot.time = base::Clock::now();
  slot.trace_id = {};
  slot.span_id = {};
  if (const Span* const span = current.span; span != nullptr) {
    slot.trace_id = span->context().trace_id();
    slot.span_id = span->context().span_id();
  }
  slot.is_set = true;
  try {
    constexpr auto field = fields::exemplar::filtered_attributes;
    slot.filtered_attributes = dropped.encoded;
    if (dropped.list.empty()) return;
    slot.filtered_attributes.resize(otlp::key_values_size(field, dropped.list));
    otlp::write_key_values(reinterpret_cast<std::uint8_t*>(slot.filtered_attributes.data()), field,
                           dropped.list);
  } catch (const std::bad_alloc&) {
    slot.is_set = false;
  }
}

}  // namespace sonde::detail
