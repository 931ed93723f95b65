#include "sonde/sampler.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sdk/diagnostics.h"
#include "sdk/test_tracing.h"
#include "sdk/trace/sampling_threshold.h"
#include "sonde/error_keeping.hpp"

namespace sonde {
namespace {

using test::find;
using test::TestTracing;

constexpr std::string_view sampled_remote = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";
constexpr std::string_view unsampled_remote = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02";

std::unique_ptr<Sampler> always_on() { return std::make_unique<AlwaysOnSampler>(); }
std::unique_ptr<Sampler> always_off() { return std::make_unique<AlwaysOffSampler>(); }
std::unique_ptr<Sampler> ratio(double value) { return std::make_unique<TraceIdRatioBasedSampler>(value); }

TracerProviderOptions with(std::unique_ptr<Sampler> sampler) {
  TracerProviderOptions options;
  options.sampler = std::move(sampler);
  return options;
}

/// Answers what the test says, and remembers what it was asked.
class ProbeSampler final : public Sampler {
 public:
  explicit ProbeSampler(SamplingResult result) : result_(std::move(result)) {}
  SamplingResult should_sample(const SamplingParameters& parameters) noexcept override {
    ++calls;
    is_root = !parameters.parent_context.is_valid();
    trace_id = parameters.trace_id;
    name = parameters.name;
    kind = parameters.kind;
    attributes = parameters.attributes.size();
    links = parameters.links.size();
    return result_;
  }
  std::string description() const override { return "Probe"; }

  int calls = 0;
  bool is_root = false;
  TraceId trace_id;
  std::string name;
  SpanKind kind = SpanKind::unspecified;
  std::size_t attributes = 0;
  std::size_t links = 0;

 private:
  SamplingResult result_;
};

SamplingDecision decision(Sampler& sampler, const SpanContext& parent, const TraceId& trace_id,
                          TraceState* state = nullptr) {
  SamplingResult result = sampler.should_sample(
      {.parent_context = parent, .parent = Parent(parent), .trace_id = trace_id, .name = "span"});
  if (state != nullptr) *state = result.trace_state;
  return result.decision;
}

TraceId trace_with_randomness(std::string_view last_digits) {
  TraceId id;
  EXPECT_TRUE(TraceId::from_hex("4bf92f3577b34da6aa" + std::string(last_digits), id));
  return id;
}

TEST(Sampler, OfTheDefaultFollowsTheParentAndSamplesRoots) {
  const TestTracing tracing;
  EXPECT_TRUE(tracing.tracer.start_span("root").context().is_sampled());
  EXPECT_TRUE(
      tracing.tracer.start_span("a", {.parent = parse_traceparent(sampled_remote)}).context().is_sampled());
  const Span unsampled = tracing.tracer.start_span("b", {.parent = parse_traceparent(unsampled_remote)});
  EXPECT_FALSE(unsampled.context().is_sampled());
  EXPECT_FALSE(unsampled.is_recording());
  EXPECT_FALSE(tracing.tracer.start_span("c", {.parent = unsampled}).context().is_sampled());
}

TEST(Sampler, AlwaysOffGivesSpansAnIdentityAndNothingElse) {
  const TestTracing tracing(with(always_off()));
  {
    const Span root = tracing.tracer.start_span("root");
    EXPECT_FALSE(root.is_recording());
    EXPECT_TRUE(root.context().is_valid());
    EXPECT_FALSE(root.context().is_sampled());
    const Span child = tracing.tracer.start_span("child", {.parent = root});
    EXPECT_EQ(child.context().trace_id(), root.context().trace_id());
    EXPECT_NE(child.context().span_id(), root.context().span_id());
    const Span other =
        tracing.tracer.start_span("other", {.parent = parse_traceparent(sampled_remote, "a=1")});
    EXPECT_FALSE(other.context().is_sampled());
    EXPECT_EQ(other.context().trace_state().header(), "a=1");
  }
  EXPECT_TRUE(tracing.memory->spans().empty());
}

TEST(Sampler, AlwaysOnSamplesWhateverTheParentSays) {
  const TestTracing tracing(with(always_on()));
  { const Span span = tracing.tracer.start_span("kept", {.parent = parse_traceparent(unsampled_remote)}); }
  EXPECT_EQ(tracing.memory->spans().size(), 1u);
}

TEST(Sampler, SeesTheSpanAndAddsToIt) {
  static constexpr Attribute rule = {"sampling.rule", "checkout"};
  auto owned = std::make_unique<ProbeSampler>(
      SamplingResult{SamplingDecision::record_and_sample, TraceState("vendor=1"), Attributes(&rule, 1)});
  const ProbeSampler& probe = *owned;
  const TestTracing tracing(with(std::move(owned)));
  const SpanLink link = {parse_traceparent(sampled_remote)};
  SpanContext context;
  {
    const Span span = tracing.tracer.start_span(
        "checkout", {.kind = SpanKind::server, .attributes = {{"a", 1}, {"b", 2}}, .links = {&link, 1}});
    context = span.context();
  }
  EXPECT_EQ(probe.calls, 1);
  EXPECT_TRUE(probe.is_root);
  EXPECT_EQ(probe.trace_id, context.trace_id());
  EXPECT_EQ(probe.name, "checkout");
  EXPECT_EQ(probe.kind, SpanKind::server);
  EXPECT_EQ(probe.attributes, 2u);
  EXPECT_EQ(probe.links, 1u);
  EXPECT_EQ(context.trace_state().header(), "vendor=1");
  const std::string otlp = tracing.memory->find("checkout");
  EXPECT_EQ(SpanView(otlp).trace_state(), "vendor=1");
  EXPECT_EQ(find(SpanView(otlp).attributes(), "sampling.rule")->as_string(), "checkout");
}

TEST(Sampler, ThatRecordsOnlyFeedsProcessorsAndLeavesChildrenUnsampled) {
  const TestTracing tracing(with(std::make_unique<ParentBasedSampler>(ParentBasedSampler::Delegates{
      .root = std::make_unique<ProbeSampler>(SamplingResult{SamplingDecision::record_only})})));
  {
    const Span root = tracing.tracer.start_span("root");
    EXPECT_TRUE(root.is_recording());
    EXPECT_FALSE(root.context().is_sampled());
    EXPECT_FALSE(tracing.tracer.start_span("child", {.parent = root}).is_recording());
  }
  EXPECT_TRUE(tracing.memory->spans().empty());
}

TEST(ParentBasedSampler, AsksByWhatTheParentIs) {
  std::vector<ProbeSampler*> probes;
  const auto probe = [&] {
    auto owned = std::make_unique<ProbeSampler>(SamplingResult{SamplingDecision::drop});
    probes.push_back(owned.get());
    return owned;
  };
  auto root = probe();
  auto remote_sampled = probe();
  auto remote_not_sampled = probe();
  auto local_sampled = probe();
  auto local_not_sampled = probe();
  const TestTracing tracing(with(std::make_unique<ParentBasedSampler>(
      ParentBasedSampler::Delegates{std::move(root), std::move(remote_sampled), std::move(remote_not_sampled),
                                    std::move(local_sampled), std::move(local_not_sampled)})));
  const SpanContext remote = parse_traceparent(sampled_remote);
  const SpanContext local(remote.trace_id(), remote.span_id(), remote.trace_flags());
  const SpanContext local_off(remote.trace_id(), remote.span_id(), TraceFlags{0});
  const auto start = [&](const Parent& parent) {
    const Span span = tracing.tracer.start_span("span", {.parent = parent});
    std::vector<int> calls;
    for (const ProbeSampler* asked : probes) calls.push_back(asked->calls);
    return calls;
  };
  EXPECT_EQ(start(Parent::none()), (std::vector{1, 0, 0, 0, 0}));
  EXPECT_EQ(start(remote), (std::vector{1, 1, 0, 0, 0}));
  const SpanContext remote_off = parse_traceparent(unsampled_remote);
  EXPECT_EQ(start(remote_off), (std::vector{1, 1, 1, 0, 0}));
  EXPECT_EQ(start(local), (std::vector{1, 1, 1, 1, 0}));
  EXPECT_EQ(start(local_off), (std::vector{1, 1, 1, 1, 1}));
}

TEST(ParentBasedSampler, GivesTheSameAnswersWhenItIsAskedItself) {
  ParentBasedSampler sampler({.root = always_off()});
  const SpanContext remote = parse_traceparent(sampled_remote);
  EXPECT_EQ(decision(sampler, SpanContext(), remote.trace_id()), SamplingDecision::drop);
  EXPECT_EQ(decision(sampler, remote, remote.trace_id()), SamplingDecision::record_and_sample);
  EXPECT_EQ(decision(sampler, parse_traceparent(unsampled_remote), remote.trace_id()),
            SamplingDecision::drop);
}

TEST(TraceIdRatioBasedSampler, ComparesTheLastFiftySixBitsWithItsThreshold) {
  TraceIdRatioBasedSampler half(0.5);
  TraceState state;
  EXPECT_EQ(decision(half, {}, trace_with_randomness("7fffffffffffff"), &state), SamplingDecision::drop);
  EXPECT_TRUE(state.empty());
  EXPECT_EQ(decision(half, {}, trace_with_randomness("80000000000000"), &state),
            SamplingDecision::record_and_sample);
  EXPECT_EQ(state.header(), "ot=th:8");
  TraceIdRatioBasedSampler all(1.0);
  EXPECT_EQ(decision(all, {}, trace_with_randomness("00000000000000"), &state),
            SamplingDecision::record_and_sample);
  EXPECT_EQ(state.header(), "ot=th:0");
  TraceIdRatioBasedSampler none(0.0);
  EXPECT_EQ(decision(none, {}, trace_with_randomness("ffffffffffffff")), SamplingDecision::drop);
}

TEST(TraceIdRatioBasedSampler, PrefersExplicitRandomnessAndHandsItOn) {
  TraceIdRatioBasedSampler tenth(0.1);
  const SpanContext low = parse_traceparent(sampled_remote, "a=1,ot=rv:00000000000001;th:8;x:y");
  EXPECT_EQ(decision(tenth, low, trace_with_randomness("ffffffffffffff")), SamplingDecision::drop);
  const SpanContext high = parse_traceparent(sampled_remote, "a=1,ot=rv:ffffffffffffff;th:8;x:y");
  TraceState state;
  EXPECT_EQ(decision(tenth, high, trace_with_randomness("00000000000000"), &state),
            SamplingDecision::record_and_sample);
  EXPECT_EQ(state.header(), "ot=th:e666;rv:ffffffffffffff;x:y,a=1");
  const SpanContext malformed = parse_traceparent(sampled_remote, "ot=rv:FFFFFFFFFFFFFF");
  EXPECT_EQ(decision(tenth, malformed, trace_with_randomness("00000000000000")), SamplingDecision::drop);
}

TEST(TraceIdRatioBasedSampler, TakesTheRandomnessThatARootIsGiven) {
  const TestTracing tracing(with(ratio(0.1)));
  const SpanContext given({}, {}, {}, false, TraceState("ot=rv:ffffffffffffff"));
  for (int i = 0; i < 100; ++i) {
    const Span span = tracing.tracer.start_span("root", {.parent = given});
    ASSERT_TRUE(span.context().is_sampled());
    ASSERT_EQ(span.context().trace_state().header(), "ot=th:e666;rv:ffffffffffffff");
  }
}

TEST(TraceIdRatioBasedSampler, SamplesThatPartOfAllTraces) {
  const TestTracing tracing(with(ratio(0.25)));
  constexpr int spans = 20'000;
  int sampled = 0;
  for (int i = 0; i < spans; ++i) sampled += tracing.tracer.start_span("root").context().is_sampled() ? 1 : 0;
  // Five standard deviations of a binomial distribution: it fails once in a million runs, if it is right.
  EXPECT_NEAR(sampled, spans / 4, 5 * 61.3);
}

TEST(TraceIdRatioBasedSampler, WarnsOnceOfCallersWhoseTraceIdsMayNotBeRandom) {
  std::vector<std::string> said;
  detail::set_diagnostic_handler([&](std::string_view message) { said.emplace_back(message); });
  TraceIdRatioBasedSampler half(0.5);
  const SpanContext flagged = parse_traceparent(sampled_remote);
  decision(half, flagged, flagged.trace_id());
  decision(half, SpanContext(), flagged.trace_id());
  EXPECT_TRUE(said.empty());
  const SpanContext unflagged = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  decision(half, unflagged, unflagged.trace_id());
  decision(half, unflagged, unflagged.trace_id());
  detail::set_diagnostic_handler({});
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("TraceIdRatioBased"), std::string::npos);
}

struct ThresholdCase {
  double ratio;
  const char* digits;
};
class SamplingThreshold : public ::testing::TestWithParam<ThresholdCase> {};

TEST_P(SamplingThreshold, HasFourSignificantDigits) {
  EXPECT_EQ(detail::threshold_digits(detail::sampling_threshold(GetParam().ratio)), GetParam().digits);
}

INSTANTIATE_TEST_SUITE_P(TraceIdRatioBased, SamplingThreshold,
                         ::testing::Values(ThresholdCase{1.0, "0"}, ThresholdCase{0.5, "8"},
                                           ThresholdCase{0.25, "c"}, ThresholdCase{0.1, "e666"},
                                           ThresholdCase{0.01, "fd70a"}, ThresholdCase{0.001, "ffbe77"},
                                           ThresholdCase{1.0 / 3, "aaab"}, ThresholdCase{0.99, "028f6"},
                                           ThresholdCase{0x1p-56, "ffffffffffffff"},
                                           ThresholdCase{0x1p-52, "fffffffffffff"}));

TEST(Sampler, DescribesItself) {
  EXPECT_EQ(always_on()->description(), "AlwaysOnSampler");
  EXPECT_EQ(always_off()->description(), "AlwaysOffSampler");
  EXPECT_EQ(ratio(0.0001)->description(), "TraceIdRatioBased{0.000100}");
  EXPECT_EQ(ratio(1e-9)->description(), "TraceIdRatioBased{1e-09}");
  EXPECT_EQ(ratio(7)->description(), "TraceIdRatioBased{1.000000}");
  EXPECT_EQ(ParentBasedSampler({.root = ratio(0.1)}).description(),
            "ParentBased{root:TraceIdRatioBased{0.100000},remoteParentSampled:AlwaysOnSampler,"
            "remoteParentNotSampled:AlwaysOffSampler,localParentSampled:AlwaysOnSampler,"
            "localParentNotSampled:AlwaysOffSampler}");
  EXPECT_EQ(ErrorKeepingSampler(always_off()).description(), "ErrorKeeping{AlwaysOffSampler}");
}

}  // namespace
}  // namespace sonde
