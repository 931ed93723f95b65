#include "sdk/configuration/variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "sdk/configuration/environment.h"
#include "sdk/configuration/variable_table.h"
#include "sdk_support/environment.h"

namespace sonde::detail {
namespace {

using std::chrono::milliseconds;
using test::Environment;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Variables, EmptyAndBlankAreAsGoodAsUnset) {
  std::vector<std::string> problems;
  for (const char* value : {"", "  ", "\t"}) {
    const Environment disabled("OTEL_SDK_DISABLED", value);
    const Environment size("OTEL_BSP_MAX_QUEUE_SIZE", value);
    const Environment sampler("OTEL_TRACES_SAMPLER", value);
    const Environment exporters("OTEL_TRACES_EXPORTER", value);
    EXPECT_FALSE(environment_boolean(variable("OTEL_SDK_DISABLED"), problems));
    EXPECT_EQ(environment_number(variable("OTEL_BSP_MAX_QUEUE_SIZE"), problems), std::nullopt);
    EXPECT_EQ(environment_choice(variable("OTEL_TRACES_SAMPLER"), problems), std::nullopt);
    EXPECT_THAT(environment_list(variable("OTEL_TRACES_EXPORTER"), problems), IsEmpty());
  }
  EXPECT_THAT(problems, IsEmpty());
}

TEST(Variables, OnlyTrueIsTrue) {
  std::vector<std::string> problems;
  const auto read = [&](const char* value) {
    const Environment disabled("OTEL_SDK_DISABLED", value);
    return environment_boolean(variable("OTEL_SDK_DISABLED"), problems);
  };
  EXPECT_TRUE(read("true"));
  EXPECT_TRUE(read("True"));
  EXPECT_FALSE(read("FALSE"));
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_FALSE(read("1"));
  EXPECT_FALSE(read("yes"));
  EXPECT_THAT(problems, ElementsAre(AllOf(HasSubstr("OTEL_SDK_DISABLED is '1'"), HasSubstr("taken as false")),
                                    HasSubstr("'yes'")));
}

TEST(Variables, ANumberOutOfItsRangeIsIgnored) {
  std::vector<std::string> problems;
  const auto read = [&](const char* value) {
    const Environment size("OTEL_BSP_MAX_QUEUE_SIZE", value);
    return environment_number(variable("OTEL_BSP_MAX_QUEUE_SIZE"), problems);
  };
  EXPECT_EQ(read(" 17 "), 17u);
  EXPECT_EQ(read("2147483647"), 2147483647u);
  EXPECT_THAT(problems, IsEmpty());
  for (const char* nonsense : {"0", "-1", "2147483648", "99999999999999999999", "1.5", "17ms", "many"}) {
    EXPECT_EQ(read(nonsense), std::nullopt) << nonsense;
  }
  EXPECT_EQ(problems.size(), 7u);
  EXPECT_EQ(problems[0],
            "OTEL_BSP_MAX_QUEUE_SIZE is '0' and is ignored: it must be a whole number from 1 to 2147483647");
}

TEST(Variables, ATimeoutOfZeroIsNoLimitAndADurationOfZeroIsNone) {
  std::vector<std::string> problems;
  const Environment timeout("OTEL_BSP_EXPORT_TIMEOUT", "0");
  const Environment delay("OTEL_BSP_SCHEDULE_DELAY", "0");
  EXPECT_EQ(environment_time(variable("OTEL_BSP_EXPORT_TIMEOUT"), problems), milliseconds(2147483647));
  EXPECT_EQ(environment_time(variable("OTEL_BSP_SCHEDULE_DELAY"), problems), milliseconds(0));
  EXPECT_THAT(problems, IsEmpty());
}

TEST(Variables, AChoiceIsReadInAnyCaseAndAnUnknownOneNamesThoseThereAre) {
  std::vector<std::string> problems;
  {
    const Environment filter("OTEL_METRICS_EXEMPLAR_FILTER", "Always_ON");
    EXPECT_EQ(environment_choice(variable("OTEL_METRICS_EXEMPLAR_FILTER"), problems), "always_on");
  }
  EXPECT_THAT(problems, IsEmpty());
  const Environment filter("OTEL_METRICS_EXEMPLAR_FILTER", "sometimes");
  EXPECT_EQ(environment_choice(variable("OTEL_METRICS_EXEMPLAR_FILTER"), problems), std::nullopt);
  EXPECT_THAT(problems, ElementsAre("OTEL_METRICS_EXEMPLAR_FILTER is 'sometimes' and is ignored: it must be "
                                    "trace_based, always_on or always_off"));
}

TEST(Variables, AListKeepsItsOrderAndNamesEachOnce) {
  std::vector<std::string> problems;
  const Environment propagators("OTEL_PROPAGATORS", "b3, baggage,,carrier-pigeon,B3 ");
  EXPECT_THAT(environment_list(variable("OTEL_PROPAGATORS"), problems), ElementsAre("b3", "baggage"));
  EXPECT_THAT(problems, ElementsAre(HasSubstr("OTEL_PROPAGATORS: 'carrier-pigeon' is ignored")));
}

TEST(Variables, OneSignalsRowIsTheGeneralOneUnderItsOwnName) {
  const Variable& row = of_signal(Signal::logs, variable("OTEL_EXPORTER_OTLP_CERTIFICATE"));
  EXPECT_EQ(row.name, "OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE");
  EXPECT_EQ(find_variable("OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE"), &row);
  EXPECT_EQ(of_signal(Signal::traces, variable("OTEL_EXPORTER_OTLP_PROTOCOL")).choices,
            variable("OTEL_EXPORTER_OTLP_PROTOCOL").choices);
  EXPECT_EQ(find_variable("OTEL_EXPORTER_OTLP_SPANS_CERTIFICATE"), nullptr);
}

TEST(Variables, AMisspellingIsToldFromAnothersVariable) {
  const Environment singular("OTEL_TRACE_EXPORTER", "console");
  const Environment swapped("OTEL_EXPORTER_OTLP_TRACES_HAEDERS", "a=b");
  const Environment foreign("OTEL_PYTHON_LOG_CORRELATION", "true");
  const Environment known("OTEL_SERVICE_NAME", "name");
  EXPECT_THAT(misspelled_variables(),
              ElementsAre(HasSubstr("did you mean OTEL_EXPORTER_OTLP_TRACES_HEADERS?"),
                          HasSubstr("did you mean OTEL_TRACES_EXPORTER?")));
}

TEST(Variables, ThePageHoldsTheTableAsItIs) {
  std::ostringstream page;
  page << std::ifstream(SONDE_DOCS "/configuration.md").rdbuf();
  EXPECT_NE(page.str().find(variables_reference()), std::string::npos)
      << "docs/configuration.md is stale. Write it with: cmake --build --preset dev --target "
         "configuration_reference && build/dev/configuration_reference docs/configuration.md";
}

}  // namespace
}  // namespace sonde::detail
