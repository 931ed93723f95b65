#include <gtest/gtest.h>
#include <opentelemetry/exporters/memory/in_memory_span_exporter.h>
#include <opentelemetry/sdk/trace/batch_span_processor_factory.h>
#include <opentelemetry/sdk/trace/batch_span_processor_options.h>
#include <opentelemetry/sdk/trace/samplers/always_off_factory.h>
#include <opentelemetry/sdk/trace/samplers/always_on_factory.h>
#include <opentelemetry/sdk/trace/simple_processor_factory.h>
#include <opentelemetry/sdk/trace/span_data.h>
#include <opentelemetry/sdk/trace/tracer_provider_factory.h>
#include <opentelemetry/trace/scope.h>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sonde/bridge/opentelemetry_sdk.hpp"
#include "sonde/resource.hpp"
#include "sonde/sampler.hpp"
#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde {
namespace {

namespace api = opentelemetry::trace;
namespace sdk = opentelemetry::sdk::trace;
namespace memory = opentelemetry::exporter::memory;
using opentelemetry::nostd::get;
using opentelemetry::sdk::common::OwnedAttributeValue;
using opentelemetry::sdk::resource::Resource;

/// A program that runs their SDK, with Sonde beside it. What leaves through their exporter is what there is
/// to see.
class OpenTelemetrySdk : public testing::Test {
 protected:
  OpenTelemetrySdk() {
    auto exporter = std::make_unique<memory::InMemorySpanExporter>();
    exported_ = exporter->GetData();
    std::vector<std::unique_ptr<sdk::SpanProcessor>> processors;
    processors.push_back(sdk::SimpleSpanProcessorFactory::Create(std::move(exporter)));
    start(std::move(processors));
  }

  void start(std::vector<std::unique_ptr<sdk::SpanProcessor>> processors,
             std::unique_ptr<sdk::Sampler> sampler = sdk::AlwaysOnSamplerFactory::Create()) {
    sdk_ = sdk::TracerProviderFactory::Create(
        std::move(processors), Resource::Create({{"service.name", "theirs"}}), std::move(sampler));
    theirs_ = sdk_->GetTracer("their library");
    provider_ = bridge::use_opentelemetry_sdk(sdk_);
    ours_ = provider_->get_tracer("our library", "2.0", "https://schema.example/1", {{"team", "search"}});
  }

  /// The exported span of that name.
  const sdk::SpanData& exported(const std::string& name) {
    for (auto& span : exported_->GetSpans()) {
      const std::string span_name(span->GetName());
      kept_[span_name] = std::move(span);
    }
    static const sdk::SpanData nothing;
    return kept_.contains(name) ? *kept_[name] : nothing;
  }

  std::shared_ptr<memory::InMemorySpanData> exported_;
  std::map<std::string, std::unique_ptr<sdk::SpanData>> kept_;
  std::shared_ptr<sdk::TracerProvider> sdk_;
  opentelemetry::nostd::shared_ptr<api::Tracer> theirs_;
  std::unique_ptr<TracerProvider> provider_;
  Tracer ours_;
};

TEST_F(OpenTelemetrySdk, LinksSpansOfBothIntoOneTrace) {
  {
    const auto outer = theirs_->StartSpan("outer");
    const api::Scope scope(outer);
    const auto ours = ours_.start_as_current_span("ours");
    const auto inner = theirs_->StartSpan("inner");
    const api::Scope inner_scope(inner);
    ours_.start_span("innermost").end();
  }
  EXPECT_TRUE(exported("outer").GetSpanId().IsValid());
  EXPECT_EQ(exported("ours").GetParentSpanId(), exported("outer").GetSpanId());
  EXPECT_EQ(exported("inner").GetParentSpanId(), exported("ours").GetSpanId());
  EXPECT_EQ(exported("innermost").GetParentSpanId(), exported("inner").GetSpanId());
  for (const char* name : {"ours", "inner", "innermost"}) {
    EXPECT_EQ(exported(name).GetTraceId(), exported("outer").GetTraceId());
  }
}

TEST_F(OpenTelemetrySdk, KeepsAllThatASpanHolds) {
  const SpanContext parent(TraceId{{1}}, SpanId{{2}}, TraceFlags{TraceFlags::sampled}, true,
                           TraceState("vendor=1"));
  const SpanContext linked(TraceId{{3}}, SpanId{{4}}, TraceFlags{}, true, TraceState("vendor=2"));
  Span span =
      ours_.start_span("first name", {.parent = parent, .kind = SpanKind::client, .start_time = 1'000});
  span.set_attribute("key", "value");
  span.add_event("event", {{"size", 3}}, 2'000);
  span.add_link(linked, {{"reason", "retry"}});
  span.set_status(StatusCode::error, "too late");
  span.update_name("name");
  const SpanContext context = span.context();
  span.end(5'000);

  const sdk::SpanData& data = exported("name");
  EXPECT_EQ(data.GetTraceId(), bridge::to_opentelemetry(parent.trace_id()));
  EXPECT_EQ(data.GetSpanId(), bridge::to_opentelemetry(context.span_id()));
  EXPECT_EQ(data.GetParentSpanId(), bridge::to_opentelemetry(parent.span_id()));
  EXPECT_EQ(data.GetFlags().flags(), context.trace_flags().bits);
  EXPECT_EQ(data.GetSpanContext().trace_state()->ToHeader(), "vendor=1");
  EXPECT_EQ(data.GetSpanKind(), api::SpanKind::kClient);
  EXPECT_EQ(data.GetStartTime().time_since_epoch(), std::chrono::nanoseconds(1'000));
  EXPECT_EQ(data.GetDuration(), std::chrono::nanoseconds(4'000));
  EXPECT_EQ(data.GetStatus(), api::StatusCode::kError);
  EXPECT_EQ(std::string(data.GetDescription()), "too late");
  EXPECT_EQ(get<std::string>(data.GetAttributes().at("key")), "value");
  ASSERT_EQ(data.GetEvents().size(), 1u);
  EXPECT_EQ(data.GetEvents()[0].GetName(), "event");
  EXPECT_EQ(data.GetEvents()[0].GetTimestamp().time_since_epoch(), std::chrono::nanoseconds(2'000));
  EXPECT_EQ(get<std::int64_t>(data.GetEvents()[0].GetAttributes().at("size")), 3);
  ASSERT_EQ(data.GetLinks().size(), 1u);
  EXPECT_EQ(data.GetLinks()[0].GetSpanContext().span_id(), bridge::to_opentelemetry(linked.span_id()));
  EXPECT_EQ(data.GetLinks()[0].GetSpanContext().trace_state()->ToHeader(), "vendor=2");
  EXPECT_TRUE(data.GetLinks()[0].GetSpanContext().IsRemote());
  EXPECT_EQ(get<std::string>(data.GetLinks()[0].GetAttributes().at("reason")), "retry");
  EXPECT_EQ(get<std::string>(data.GetResource().GetAttributes().at("service.name")), "theirs");
  EXPECT_EQ(data.GetInstrumentationScope().GetName(), "our library");
  EXPECT_EQ(data.GetInstrumentationScope().GetVersion(), "2.0");
  EXPECT_EQ(data.GetInstrumentationScope().GetSchemaURL(), "https://schema.example/1");
  EXPECT_EQ(get<std::string>(data.GetInstrumentationScope().GetAttributes().at("team")), "search");
}

TEST_F(OpenTelemetrySdk, KeepsAttributesOfEveryType) {
  const std::array<bool, 2> booleans = {true, false};
  const std::array<std::int64_t, 2> integers = {1, 2};
  const std::array<double, 1> floatings = {0.5};
  const std::array<std::string_view, 2> strings = {"a", "b"};
  const std::array<std::uint8_t, 2> bytes = {1, 255};
  ours_
      .start_span("span", {.attributes = {{"boolean", true},
                                          {"integer", -1},
                                          {"floating", 2.5},
                                          {"string", "text"},
                                          {"bytes", AttributeValue::bytes(bytes)},
                                          {"booleans", AttributeValue::booleans(booleans)},
                                          {"integers", AttributeValue::integers(integers)},
                                          {"floatings", AttributeValue::floatings(floatings)},
                                          {"strings", AttributeValue::strings(strings)},
                                          {"none", AttributeValue::array({})},
                                          {"mixed", AttributeValue::array({1, "b"})},
                                          {"map", AttributeValue::map({{"role", "user"}})},
                                          {"empty", AttributeValue()}}})
      .end();

  const auto& attributes = exported("span").GetAttributes();
  EXPECT_EQ(get<bool>(attributes.at("boolean")), true);
  EXPECT_EQ(get<std::int64_t>(attributes.at("integer")), -1);
  EXPECT_EQ(get<double>(attributes.at("floating")), 2.5);
  EXPECT_EQ(get<std::string>(attributes.at("string")), "text");
  EXPECT_EQ(get<std::vector<std::uint8_t>>(attributes.at("bytes")), (std::vector<std::uint8_t>{1, 255}));
  EXPECT_EQ(get<std::vector<bool>>(attributes.at("booleans")), (std::vector<bool>{true, false}));
  EXPECT_EQ(get<std::vector<std::int64_t>>(attributes.at("integers")), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(get<std::vector<double>>(attributes.at("floatings")), (std::vector<double>{0.5}));
  EXPECT_EQ(get<std::vector<std::string>>(attributes.at("strings")), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(get<std::vector<std::string>>(attributes.at("none")).empty());
  EXPECT_EQ(get<std::string>(attributes.at("mixed")), R"([1,"b"])");
  EXPECT_EQ(get<std::string>(attributes.at("map")), R"({"role":"user"})");
  EXPECT_EQ(get<std::string>(attributes.at("empty")), "null");
}

TEST_F(OpenTelemetrySdk, FollowsTheirSamplingDecision) {
  start({}, sdk::AlwaysOffSamplerFactory::Create());
  const auto outer = theirs_->StartSpan("outer");
  const api::Scope scope(outer);
  EXPECT_FALSE(ours_.start_span("ours").is_recording());
}

/// Keeps what is named so, and says that it did.
class NameSampler final : public sdk::Sampler {
 public:
  sdk::SamplingResult ShouldSample(const api::SpanContext& /*parent*/, api::TraceId /*trace_id*/,
                                   opentelemetry::nostd::string_view name, api::SpanKind /*kind*/,
                                   const opentelemetry::common::KeyValueIterable& attributes,
                                   const api::SpanContextKeyValueIterable& /*links*/) noexcept override {
    if (name != "kept") return {sdk::Decision::DROP, nullptr, {}};
    using Added = std::map<std::string, opentelemetry::common::AttributeValue>;
    auto added = std::make_unique<Added>();
    added->emplace("seen", static_cast<std::int64_t>(attributes.size()));
    return {sdk::Decision::RECORD_AND_SAMPLE, std::move(added), api::TraceState::FromHeader("sampler=names")};
  }
  [[nodiscard]] opentelemetry::nostd::string_view GetDescription() const noexcept override { return "names"; }
};

TEST_F(OpenTelemetrySdk, AsksTheirSamplerForRootsToo) {
  auto exporter = std::make_unique<memory::InMemorySpanExporter>();
  exported_ = exporter->GetData();
  std::vector<std::unique_ptr<sdk::SpanProcessor>> processors;
  processors.push_back(sdk::SimpleSpanProcessorFactory::Create(std::move(exporter)));
  start(std::move(processors), std::make_unique<NameSampler>());
  EXPECT_FALSE(ours_.start_span("left out").is_recording());
  ours_.start_span("kept", {.attributes = {{"key", 1}}}).end();
  EXPECT_EQ(get<std::int64_t>(exported("kept").GetAttributes().at("seen")), 1);
  EXPECT_EQ(exported("kept").GetSpanContext().trace_state()->ToHeader(), "sampler=names");
}

class CountingIds final : public sdk::IdGenerator {
 public:
  CountingIds() : IdGenerator(false) {}
  api::SpanId GenerateSpanId() noexcept override { return bridge::to_opentelemetry(SpanId{{++count_}}); }
  api::TraceId GenerateTraceId() noexcept override { return bridge::to_opentelemetry(TraceId{{++count_}}); }

 private:
  std::uint8_t count_ = 0;
};

TEST_F(OpenTelemetrySdk, TakesIdsFromTheirGenerator) {
  sdk_ = sdk::TracerProviderFactory::Create(std::vector<std::unique_ptr<sdk::SpanProcessor>>(),
                                            Resource::Create({}), sdk::AlwaysOnSamplerFactory::Create(),
                                            std::make_unique<CountingIds>());
  provider_ = bridge::use_opentelemetry_sdk(sdk_);
  const Span span = provider_->get_tracer("ours").start_span("span");
  EXPECT_EQ(span.context().trace_id(), TraceId{{1}});
  EXPECT_EQ(span.context().span_id(), SpanId{{2}});
  EXPECT_EQ(span.context().trace_flags(), TraceFlags{TraceFlags::sampled})
      << "random is what their ids are not";
}

TEST_F(OpenTelemetrySdk, FlushesTheirBatches) {
  std::vector<std::unique_ptr<sdk::SpanProcessor>> processors;
  for (int i = 0; i < 2; ++i) {  // two, so that their recordable is one of several
    auto exporter = std::make_unique<memory::InMemorySpanExporter>();
    exported_ = exporter->GetData();
    sdk::BatchSpanProcessorOptions options;
    options.schedule_delay_millis = std::chrono::hours(1);
    processors.push_back(sdk::BatchSpanProcessorFactory::Create(std::move(exporter), options));
  }
  start(std::move(processors));
  ours_.start_span("ours").end();
  EXPECT_TRUE(provider_->force_flush());
  EXPECT_TRUE(exported("ours").GetSpanId().IsValid());
}

TEST_F(OpenTelemetrySdk, LeavesTheirProviderRunningAtShutdown) {
  Span open = ours_.start_span("open");
  EXPECT_TRUE(provider_->shutdown());
  open.end();
  theirs_->StartSpan("theirs")->End();
  EXPECT_TRUE(exported("theirs").GetSpanId().IsValid());
  EXPECT_FALSE(exported("open").GetSpanId().IsValid());
}

TEST_F(OpenTelemetrySdk, SurvivesTheEndOfTheirProvider) {
  theirs_ = {};
  sdk_.reset();
  ours_.start_span("late").end();
  EXPECT_FALSE(exported("late").GetSpanId().IsValid());
}

}  // namespace
}  // namespace sonde
