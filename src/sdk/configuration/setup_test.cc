#include "sonde/setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "sonde/in_memory_exporter.hpp"
#include "sonde/sonde.hpp"

namespace sonde {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A variable for the length of a test. Each test is a process of its own under ctest; this keeps them apart
/// when run together by hand.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;
  ~EnvironmentVariable() { unsetenv(name_); }

 private:
  const char* name_;
};

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
  const EnvironmentVariable attributes("OTEL_RESOURCE_ATTRIBUTES",
                                       "deployment.environment.name=test%2Cing, service.name=low,team=a");
  const EnvironmentVariable name("OTEL_SERVICE_NAME", "from-environment");
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

TEST(Setup, SaysWhichVariableItCannotUnderstandAndGoesOn) {
  const EnvironmentVariable attributes("OTEL_RESOURCE_ATTRIBUTES", "a=1,broken");
  const EnvironmentVariable exporter("OTEL_TRACES_EXPORTER", "carrier-pigeon");
  const EnvironmentVariable delay("OTEL_BSP_SCHEDULE_DELAY", "soon");
  const Said said;
  auto telemetry = setup({.on_diagnostic = said.handler()});
  EXPECT_NE(telemetry.tracer_provider(), nullptr);
  EXPECT_THAT(*said.lines,
              ElementsAre(HasSubstr("OTEL_RESOURCE_ATTRIBUTES"), HasSubstr("OTEL_TRACES_EXPORTER"),
                          HasSubstr("OTEL_BSP_SCHEDULE_DELAY")));
  EXPECT_EQ(telemetry.tracer_provider()->resource().string("a"), "");
}

TEST(Setup, SaysThatAnEndpointIsNoUrl) {
  const Said said;
  auto telemetry = setup({.endpoint = "not a url", .on_diagnostic = said.handler()});
  EXPECT_THAT(*said.lines, ElementsAre(HasSubstr("no spans will be exported")));
  EXPECT_FALSE(get_tracer("setup_test").start_span("span").is_recording());
}

TEST(Setup, CanBeTurnedOffFromOutside) {
  const EnvironmentVariable disabled("OTEL_SDK_DISABLED", "TRUE");
  auto memory = std::make_shared<InMemorySpans>();
  auto telemetry = setup({.custom_exporter = make_in_memory_exporter(memory)});
  get_tracer("setup_test").start_span("span").end();
  EXPECT_EQ(telemetry.tracer_provider(), nullptr);
  EXPECT_TRUE(telemetry.force_flush());
  EXPECT_THAT(memory->spans(), IsEmpty());
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
