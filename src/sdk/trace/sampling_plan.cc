#include "sdk/trace/sampling_plan.h"

#include "sonde/error_keeping.hpp"

namespace sonde::detail {

SamplingPlan::Case SamplingPlan::resolve(Sampler& sampler, ParentCase parent) noexcept {
  if (dynamic_cast<AlwaysOnSampler*>(&sampler) != nullptr) return always_on;
  if (dynamic_cast<AlwaysOffSampler*>(&sampler) != nullptr) return always_off;
  if (auto* const parent_based = dynamic_cast<ParentBasedSampler*>(&sampler); parent_based != nullptr) {
    return resolve(parent_based->delegate(parent), parent);
  }
  if (auto* const error_keeping = dynamic_cast<ErrorKeepingSampler*>(&sampler); error_keeping != nullptr) {
    Case inner = resolve(error_keeping->sampler(), parent);
    if (inner.sampler != nullptr) return {&sampler};
    if (inner.decision == SamplingDecision::drop) inner.decision = SamplingDecision::record_only;
    return inner;
  }
  return {&sampler};
}

SamplingPlan::SamplingPlan(Sampler& sampler) noexcept {
  for (std::size_t i = 0; i < parent_cases; ++i) cases_[i] = resolve(sampler, static_cast<ParentCase>(i));
}

}  // namespace sonde::detail
