#include <sonde/bind.hpp>
#include <sonde/environment_carrier.hpp>
#include <sonde/propagator.hpp>
#include <sonde/setup.hpp>
#include <sonde/sonde.hpp>

#include <spawn.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

namespace {

using Headers = std::map<std::string, std::string>;

/// Another service, as if these headers had come to it over HTTP.
void serve(const Headers& headers) {
  const sonde::ContextScope scope(sonde::extract(headers));
  auto span = sonde::get_tracer("example").start_as_current_span("serve", {.kind = sonde::SpanKind::server});
  for (const auto& [key, value, metadata] : sonde::Baggage::current()) {
    std::printf("baggage %s=%s\n", key.c_str(), value.c_str());
  }
}

/// A child process that continues the trace: it finds TRACEPARENT in its environment.
int run_tool() {
  sonde::ChildEnvironment environment;
  sonde::inject(environment);
  std::string arguments[] = {"sh", "-c", "test -n \"$TRACEPARENT\" && echo TRACEPARENT reached the tool"};
  char* const argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
  pid_t child = 0;
  int status = 0;
  if (posix_spawnp(&child, "sh", nullptr, nullptr, argv, environment.data()) != 0) return 1;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

int main() {
  auto telemetry = sonde::setup({.service_name = "propagation-example"});

  // Whoever started this program may have set TRACEPARENT.
  const sonde::ContextScope started_by(sonde::extract(sonde::EnvironmentGetter()));
  const sonde::ContextScope request(sonde::Context::current().set_baggage(
      sonde::Baggage::current().set("user.id", "42").set("session.id", "a b")));

  auto span = sonde::get_tracer("example").start_as_current_span("call", {.kind = sonde::SpanKind::client});
  Headers headers;
  sonde::inject(headers);
  for (const auto& [name, value] : headers) std::printf("%s: %s\n", name.c_str(), value.c_str());
  serve(headers);
  return run_tool();
}
