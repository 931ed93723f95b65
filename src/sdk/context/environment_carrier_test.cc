#include "sonde/environment_carrier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace sonde {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

constexpr const char* header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::unique_ptr<TextMapPropagator> w3c() {
  return std::move(*make_propagator(std::vector<std::string>{"tracecontext", "baggage"}));
}

TEST(EnvironmentGetter, ReadsTheVariablesOfTheKeysInUpperCase) {
  ::setenv("TRACEPARENT", header, 1);
  ::setenv("BAGGAGE", "user.id=42", 1);
  const Context context = w3c()->extract(EnvironmentGetter(), Context());
  ::unsetenv("TRACEPARENT");
  ::unsetenv("BAGGAGE");
  EXPECT_EQ(traceparent(context.span_context()), header);
  EXPECT_EQ(context.baggage().get("user.id"), "42");
  EXPECT_FALSE(w3c()->extract(EnvironmentGetter(), Context()).span_context().is_valid());
}

TEST(ChildEnvironment, ReplacesWhatThereWasAndKeepsTheRest) {
  ChildEnvironment environment({"PATH=/bin", "TRACEPARENT=old", "TRACEPARENTAL=x"});
  w3c()->inject(environment, Context().set_span(parse_traceparent(header)));
  EXPECT_THAT(environment.variables(),
              ElementsAre("PATH=/bin", "TRACEPARENTAL=x", std::string("TRACEPARENT=") + header));
}

TEST(ChildEnvironment, NamesVariablesOfLettersDigitsAndUnderscores) {
  ChildEnvironment environment(std::vector<std::string>{});
  environment.set("X-B3-TraceId", "1");
  environment.set("uberctx-user.id", "2");
  EXPECT_THAT(environment.variables(), ElementsAre("X_B3_TRACEID=1", "UBERCTX_USER_ID=2"));
}

TEST(ChildEnvironment, ReachesAChildProcess) {
  ChildEnvironment environment;
  EXPECT_THAT(environment.variables(), Contains(::testing::StartsWith("PATH=")));
  w3c()->inject(environment, Context().set_span(parse_traceparent(header)));
  const std::string command = "test \"$TRACEPARENT\" = '" + std::string(header) + "'";
  std::string arguments[] = {"sh", "-c", command};
  char* const argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
  pid_t child = 0;
  ASSERT_EQ(posix_spawnp(&child, "sh", nullptr, nullptr, argv, environment.data()), 0);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace sonde
