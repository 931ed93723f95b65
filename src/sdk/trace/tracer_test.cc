#include "sonde/tracer.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "sdk/test_tracing.h"

namespace sonde {
namespace {

using test::count;
using test::find;
using test::TestTracing;

class CountingIdGenerator final : public IdGenerator {
 public:
  explicit CountingIdGenerator(bool is_random) : is_random_(is_random) {}
  TraceId generate_trace_id() noexcept override { return {{++traces_}}; }
  SpanId generate_span_id() noexcept override { return {{++spans_}}; }
  bool is_random() const noexcept override { return is_random_; }

 private:
  bool is_random_;
  std::uint8_t traces_ = 0;
  std::uint8_t spans_ = 0;
};

TEST(Tracer, TakesIdsFromTheGenerator) {
  TracerProviderOptions options;
  options.id_generator = std::make_unique<CountingIdGenerator>(false);
  const TestTracing tracing(std::move(options));
  const auto root = tracing.tracer.start_as_current_span("root");
  const auto child = tracing.tracer.start_span("child");
  EXPECT_EQ(root.context().trace_id(), (TraceId{{1}}));
  EXPECT_EQ(root.context().span_id(), (SpanId{{1}}));
  EXPECT_EQ(child.context().trace_id(), (TraceId{{1}}));
  EXPECT_EQ(child.context().span_id(), (SpanId{{2}}));
}

TEST(Tracer, FlagsTraceIdsAsRandomIfTheirGeneratorSaysSo) {
  const auto flags_with = [](bool is_random) {
    TracerProviderOptions options;
    options.id_generator = std::make_unique<CountingIdGenerator>(is_random);
    const TestTracing tracing(std::move(options));
    return tracing.tracer.start_span("root").context().trace_flags().bits;
  };
  EXPECT_EQ(flags_with(false), TraceFlags::sampled);
  EXPECT_EQ(flags_with(true), TraceFlags::sampled | TraceFlags::random);
  const TestTracing tracing;
  EXPECT_EQ(tracing.tracer.start_span("root").context().trace_flags().bits,
            TraceFlags::sampled | TraceFlags::random);
}

TEST(Tracer, HandsTheRandomFlagOfItsParentOn) {
  const TestTracing tracing;
  for (const char* flags : {"01", "03"}) {
    const SpanContext remote =
        parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-" + std::string(flags));
    const SpanContext context = tracing.tracer.start_span("span", {.parent = remote}).context();
    EXPECT_EQ(context.trace_flags(), remote.trace_flags());
    EXPECT_FALSE(context.is_remote());
    const std::string otlp = tracing.memory->find("span");
    EXPECT_EQ(SpanView(otlp).trace_flags(), remote.trace_flags());
    EXPECT_TRUE(SpanView(otlp).is_parent_remote());
  }
}

TEST(Tracer, MakesIdsThatAreRandomInEveryBitThatCounts) {
  for (const bool is_sampled : {true, false}) {
    TracerProviderOptions options;
    if (!is_sampled) options.sampler = std::make_unique<AlwaysOffSampler>();
    TracerProvider provider(std::move(options));
    const Tracer tracer = provider.get_tracer("test");
    constexpr int ids = 4'000;
    std::array<int, 56> ones_in_trace_id{};
    std::array<int, 64> ones_in_span_id{};
    std::set<SpanId> span_ids;
    for (int i = 0; i < ids; ++i) {
      const Span span = tracer.start_span("root");
      const auto count_ones = [](const std::uint8_t* bytes, auto& ones) {
        for (std::size_t bit = 0; bit < ones.size(); ++bit) ones[bit] += bytes[bit / 8] >> (bit % 8) & 1;
      };
      count_ones(span.context().trace_id().bytes.data() + TraceId::size - 7, ones_in_trace_id);
      count_ones(span.context().span_id().bytes.data(), ones_in_span_id);
      EXPECT_TRUE(span_ids.insert(span.context().span_id()).second);
    }
    // Six standard deviations: the test fails once in millions of runs, if the bits are right.
    for (const int ones : ones_in_trace_id) EXPECT_NEAR(ones, ids / 2, 6 * 31.6);
    for (const int ones : ones_in_span_id) EXPECT_NEAR(ones, ids / 2, 6 * 31.6);
  }
}

TEST(Tracer, MakesOtherIdsInEveryThreadAndProcess) {
  const TestTracing tracing;
  std::set<TraceId> ids;
  const auto new_id = [&] { return tracing.tracer.start_span("root").context().trace_id(); };
  for (int i = 0; i < 20; ++i) {
    TraceId id;
    std::thread([&] { id = new_id(); }).join();
    EXPECT_TRUE(ids.insert(id).second);
  }
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    const TraceId id = new_id();
    _exit(write(ends[1], id.bytes.data(), TraceId::size) == TraceId::size ? 0 : 1);
  }
  TraceId id_of_child;
  EXPECT_EQ(read(ends[0], id_of_child.bytes.data(), TraceId::size), static_cast<ssize_t>(TraceId::size));
  EXPECT_NE(new_id(), id_of_child);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  close(ends[0]);
  close(ends[1]);
}

TEST(Tracer, WithoutProcessorsIsNotEnabledAndStillCarriesATrace) {
  TracerProvider provider({});
  const Tracer tracer = provider.get_tracer("test");
  EXPECT_FALSE(tracer.is_enabled());
  const auto root = tracer.start_as_current_span("root");
  EXPECT_TRUE(root.context().is_sampled());
  EXPECT_EQ(tracer.start_span("child").context().trace_id(), root.context().trace_id());
  const TestTracing tracing;
  EXPECT_TRUE(tracing.tracer.is_enabled());
}

TEST(Tracer, OfAScopeThatIsTurnedOffDoesNothing) {
  TracerProviderOptions options;
  options.tracers = {{.name = "http.client", .is_enabled = true}, {.name = "http.*"}, {.name = "?b"}};
  const TestTracing tracing(std::move(options));
  TracerProvider& provider = *tracing.provider;
  EXPECT_TRUE(provider.get_tracer("http.client").is_enabled());
  EXPECT_FALSE(provider.get_tracer("http.").is_enabled());
  EXPECT_FALSE(provider.get_tracer("http.server.deep").is_enabled());
  EXPECT_TRUE(provider.get_tracer("an http.server").is_enabled());
  EXPECT_FALSE(provider.get_tracer("db").is_enabled());
  EXPECT_TRUE(provider.get_tracer("b").is_enabled());

  const SpanContext remote = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const Span span = provider.get_tracer("db").start_span("off", {.parent = remote});
  EXPECT_FALSE(span.is_recording());
  EXPECT_EQ(span.context(), remote);
}

TEST(Tracer, OfTheGlobalProviderHonoursItsRules) {
  TracerProviderOptions options;
  options.tracers = {{.name = "quiet*"}};
  const Tracer early = get_tracer("quiet, early");
  const TestTracing tracing(std::move(options));
  tracing.provider->set_as_global();
  EXPECT_FALSE(early.is_enabled());
  EXPECT_FALSE(get_tracer("quiet, late").is_enabled());
  EXPECT_TRUE(get_tracer("loud").is_enabled());
}

TEST(Tracer, PutsItsScopeOnEverySpan) {
  struct ScopeExporter final : SpanExporter {
    ExportResult export_batch(const SpanBatch& batch, Deadline) noexcept override {
      batch.for_each([&](const InstrumentationScope& scope, const SpanView& span) {
        name = scope.name;
        version = scope.version;
        schema_url = scope.schema_url;
        const auto tier = find(scope.attributes, "tier");
        EXPECT_TRUE(tier.has_value());
        if (tier) attribute = tier->as_string();
        EXPECT_EQ(span.name(), "scoped");
      });
      return {};
    }
    std::string name, version, schema_url, attribute;
  };
  auto owned = std::make_unique<ScopeExporter>();
  const ScopeExporter& seen = *owned;
  TracerProviderOptions options;
  options.processors.push_back(std::make_unique<SimpleSpanProcessor>(std::move(owned)));
  TracerProvider provider(std::move(options));
  const Tracer tracer =
      provider.get_tracer("library", "2.1", "https://opentelemetry.io/schemas/1.44.0", {{"tier", "gold"}});
  { const Span span = tracer.start_span("scoped"); }
  EXPECT_EQ(seen.name, "library");
  EXPECT_EQ(seen.version, "2.1");
  EXPECT_EQ(seen.schema_url, "https://opentelemetry.io/schemas/1.44.0");
  EXPECT_EQ(seen.attribute, "gold");
}

TEST(Tracer, RecordsEveryKind) {
  const TestTracing tracing;
  for (const SpanKind kind :
       {SpanKind::internal, SpanKind::server, SpanKind::client, SpanKind::producer, SpanKind::consumer}) {
    {
      const Span span = tracing.tracer.start_span("kind", {.kind = kind});
    }
    const std::string otlp = tracing.memory->find("kind");
    EXPECT_EQ(SpanView(otlp).kind(), kind);
  }
}

TEST(Tracer, LinksSpansAsTheyStartAndLater) {
  const TestTracing tracing;
  const SpanContext first =
      parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "a=1");
  const SpanContext second = tracing.tracer.start_span("second").context();
  const SpanLink given = {first};
  {
    Span span = tracing.tracer.start_span("linked", {.links = {&given, 1}});
    span.add_link(second, {{"why", "batch"}});
    span.add_link(SpanContext());
  }
  const std::string otlp = tracing.memory->find("linked");
  const SpanView view(otlp);
  ASSERT_EQ(count(view.links()), 2);
  auto link = view.links().begin();
  EXPECT_EQ((*link).trace_id(), first.trace_id());
  EXPECT_EQ((*link).span_id(), first.span_id());
  EXPECT_EQ((*link).trace_state(), "a=1");
  EXPECT_EQ((*link).trace_flags(), first.trace_flags());
  EXPECT_TRUE((*link).is_remote());
  ++link;
  EXPECT_EQ((*link).span_id(), second.span_id());
  EXPECT_FALSE((*link).is_remote());
  EXPECT_EQ(find((*link).attributes(), "why")->as_string(), "batch");
}

}  // namespace
}  // namespace sonde
