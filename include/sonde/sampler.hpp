#pragma once

// Samplers decide, as each span starts, whether it is recorded and whether it is exported. The default
// follows the parent and samples every new trace. To keep a tenth of the traces that begin here, and all of
// those that a caller has sampled:
//
//     options.sampler = std::make_unique<sonde::ParentBasedSampler>(sonde::ParentBasedSampler::Delegates{
//         .root = std::make_unique<sonde::TraceIdRatioBasedSampler>(0.1)});
//
// Source: specification trace/sdk.md, Sampling; trace/tracestate-probability-sampling.md.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sonde/attribute.hpp"
#include "sonde/span_context.hpp"
#include "sonde/span_kind.hpp"
#include "sonde/tracer.hpp"

namespace sonde {

enum class SamplingDecision : std::uint8_t {
  drop,               ///< Not recorded. The span has an identity all the same, for its children.
  record_only,        ///< Recorded for processors, but not exported; its children see no sampled parent.
  record_and_sample,  ///< Recorded and exported.
};

/// What is known of a span that is about to start. Views, valid during the call.
struct SamplingParameters {
  const SpanContext& parent_context;  ///< Invalid for a root span.
  const Parent& parent;               ///< Where the parent's context came from.
  const TraceId& trace_id;            ///< The new span's.
  std::string_view name;
  SpanKind kind = SpanKind::internal;
  Attributes attributes = {};
  std::span<const SpanLink> links = {};
};

struct SamplingResult {
  SamplingDecision decision = SamplingDecision::drop;
  TraceState trace_state = {};  ///< The new span's. A sampler without an opinion returns the parent's.
  Attributes attributes = {};   ///< Added to the span: a view of what lives until the span has started.
};

/// All members are thread-safe and never throw or block.
class Sampler {
 public:
  virtual ~Sampler() = default;

  /// Called on the thread that starts the span.
  [[nodiscard]] virtual SamplingResult should_sample(const SamplingParameters& parameters) noexcept = 0;

  /// Its name and configuration, for people. Allocates.
  [[nodiscard]] virtual std::string description() const = 0;

 protected:
  Sampler() = default;
  Sampler(const Sampler&) = default;
  Sampler& operator=(const Sampler&) = default;
};

class AlwaysOnSampler final : public Sampler {
 public:
  [[nodiscard]] SamplingResult should_sample(const SamplingParameters& parameters) noexcept override;
  [[nodiscard]] std::string description() const override;
};

class AlwaysOffSampler final : public Sampler {
 public:
  [[nodiscard]] SamplingResult should_sample(const SamplingParameters& parameters) noexcept override;
  [[nodiscard]] std::string description() const override;
};

/// Samples that part of all traces, whichever the parent is: those whose randomness (the last 56 bits of the
/// trace id, or `rv` of the tracestate's member `ot`) reaches a threshold. So services that sample at
/// different ratios agree: what one with a lower ratio keeps, one with a higher keeps too. The threshold is
/// handed on as `th`, from which backends tell how many spans a sampled one stands for.
class TraceIdRatioBasedSampler final : public Sampler {
 public:
  /// A ratio outside 0 to 1 is taken as the nearer of them; below 2^-56 it samples nothing.
  explicit TraceIdRatioBasedSampler(double ratio);

  [[nodiscard]] SamplingResult should_sample(const SamplingParameters& parameters) noexcept override;
  [[nodiscard]] std::string description() const override;

 private:
  double ratio_;
  std::uint64_t threshold_;       ///< In 2^-56.
  std::string threshold_digits_;  ///< As the value of `th`.
  TraceState fresh_trace_state_;  ///< For spans whose parent has none.
  std::atomic<bool> has_warned_{false};
};

namespace detail {
enum class ParentCase : std::uint8_t {
  root,
  remote_sampled,
  remote_not_sampled,
  local_sampled,
  local_not_sampled,
};
inline constexpr std::size_t parent_cases = 5;
}  // namespace detail

/// Asks one of five samplers, by what the parent is. By default children do as their parents.
class ParentBasedSampler final : public Sampler {
 public:
  struct Delegates {
    std::unique_ptr<Sampler> root = {};                       ///< Null: always on.
    std::unique_ptr<Sampler> remote_parent_sampled = {};      ///< Null: always on.
    std::unique_ptr<Sampler> remote_parent_not_sampled = {};  ///< Null: always off.
    std::unique_ptr<Sampler> local_parent_sampled = {};       ///< Null: always on.
    std::unique_ptr<Sampler> local_parent_not_sampled = {};   ///< Null: always off.
  };
  explicit ParentBasedSampler(Delegates delegates);

  [[nodiscard]] SamplingResult should_sample(const SamplingParameters& parameters) noexcept override;
  [[nodiscard]] std::string description() const override;

  [[nodiscard]] Sampler& delegate(detail::ParentCase parent) noexcept {
    return *delegates_[static_cast<std::size_t>(parent)];
  }

 private:
  std::array<std::unique_ptr<Sampler>, detail::parent_cases> delegates_;
};

}  // namespace sonde
