#include "sonde/tracer.hpp"

#include <cstring>
#include <utility>

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

/// The ids of a new span: it continues its parent's trace, or starts one.
struct NewIds {
  TraceId trace_id;
  SpanId span_id;
  std::uint8_t random_flag;
};

NewIds new_ids(IdGenerator* generator, const SpanContext* parent) noexcept {
  NewIds ids;
  ids.span_id = generator == nullptr ? random_id<SpanId>() : generator->generate_span_id();
  if (parent != nullptr) {
    ids.trace_id = parent->trace_id();
    ids.random_flag = parent->trace_flags().bits & TraceFlags::random;
  } else {
    ids.trace_id = generator == nullptr ? random_id<TraceId>() : generator->generate_trace_id();
    ids.random_flag = generator == nullptr || generator->is_random() ? TraceFlags::random : 0;
  }
  return ids;
}

SamplingResult ask(Sampler& sampler, const NewIds& ids, std::string_view name,
                   const SpanOptions& options) noexcept {
  const SpanContext* const parent = options.parent.resolve();
  const SpanContext none;
  return sampler.should_sample({.parent_context = parent != nullptr ? *parent : none,
                                .parent = options.parent,
                                .trace_id = ids.trace_id,
                                .name = name,
                                .kind = options.kind,
                                .attributes = options.attributes,
                                .links = options.links});
}

}  // namespace

bool has_processors(const TracerCore& core) noexcept { return !core.pipeline->processors.empty(); }

Span SpanStarter::start(TracerCore& core, std::string_view name, const SpanOptions& options) noexcept {
  const TracerPipeline& pipeline = *core.pipeline;
  const SpanContext* const given = options.parent.resolve();
  const SpanContext* const parent = given != nullptr && given->is_valid() ? given : nullptr;
  const NewIds ids = new_ids(pipeline.id_generator.get(), parent);

  const SamplingPlan::Case& plan =
      pipeline.sampling.at(parent == nullptr ? ParentCase::root : parent_case(*parent));
  SamplingResult sampling{.decision = plan.decision};
  if (plan.sampler != nullptr) {
    if (pipeline.stands_in) {
      report_first_use();
      return given == nullptr ? Span() : Span(*given);
    }
    sampling = ask(*plan.sampler, ids, name, options);
  } else if (given != nullptr) {
    sampling.trace_state = given->trace_state();
  }
  const bool is_sampled = sampling.decision == SamplingDecision::record_and_sample;
  const auto flags = static_cast<std::uint8_t>(ids.random_flag | (is_sampled ? TraceFlags::sampled : 0));
  SpanContext context(ids.trace_id, ids.span_id, TraceFlags{flags}, false, std::move(sampling.trace_state));
  SpanRecord* record = sampling.decision != SamplingDecision::drop ? acquire_record() : nullptr;
  if (record != nullptr) {
    record->core = &core;
    const std::uint64_t time = options.start_time != 0 ? options.start_time : base::Clock::now();
    if (!begin_record(*record, {context, parent, name, options.kind, time})) {
      release_record(std::exchange(record, nullptr));
    }
  }
  if (pipeline.counters != nullptr) [[unlikely]] {
    pipeline.counters->count_start(parent, record == nullptr ? SamplingDecision::drop : sampling.decision);
  }
  if (record == nullptr) return Span(std::move(context));

  set_attributes(*record, options.attributes);
  set_attributes(*record, sampling.attributes);
  for (const SpanLink& link : options.links) add_link(*record, link.context, link.attributes);
  if (pipeline.interest.on_start) {
    RecordingSpan started(*record);
    for (const auto& processor : pipeline.processors) processor->on_start(started, options.parent);
  }
  return Span(record, std::move(context));
}

}  // namespace sonde::detail
