#pragma once

// A provider's sampler as starting a span needs it: for each kind of parent the decision, where that is
// always the same, so that the usual samplers cost no call; else the sampler to ask.

#include <array>
#include <cstddef>

#include "sonde/sampler.hpp"

namespace sonde::detail {

[[nodiscard]] inline ParentCase parent_case(const SpanContext& parent) noexcept {
  if (!parent.is_valid()) return ParentCase::root;
  const int first =
      static_cast<int>(parent.is_remote() ? ParentCase::remote_sampled : ParentCase::local_sampled);
  return static_cast<ParentCase>(first + (parent.is_sampled() ? 0 : 1));
}

class SamplingPlan {
 public:
  struct Case {
    Sampler* sampler = nullptr;  ///< Null: the decision stands, the tracestate is the parent's.
    SamplingDecision decision = SamplingDecision::record_and_sample;
  };

  /// Follows the parent, and samples every root.
  SamplingPlan() noexcept = default;
  explicit SamplingPlan(Sampler& sampler) noexcept;

  [[nodiscard]] const Case& at(ParentCase parent) const noexcept {
    return cases_[static_cast<std::size_t>(parent)];
  }

 private:
  static constexpr Case always_on = {nullptr, SamplingDecision::record_and_sample};
  static constexpr Case always_off = {nullptr, SamplingDecision::drop};

  static Case resolve(Sampler& sampler, ParentCase parent) noexcept;

  std::array<Case, parent_cases> cases_ = {always_on, always_on, always_off, always_on, always_off};
};

}  // namespace sonde::detail
