#include "sonde/tracer.hpp"

#include <cstring>

#include "base/clock.h"
#include "sdk/trace/random.h"
#include "sdk/trace/span_record.h"

namespace sonde::detail {
namespace {

constinit thread_local RandomGenerator random_generator;

template <class Id>
Id random_id() noexcept {
  Id id;
  for (std::size_t i = 0; i < Id::size; i += sizeof(std::uint64_t)) {
    const std::uint64_t bits = random_generator.next();
    std::memcpy(id.bytes.data() + i, &bits, sizeof bits);
  }
  return id;
}

}  // namespace

Span SpanStarter::start(TracerCore& core, std::string_view name, const SpanOptions& options) noexcept {
  const SpanContext* parent = options.parent.resolve();
  if (parent != nullptr && !parent->is_valid()) parent = nullptr;
  const auto span_id = random_id<SpanId>();
  const TraceId trace_id = parent != nullptr ? parent->trace_id() : random_id<TraceId>();
  const TraceFlags flags =
      parent != nullptr ? parent->trace_flags()
                        : TraceFlags{static_cast<std::uint8_t>(TraceFlags::sampled | TraceFlags::random)};
  SpanContext context(trace_id, span_id, flags, false,
                      parent != nullptr ? parent->trace_state() : TraceState());
  const bool is_recorded = flags.is_sampled() && !core.pipeline->processors.empty();
  SpanRecord* const record = is_recorded ? acquire_record() : nullptr;
  if (record == nullptr) return Span(std::move(context));

  record->core = &core;
  const std::uint64_t time = options.start_time != 0 ? options.start_time : base::Clock::now();
  if (!begin_record(*record, {trace_id, span_id, parent, name, options.kind, time, flags.bits})) {
    release_record(record);
    return Span(std::move(context));
  }
  if (!options.attributes.empty()) set_attributes(*record, options.attributes);
  for (const SpanLink& link : options.links) add_link(*record, link.context, link.attributes);
  if (core.pipeline->interest.on_start) {
    RecordingSpan started(*record);
    for (const auto& processor : core.pipeline->processors) processor->on_start(started, options.parent);
  }
  return Span(record, std::move(context));
}

}  // namespace sonde::detail
