#include "sonde/tracer.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <utility>

#include "base/clock.h"
#include "otlp/writer.h"
#include "sdk/trace/random.h"
#include "sdk/trace/span_record.h"

namespace sonde::detail {
namespace {

using otlp::WireType;
namespace fields = otlp::fields;

// Drawn from once it is seeded, which start_any() sees to. An id of zeros would mean none.
[[gnu::tls_model("initial-exec")]] constinit thread_local RandomGenerator random_generator;

[[gnu::always_inline]] inline SpanId random_span_id(RandomGenerator& random) noexcept {
  return std::bit_cast<SpanId>(random.draw_but_zero());
}

/// The last 56 bits must be random; of those before, one is set.
[[gnu::always_inline]] inline TraceId random_trace_id(RandomGenerator& random) noexcept {
  const std::uint64_t first = random.draw() | 1;
  return std::bit_cast<TraceId>(std::array{first, random.draw()});
}

TraceFlags flags_of(SamplingDecision decision, int random_flag) noexcept {
  const bool is_sampled = decision == SamplingDecision::record_and_sample;
  return {static_cast<std::uint8_t>(random_flag | (is_sampled ? TraceFlags::sampled : 0))};
}

constexpr std::uint8_t byte_tag(std::uint32_t field, WireType type) noexcept {
  return static_cast<std::uint8_t>(otlp::tag(field, type));
}

template <class Id>
std::uint8_t* write_id(std::uint8_t* out, std::uint32_t field, const Id& id) noexcept {
  out[0] = byte_tag(field, WireType::delimited);
  out[1] = Id::size;
  return otlp::write_fixed(out + 2, id.bytes);
}

/// Names are short but for a few, and then their length takes one byte.
[[gnu::always_inline]] inline std::uint8_t* write_name(std::uint8_t* out, std::string_view name) noexcept {
  if (name.size() >= 0x80) [[unlikely]]
    return otlp::write_delimited(out, fields::span::name, name);
  out[0] = byte_tag(fields::span::name, WireType::delimited);
  out[1] = static_cast<std::uint8_t>(name.size());
  return otlp::write_bytes(out + 2, name.data(), name.size());
}

/// Writes what is known when a span starts. False if there is no memory for it.
[[gnu::always_inline]] inline bool begin_record(SpanRecord& record, const SpanContext& context,
                                                const SpanContext* parent, std::string_view name,
                                                const SpanOptions& options) noexcept {
  const std::string_view trace_state = context.trace_state().header();
  constexpr std::size_t fixed_size = 18 + 10 + 10 + 2 + 9 + 6;
  constexpr std::size_t most_of_header = 6;  // a tag and a length
  std::uint8_t* out =
      record.reserve(fixed_size + most_of_header + name.size() + most_of_header + trace_state.size());
  if (out == nullptr) return false;
  record.start_time = options.start_time != 0 ? options.start_time : base::Clock::now();
  record.is_sampled = context.is_sampled();
  out = write_id(out, fields::span::trace_id, context.trace_id());
  out = write_id(out, fields::span::span_id, context.span_id());
  std::uint32_t flags = context.trace_flags().bits | fields::span_flags::has_is_remote;
  if (parent != nullptr) {
    out = write_id(out, fields::span::parent_span_id, parent->span_id());
    if (parent->is_remote()) flags |= fields::span_flags::is_remote;
  }
  *out++ = byte_tag(fields::span::kind, WireType::varint);
  *out++ = static_cast<std::uint8_t>(options.kind);
  *out++ = byte_tag(fields::span::start_time_unix_nano, WireType::fixed64);
  out = otlp::write_fixed(out, record.start_time);
  out = otlp::write_fixed(otlp::write_tag(out, fields::span::flags, WireType::fixed32), flags);
  if (!trace_state.empty()) [[unlikely]]
    out = otlp::write_delimited(out, fields::span::trace_state, trace_state);
  const std::uint8_t* const begin_of_name = out;
  out = write_name(out, name);
  record.name = {static_cast<std::uint32_t>(begin_of_name - record.data),
                 static_cast<std::uint32_t>(out - begin_of_name)};
  record.commit(out);
  return true;
}

[[gnu::noinline]] void set_initial(SpanRecord& record, const SpanOptions& options,
                                   Attributes more_attributes) noexcept {
  set_attributes(record, options.attributes);
  set_attributes(record, more_attributes);
  for (const SpanLink& link : options.links) add_link(record, link.context, link.attributes);
}

}  // namespace

bool has_processors(const TracerCore& core) noexcept { return !core.pipeline->processors.empty(); }

/// Begins to record the span, which has its context. Without memory it stays one that records nothing.
[[gnu::always_inline]] inline void SpanStarter::record(Span& span, TracerCore& core,
                                                       const SpanContext* parent, std::string_view name,
                                                       const SpanOptions& options,
                                                       Attributes more_attributes) noexcept {
  SpanRecord* const record = acquire_record();
  if (record == nullptr) [[unlikely]]
    return;
  const TracerPipeline& pipeline = *core.pipeline;
  record->core = &core;
  record->limits = &pipeline.limits;
  if (!begin_record(*record, span.context_, parent, name, options)) [[unlikely]]
    return release_record(record);
  if ((options.attributes.size() | more_attributes.size() | options.links.size()) != 0) {
    set_initial(*record, options, more_attributes);
  }
  span.record_ = record;
  if (pipeline.interest.on_start) [[unlikely]]
    tell_of_start(*record, options.parent);
}

[[gnu::noinline]] void SpanStarter::tell_of_start(SpanRecord& record, const Parent& parent) noexcept {
  RecordingSpan started(record);
  for (const auto& processor : record.core->pipeline->processors) processor->on_start(started, parent);
}

/// With a sampler that has to be asked, a generator of ids, or counters.
[[gnu::noinline]] Span SpanStarter::start_by_asking(TracerCore& core, const SpanContext& parent,
                                                    std::string_view name,
                                                    const SpanOptions& options) noexcept {
  const TracerPipeline& pipeline = *core.pipeline;
  if (pipeline.stands_in) {
    report_first_use();
    return Span(parent);
  }
  const ParentCase parent_is = parent_case(parent);
  const bool is_root = parent_is == ParentCase::root;
  IdGenerator* const generator = pipeline.id_generator.get();
  TraceId trace_id = parent.trace_id();
  int random_flag = parent.trace_flags().bits & TraceFlags::random;
  if (is_root) {
    trace_id = generator == nullptr ? random_trace_id(random_generator) : generator->generate_trace_id();
    random_flag = generator == nullptr || generator->is_random() ? TraceFlags::random : 0;
  }
  const SamplingPlan::Case& plan = pipeline.sampling.at(parent_is);
  SamplingResult sampling{.decision = plan.decision};
  if (plan.sampler != nullptr) {
    sampling = plan.sampler->should_sample({.parent_context = parent,
                                            .parent = options.parent,
                                            .trace_id = trace_id,
                                            .name = name,
                                            .kind = options.kind,
                                            .attributes = options.attributes,
                                            .links = options.links});
  } else {
    sampling.trace_state = parent.trace_state();
  }
  const SpanId span_id =
      generator == nullptr ? random_span_id(random_generator) : generator->generate_span_id();
  Span span(trace_id, span_id, flags_of(sampling.decision, random_flag), std::move(sampling.trace_state));
  if (sampling.decision != SamplingDecision::drop) {
    record(span, core, is_root ? nullptr : &parent, name, options, sampling.attributes);
  }
  if (pipeline.counters != nullptr) {
    pipeline.counters->count_start(is_root ? nullptr : &parent,
                                   span.is_recording() ? sampling.decision : SamplingDecision::drop);
  }
  return span;
}

[[gnu::always_inline]] inline Span SpanStarter::start_decided(TracerCore& core, const SpanContext* given,
                                                              const SpanContext* parent,
                                                              SamplingDecision decision,
                                                              std::string_view name,
                                                              const SpanOptions& options) noexcept {
  RandomGenerator& random = random_generator;
  const SpanId span_id = random_span_id(random);
  const int random_flag =
      parent == nullptr ? TraceFlags::random : parent->trace_flags().bits & TraceFlags::random;
  Span span(parent == nullptr ? random_trace_id(random) : parent->trace_id(), span_id,
            flags_of(decision, random_flag), given == nullptr ? TraceState() : given->trace_state());
  if (decision != SamplingDecision::drop) record(span, core, parent, name, options, {});
  return span;
}

[[gnu::noinline]] Span SpanStarter::start_any(TracerCore& core, std::string_view name,
                                              const SpanOptions& options) noexcept {
  if (!random_generator.is_seeded()) [[unlikely]]
    random_generator.seed();
  const TracerPipeline& pipeline = *core.pipeline;
  const SpanContext* const given = options.parent.resolve();
  const SpanContext* const parent = given != nullptr && given->is_valid() ? given : nullptr;
  const SamplingPlan::Case& plan =
      pipeline.sampling.at(parent == nullptr ? ParentCase::root : parent_case(*parent));
  if (plan.sampler != nullptr || !pipeline.is_plain) [[unlikely]] {
    return start_by_asking(core, given == nullptr ? SpanContext() : *given, name, options);
  }
  return start_decided(core, given, parent, plan.decision, name, options);
}

Span SpanStarter::start_without_provider(const Parent& parent) noexcept {
  const SpanContext* const context = parent.resolve();
  return context == nullptr ? Span() : Span(*context);
}

Span SpanStarter::start(TracerCore& core, std::string_view name, const SpanOptions& options) noexcept {
  RandomGenerator& random = random_generator;
  // What an application does most often that samples little; kept free of all else.
  if (core.pipeline->drops_roots && options.parent.is_none() && random.is_seeded()) [[likely]] {
    return Span(random_trace_id(random), random_span_id(random), TraceFlags{TraceFlags::random},
                TraceState());
  }
  return start_any(core, name, options);
}

}  // namespace sonde::detail
