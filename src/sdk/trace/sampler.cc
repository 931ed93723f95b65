#include "sonde/sampler.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

#include "base/decimal.h"
#include "sdk/diagnostics.h"
#include "sdk/trace/sampling_plan.h"
#include "sdk/trace/sampling_threshold.h"
#include "sonde/error_keeping.hpp"

namespace sonde {
namespace {

/// With six decimals if those say it all, as the specification shows it, else with as many as are needed.
std::string decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", value);
  if (std::strtod(text, nullptr) == value) return text;
  base::DecimalBuffer digits;
  return std::string(base::write_decimal(value, digits));
}

std::unique_ptr<Sampler> or_always_on(std::unique_ptr<Sampler> sampler) {
  return sampler != nullptr ? std::move(sampler) : std::make_unique<AlwaysOnSampler>();
}

std::unique_ptr<Sampler> or_always_off(std::unique_ptr<Sampler> sampler) {
  return sampler != nullptr ? std::move(sampler) : std::make_unique<AlwaysOffSampler>();
}

}  // namespace

SamplingResult AlwaysOnSampler::should_sample(const SamplingParameters& parameters) noexcept {
  return {.decision = SamplingDecision::record_and_sample,
          .trace_state = parameters.parent_context.trace_state()};
}
std::string AlwaysOnSampler::description() const { return "AlwaysOnSampler"; }

SamplingResult AlwaysOffSampler::should_sample(const SamplingParameters& parameters) noexcept {
  return {.decision = SamplingDecision::drop, .trace_state = parameters.parent_context.trace_state()};
}
std::string AlwaysOffSampler::description() const { return "AlwaysOffSampler"; }

TraceIdRatioBasedSampler::TraceIdRatioBasedSampler(double ratio)
    : ratio_(ratio > 0 ? std::min(ratio, 1.0) : 0.0), threshold_(detail::sampling_threshold(ratio_)) {
  if (threshold_ == detail::threshold_of_nothing) return;
  threshold_digits_ = detail::threshold_digits(threshold_);
  fresh_trace_state_ = detail::with_threshold(TraceState(), threshold_digits_);
}

SamplingResult TraceIdRatioBasedSampler::should_sample(const SamplingParameters& parameters) noexcept {
  const SpanContext& parent = parameters.parent_context;
  const auto randomness = detail::explicit_randomness(parent.trace_state());
  if (!randomness && parent.is_valid() && (parent.trace_flags().bits & TraceFlags::random) == 0 &&
      !has_warned_.exchange(true, std::memory_order_relaxed)) {
    detail::diagnose(
        "TraceIdRatioBased takes the trace ids of callers as random though they do not say so; callers that "
        "support W3C Trace Context level 2 do");
  }
  if (randomness.value_or(detail::trace_randomness(parameters.trace_id)) < threshold_) {
    return {.decision = SamplingDecision::drop, .trace_state = parent.trace_state()};
  }
  SamplingResult sampled{.decision = SamplingDecision::record_and_sample, .trace_state = fresh_trace_state_};
  if (parent.trace_state().empty()) return sampled;
  try {
    sampled.trace_state = detail::with_threshold(parent.trace_state(), threshold_digits_);
  } catch (const std::bad_alloc&) {
    sampled.trace_state = parent.trace_state();
  }
  return sampled;
}

std::string TraceIdRatioBasedSampler::description() const {
  return "TraceIdRatioBased{" + decimal(ratio_) + "}";
}

ParentBasedSampler::ParentBasedSampler(Delegates delegates)
    : delegates_{or_always_on(std::move(delegates.root)),
                 or_always_on(std::move(delegates.remote_parent_sampled)),
                 or_always_off(std::move(delegates.remote_parent_not_sampled)),
                 or_always_on(std::move(delegates.local_parent_sampled)),
                 or_always_off(std::move(delegates.local_parent_not_sampled))} {}

SamplingResult ParentBasedSampler::should_sample(const SamplingParameters& parameters) noexcept {
  return delegate(detail::parent_case(parameters.parent_context)).should_sample(parameters);
}

std::string ParentBasedSampler::description() const {
  constexpr std::array<const char*, detail::parent_cases> names = {
      "root:", ",remoteParentSampled:", ",remoteParentNotSampled:", ",localParentSampled:",
      ",localParentNotSampled:"};
  std::string text = "ParentBased{";
  for (std::size_t i = 0; i < names.size(); ++i) text += names[i] + delegates_[i]->description();
  return text + "}";
}

SamplingResult ErrorKeepingSampler::should_sample(const SamplingParameters& parameters) noexcept {
  SamplingResult result = sampler_->should_sample(parameters);
  if (result.decision == SamplingDecision::drop) result.decision = SamplingDecision::record_only;
  return result;
}

std::string ErrorKeepingSampler::description() const {
  return "ErrorKeeping{" + sampler_->description() + "}";
}

}  // namespace sonde
