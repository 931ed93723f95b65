#pragma once

// The programs whose lives the tests watch: `process_life SCENARIO PATH [PLUGIN]` plays one, exporting to
// PATH. What should hold inside the process is checked by require(), which ends it with a message and
// status 1.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "sonde/setup.hpp"
#include "sonde/sonde.hpp"
#include "sonde/span_processor.hpp"
#include "tests/process/span_lines.h"

namespace sonde::test {

struct Arguments {
  const char* path = nullptr;    ///< Where spans go.
  const char* plugin = nullptr;  ///< The shared library to load.
};

struct Scenario {
  const char* name;
  void (*play)(const Arguments&);
};

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  _exit(1);
}

/// The usual configuration, exporting to a file.
inline Telemetry setup_to_file(const Arguments& arguments) {
  return setup(
      {.service_name = "process", .custom_exporter = std::make_unique<LineExporter>(arguments.path)});
}

/// Records a span of that name, with the process's id behind it.
inline void record(const std::string& name) {
  auto span = get_tracer("process").start_as_current_span(name + "-" + std::to_string(getpid()));
  span.set_attribute("key", 1);
}

void add_fork_scenarios(std::vector<Scenario>& scenarios);
void add_exit_scenarios(std::vector<Scenario>& scenarios);
void add_thread_scenarios(std::vector<Scenario>& scenarios);
void add_plugin_scenarios(std::vector<Scenario>& scenarios);

}  // namespace sonde::test
