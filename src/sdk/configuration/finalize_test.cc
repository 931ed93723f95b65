#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <type_traits>

#include "sdk_support/environment.h"
#include "sonde/configuration.hpp"
#include "sonde/in_memory_exporter.hpp"
#include "sonde/resource.hpp"
#include "sonde/sonde.hpp"
#include "sonde/tracer_provider.hpp"

namespace sonde {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

static_assert(!std::is_default_constructible_v<FinalizedConfiguration>);
static_assert(!std::is_constructible_v<FinalizedConfiguration, Configuration>);
static_assert(!std::is_copy_constructible_v<FinalizedConfiguration>);

TEST(Finalize, TellsEverythingThatIsWrongAtOnce) {
  Configuration configuration;
  TracerProviderConfiguration& provider = configuration.tracer_provider.emplace();
  provider.processors.push_back({.exporter = OtlpExporterOptions{.endpoint = "no url"}});
  provider.processors.push_back({.exporter = std::unique_ptr<SpanExporter>()});
  provider.processors.push_back(
      {.exporter = ConsoleExporterConfiguration{},
       .batch = BatchOptions{
           .schedule_delay = milliseconds(-1), .max_queue_size = 10, .max_export_batch_size = 11}});
  provider.processors.push_back({.exporter = OtlpFileOptions{.path = "/no/such/folder/spans.jsonl"}});
  provider.custom_processors.push_back(nullptr);
  provider.sampler.root = std::make_shared<SamplerConfiguration>(
      SamplerConfiguration{.kind = SamplerConfiguration::Kind::trace_id_ratio_based,
                           .ratio = std::numeric_limits<double>::quiet_NaN()});
  const auto finalized = finalize(std::move(configuration));
  ASSERT_FALSE(finalized);
  EXPECT_EQ(finalized.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(finalized.error().message,
              AllOf(HasSubstr("tracer_provider.processors[0]"), HasSubstr("'no url'"),
                    HasSubstr("tracer_provider.processors[1]: the custom exporter is a null pointer"),
                    HasSubstr("tracer_provider.processors[2].schedule_delay"),
                    HasSubstr("tracer_provider.processors[2].max_export_batch_size is larger"),
                    HasSubstr("/no/such/folder/spans.jsonl"), HasSubstr("tracer_provider.custom_processors"),
                    HasSubstr("tracer_provider.sampler.root.ratio")));
}

TEST(Finalize, WhatIsRightStarts) {
  auto memory = std::make_shared<InMemorySpans>();
  Configuration configuration;
  configuration.resource = Resource({{"service.name", std::string("checked")}});
  TracerProviderConfiguration& provider = configuration.tracer_provider.emplace();
  provider.processors.push_back({.exporter = make_in_memory_exporter(memory), .batch = std::nullopt});
  provider.tracers = {{.name = "noisy.*", .is_enabled = false}};
  auto finalized = finalize(std::move(configuration));
  ASSERT_TRUE(finalized) << finalized.error().message;
  EXPECT_EQ(finalized->resource().string("service.name"), "checked");
  auto telemetry = start(*std::move(finalized));
  get_tracer("quiet").start_span("kept").end();
  get_tracer("noisy.library").start_span("left out").end();
  EXPECT_THAT(memory->spans(), SizeIs(1));
}

TEST(Finalize, KeepsErrorsOfTracesThatAreNotSampled) {
  auto memory = std::make_shared<InMemorySpans>();
  Configuration configuration;
  TracerProviderConfiguration& provider = configuration.tracer_provider.emplace();
  provider.processors.push_back({.exporter = make_in_memory_exporter(memory), .batch = std::nullopt});
  provider.sampler.kind = SamplerConfiguration::Kind::always_off;
  provider.keeps_errors = true;
  auto finalized = finalize(std::move(configuration));
  ASSERT_TRUE(finalized) << finalized.error().message;
  auto telemetry = start(*std::move(finalized));
  get_tracer("test").start_span("went well").end();
  auto failed = get_tracer("test").start_span("failed");
  failed.set_status(StatusCode::error);
  failed.end();
  EXPECT_THAT(memory->spans(), SizeIs(1));
}

}  // namespace
}  // namespace sonde
