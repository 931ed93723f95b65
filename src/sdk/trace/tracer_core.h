#pragma once

#include <memory>
#include <vector>

#include "sdk/scope_core.h"
#include "sdk/trace/sampling_plan.h"
#include "sdk/trace/span_counters.h"
#include "sonde/span_processor.hpp"
#include "sonde/tracer.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde::detail {

/// What a provider's spans go through.
struct TracerPipeline {
  void set_processors(std::vector<std::unique_ptr<SpanProcessor>> all);

  ResourceCore resource;
  SpanLimits limits;
  std::unique_ptr<Sampler> sampler;
  SamplingPlan sampling;
  // For quick paths.
  bool is_plain = true;      ///< Ids are random and spans are not counted.
  bool drops_roots = false;  ///< All of them, and is plain.
  std::unique_ptr<IdGenerator> id_generator;
  std::vector<ScopeRule> scope_rules;
  std::vector<std::unique_ptr<SpanProcessor>> processors;
  SpanProcessor::Interest interest{false, false};  ///< Of any of them.
  bool ends_plainly = true;                        ///< Nobody is interested in on_ending(), nor counts.
  bool stands_in = false;                          ///< For a provider that is still to come.
  std::unique_ptr<SpanCounters> counters;          ///< Null if spans are not counted.
};

struct TracerCore : ScopeCore {
  TracerCore(TracerPipeline& tracer_pipeline, const ScopeKey& scope_key)
      : ScopeCore(tracer_pipeline.resource, scope_key), pipeline(&tracer_pipeline) {}

  TracerPipeline* pipeline;
  TracerSlot slot;  ///< What the provider's own tracers point at.
};

/// Says, once, that a span was started before there was a provider; later ones find none at no cost.
void report_first_use() noexcept;

}  // namespace sonde::detail
