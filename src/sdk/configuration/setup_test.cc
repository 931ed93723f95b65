#include "sonde/setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sdk_support/environment.h"
#include "sdk_support/raw_http_server.h"
#include "sonde/in_memory_exporter.hpp"
#include "sonde/logger_provider.hpp"
#include "sonde/propagator.hpp"
#include "sonde/resource.hpp"
#include "sonde/sonde.hpp"

namespace sonde {
namespace {

using test::Environment;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

struct Said {
  std::shared_ptr<std::vector<std::string>> lines = std::make_shared<std::vector<std::string>>();
  std::function<void(std::string_view)> handler() const {
    return [lines = lines](std::string_view line) { lines->emplace_back(line); };
  }
};

TEST(Setup, MakesTheGlobalTracersRecordUntilItsHandleGoes) {
  auto memory = std::make_shared<InMemorySpans>();
  const Tracer tracer = get_tracer("setup_test");
  {
    auto telemetry = setup({.service_name = "my-app", .custom_exporter = make_in_memory_exporter(memory)});
    tracer.start_span("recorded").end();
    EXPECT_EQ(telemetry.tracer_provider()->resource().string("service.name"), "my-app");
    EXPECT_EQ(telemetry.tracer_provider()->resource().string("telemetry.sdk.language"), "cpp");
  }
  tracer.start_span("too late").end();
  EXPECT_EQ(memory->spans().size(), 1u);
}

TEST(Setup, TakesTheResourceFromTheEnvironmentWhereTheProgramIsSilent) {
  const Environment attributes("OTEL_RESOURCE_ATTRIBUTES",
                               "deployment.environment.name=test%2Cing, service.name=low,team=a");
  const Environment name("OTEL_SERVICE_NAME", "from-environment");
  const Said said;
  auto telemetry = setup({.resource = Resource({{"team", std::string("b")}}),
                          .exporter = ExporterKind::none,
                          .on_diagnostic = said.handler()});
  const Resource& resource = telemetry.tracer_provider()->resource();
  EXPECT_EQ(resource.string("service.name"), "from-environment");
  EXPECT_EQ(resource.string("deployment.environment.name"), "test,ing");
  EXPECT_EQ(resource.string("team"), "b");
  EXPECT_THAT(*said.lines, IsEmpty());
}

TEST(Setup, TakesEntitiesFromTheEnvironment) {
  const Environment entities(
      "OTEL_ENTITIES",
      ";service{service.name=my%2Capp}[service.version=1]@https://schemas/1;;"
      "invalid{syntax;host{};k8s.pod{k8s.pod.uid=a};k8s.pod{k8s.pod.uid=b}[x=%5By%5D]");
  std::vector<std::string> problems;
  const Resource resource = Resource::from_environment(problems);
  EXPECT_EQ(resource.string("service.name"), "my,app");
  EXPECT_EQ(resource.string("service.version"), "1");
  EXPECT_EQ(resource.string("k8s.pod.uid"), "b");
  EXPECT_EQ(resource.string("x"), "[y]");
  EXPECT_EQ(resource.attributes().size(), 4u);
  EXPECT_THAT(problems, ElementsAre(HasSubstr("'invalid{syntax'"), HasSubstr("'host{}'"),
                                    HasSubstr("several entities of the type k8s.pod")));
}

TEST(Setup, SaysWhichVariableItCannotUnderstandAndGoesOn) {
  const Environment attributes("OTEL_RESOURCE_ATTRIBUTES", "a=1,broken");
  const Environment exporter("OTEL_TRACES_EXPORTER", "carrier-pigeon");
  const Environment delay("OTEL_BSP_SCHEDULE_DELAY", "soon");
  const Said said;
  auto telemetry = setup({.on_diagnostic = said.handler()});
  EXPECT_NE(telemetry.tracer_provider(), nullptr);
  EXPECT_THAT(*said.lines,
              UnorderedElementsAre(HasSubstr("OTEL_RESOURCE_ATTRIBUTES"), HasSubstr("OTEL_TRACES_EXPORTER"),
                                   HasSubstr("OTEL_BSP_SCHEDULE_DELAY")));
  EXPECT_EQ(telemetry.tracer_provider()->resource().string("a"), "");
}

TEST(Setup, SaysThatAnEndpointIsNoUrl) {
  const Said said;
  auto telemetry = setup({.endpoint = "not a url", .on_diagnostic = said.handler()});
  EXPECT_THAT(*said.lines,
              ElementsAre(HasSubstr("no spans will be exported"), HasSubstr("no metrics will be exported"),
                          HasSubstr("no log records will be exported")));
  EXPECT_FALSE(get_tracer("setup_test").is_enabled());
}

/// How many of ten traces are kept with the environment as it is.
std::size_t kept_of_ten() {
  auto memory = std::make_shared<InMemorySpans>();
  auto telemetry = setup({.simple_processor = true, .custom_exporter = make_in_memory_exporter(memory)});
  for (int i = 0; i < 10; ++i) get_tracer("setup_test").start_span("span", {.parent = Parent::none()}).end();
  return memory->spans().size();
}

TEST(Setup, TakesTheSamplerFromTheEnvironment) {
  EXPECT_EQ(kept_of_ten(), 10u);
  {
    const Environment sampler("OTEL_TRACES_SAMPLER", "always_off");
    EXPECT_EQ(kept_of_ten(), 0u);
  }
  const Environment sampler("OTEL_TRACES_SAMPLER", "ParentBased_TraceIdRatio");
  EXPECT_EQ(kept_of_ten(), 10u);
  {
    const Environment ratio("OTEL_TRACES_SAMPLER_ARG", "0");
    EXPECT_EQ(kept_of_ten(), 0u);
  }
  const Environment ratio("OTEL_TRACES_SAMPLER_ARG", "1.5");
  EXPECT_EQ(kept_of_ten(), 10u);
}

TEST(Setup, TakesTheLimitsFromTheEnvironment) {
  const Environment general("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "2");
  const Environment count("OTEL_ATTRIBUTE_COUNT_LIMIT", "1");
  const Environment own("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "3");
  auto memory = std::make_shared<InMemorySpans>();
  auto telemetry = setup({.simple_processor = true, .custom_exporter = make_in_memory_exporter(memory)});
  get_tracer("setup_test")
      .start_span("span", {.attributes = {{"a", "long"}, {"b", 1}, {"c", 2}, {"d", 3}}})
      .end();
  const std::string bytes = memory->find("span");
  const SpanView span(bytes);
  std::vector<std::string> keys;
  for (const AttributeView attribute : span.attributes()) keys.emplace_back(attribute.key());
  EXPECT_THAT(keys, ElementsAre("a", "b", "c"));
  EXPECT_EQ((*span.attributes().begin()).value().as_string(), "lo");
}

TEST(Setup, CanBeTurnedOffFromOutside) {
  const Environment disabled("OTEL_SDK_DISABLED", "TRUE");
  auto memory = std::make_shared<InMemorySpans>();
  auto telemetry = setup({.custom_exporter = make_in_memory_exporter(memory)});
  get_tracer("setup_test").start_span("span").end();
  EXPECT_EQ(telemetry.tracer_provider(), nullptr);
  EXPECT_TRUE(telemetry.force_flush());
  EXPECT_THAT(memory->spans(), IsEmpty());
}

TEST(Setup, PropagatesAsTheEnvironmentSaysEvenWhenTurnedOff) {
  const Environment disabled("OTEL_SDK_DISABLED", "true");
  const Environment propagators("OTEL_PROPAGATORS", "b3,pigeon");
  const Said said;
  auto telemetry = setup({.on_diagnostic = said.handler()});
  EXPECT_THAT(global_propagator().fields(), ElementsAre("b3"));
  EXPECT_THAT(*said.lines, ElementsAre(HasSubstr("OTEL_PROPAGATORS: 'pigeon' is ignored")));
  const Environment none("OTEL_PROPAGATORS", "none");
  telemetry = setup();
  EXPECT_THAT(global_propagator().fields(), IsEmpty());
}

TEST(Setup, TellsNoMoreThanTheLevelSays) {
  const Said said;
  const Environment ratio("OTEL_BSP_MAX_QUEUE_SIZE", "many");
  {
    const Environment level("OTEL_LOG_LEVEL", "error");
    auto telemetry = setup({.exporter = ExporterKind::none, .on_diagnostic = said.handler()});
    EXPECT_THAT(*said.lines, IsEmpty());
  }
  auto telemetry = setup({.exporter = ExporterKind::none, .on_diagnostic = said.handler()});
  EXPECT_THAT(*said.lines, ElementsAre(HasSubstr("OTEL_BSP_MAX_QUEUE_SIZE")));
}

TEST(Setup, ServesMetricsToPrometheusWhereTheEnvironmentSays) {
  const Environment exporter("OTEL_METRICS_EXPORTER", "prometheus");
  const Environment port("OTEL_EXPORTER_PROMETHEUS_PORT", "0");
  const Environment host("OTEL_EXPORTER_PROMETHEUS_HOST", "no such host");
  const Said said;
  {
    auto telemetry = setup({.traces_exporter = ExporterKind::none,
                            .logs_exporter = ExporterKind::none,
                            .on_diagnostic = said.handler()});
    EXPECT_THAT(*said.lines, ElementsAre(HasSubstr("no metrics can be fetched")));
  }
  const Environment here("OTEL_EXPORTER_PROMETHEUS_HOST", "127.0.0.1");
  const Said nothing;
  auto telemetry = setup({.traces_exporter = ExporterKind::none,
                          .logs_exporter = ExporterKind::none,
                          .on_diagnostic = nothing.handler()});
  EXPECT_THAT(*nothing.lines, IsEmpty());
}

TEST(Setup, TakesTheLimitsOfLogRecordsFromTheEnvironment) {
  const Environment count("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "1");
  auto memory = std::make_shared<InMemoryLogRecords>();
  auto telemetry =
      setup({.simple_processor = true, .custom_log_record_exporter = make_in_memory_exporter(memory)});
  get_logger("setup_test").emit({.body = "hello", .attributes = {{"a", 1}, {"b", 2}}});
  ASSERT_EQ(memory->log_records().size(), 1u);
  std::vector<std::string> keys;
  const std::string record = memory->log_records()[0];
  for (const AttributeView attribute : LogRecordView(record).attributes()) keys.emplace_back(attribute.key());
  EXPECT_THAT(keys, ElementsAre("a"));
}

TEST(Setup, SaysThatAProgramReadsNoFilesUnlessItIsLinkedForThat) {
  const Environment file("OTEL_CONFIG_FILE", "/etc/telemetry.yaml");
  const Said said;
  auto telemetry = setup({.exporter = ExporterKind::none, .on_diagnostic = said.handler()});
  EXPECT_THAT(*said.lines, ElementsAre(HasSubstr("link sonde::configuration")));
  EXPECT_NE(telemetry.tracer_provider(), nullptr);
}

TEST(Setup, AReceiverThatAnswersLateDoesNotHoldUpTheOtherSignals) {
  test::RawHttpServer logs(test::answer("200 OK"));
  test::RawHttpServer traces([&](const auto& request, auto& connection) {
    if (logs.wait_for_requests(1)) test::answer("200 OK")(request, connection);
  });
  const Environment traces_endpoint("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", traces.url());
  const Environment logs_endpoint("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", logs.url());
  const Said said;
  auto telemetry = setup({.metrics_exporter = ExporterKind::none, .on_diagnostic = said.handler()});
  get_tracer("setup_test").start_span("span").end();
  get_logger("setup_test").emit({.body = "logged"});
  EXPECT_TRUE(telemetry.shutdown(test::patience));
  EXPECT_EQ(traces.requests().size(), 1u);
  EXPECT_THAT(*said.lines, IsEmpty());
}

TEST(Setup, WithoutACollectorGivesUpInTimeAndSaysWhatWasLost) {
  const Said said;
  // Nothing listens on the discard port of this machine.
  auto telemetry = setup({.endpoint = "http://127.0.0.1:9", .on_diagnostic = said.handler()});
  get_tracer("setup_test").start_span("span").end();
  telemetry.shutdown(std::chrono::milliseconds(50));
  EXPECT_THAT(*said.lines, ElementsAre(HasSubstr("export lost 1 of 1 spans")));
}

}  // namespace
}  // namespace sonde
