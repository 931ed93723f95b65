#pragma once

// Sampling that never loses an error, as far as this process can tell. A sampler decides as a span starts,
// when nobody knows how it will end; so what would be dropped is recorded all the same and held back until
// its local part has ended. The local part of a trace is what this process records of it from the moment it
// has a span of that trace open to the moment it has none. If any span of it ends with the status error, the
// whole part goes to the exporter, and so does what ends later in it; if none does, it is forgotten.
//
// The sampler makes the spans, and the processor holds them back, so both are needed:
//
//     options.sampler = std::make_unique<sonde::ErrorKeepingSampler>(std::move(sampler));
//     options.processors.push_back(std::make_unique<sonde::ErrorKeepingSpanProcessor>(std::move(batch)));
//
// Callees are told that the trace is not sampled, so other processes keep what fails there. Kept spans have
// the flag "sampled" unset and no threshold, for nobody can say how many they stand for.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "sonde/sampler.hpp"
#include "sonde/span_processor.hpp"

namespace sonde {

/// Records what `sampler` would drop.
class ErrorKeepingSampler final : public Sampler {
 public:
  explicit ErrorKeepingSampler(std::unique_ptr<Sampler> sampler) noexcept : sampler_(std::move(sampler)) {}

  [[nodiscard]] SamplingResult should_sample(const SamplingParameters& parameters) noexcept override;
  [[nodiscard]] std::string description() const override;

  [[nodiscard]] Sampler& sampler() noexcept { return *sampler_; }

 private:
  std::unique_ptr<Sampler> sampler_;
};

struct ErrorKeepingOptions {
  std::size_t max_bytes = 16u << 20;  ///< Memory for spans held back, of all traces together.
};

/// Passes sampled spans on at once, and those of unsampled traces when one of them has failed.
class ErrorKeepingSpanProcessor final : public SpanProcessor {
 public:
  explicit ErrorKeepingSpanProcessor(std::unique_ptr<SpanProcessor> next,
                                     const ErrorKeepingOptions& options = {});
  ~ErrorKeepingSpanProcessor() override;

  [[nodiscard]] Interest interest() const noexcept override;
  void on_start(RecordingSpan& span, const Parent& parent) noexcept override;
  void on_ending(RecordingSpan& span) noexcept override;
  void on_end(const FinishedSpan& span) noexcept override;
  bool force_flush(Deadline deadline) noexcept override;
  bool shutdown(Deadline deadline) noexcept override;

  // Counts of this process: a forked child begins anew, and what was held back stays its parent's.

  /// Spans of unsampled traces passed on so far, for an error among them.
  [[nodiscard]] std::uint64_t kept() const noexcept;
  /// Spans forgotten so far because nothing failed.
  [[nodiscard]] std::uint64_t forgotten() const noexcept;
  /// Spans lost so far because there was no memory to hold them back.
  [[nodiscard]] std::uint64_t dropped() const noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace sonde
